/** A value of the compose file with its place, and the ways to read it. What cannot be read is reported. */
import type { Step } from './fix/change.ts';
import { parseBytes, parseCpus, parseNanoseconds } from './durations.ts';
import type { Finding, Place, Report } from './report.ts';
import { describeTree, entryOf, type ScalarTree, type Tree } from './yaml-tree.ts';

export class Field {
  /** As in messages: `services.web.deploy.replicas`. */
  readonly path: string;
  readonly tree: Tree;
  /** Where its key stands; for items of a list the value's place. */
  readonly keyAt: Place;
  readonly report: Report;
  /** Keys and numbers of items that lead here from the root of the file. */
  readonly steps: readonly Step[];

  constructor(path: string, tree: Tree, keyAt: Place, report: Report, steps: readonly Step[] = []) {
    this.path = path;
    this.tree = tree;
    this.keyAt = keyAt;
    this.report = report;
    this.steps = steps;
  }

  /** A key of a map; `undefined` when it is not there or empty, which compose takes for the same. */
  get(key: string): Field | undefined {
    const field = this.raw(key);
    return field?.isEmpty === true ? undefined : field;
  }

  /** A key of a map, also when it is empty. */
  raw(key: string): Field | undefined {
    const entry = entryOf(this.tree, key);
    return entry && this.#below(key, entry.value, entry.at);
  }

  get isEmpty(): boolean {
    return this.tree.kind === 'scalar' && this.tree.value === null;
  }

  /** The keys of a map with their fields, `x-` ones left out; reports anything else. */
  entries(): readonly (readonly [key: string, field: Field])[] {
    if (this.tree.kind !== 'map') {
      this.#wrong('is not a map', 'Write keys and values: "key: value".');
      return [];
    }
    return this.tree.entries
      .filter(({ key }) => !key.startsWith('x-'))
      .map(({ key, at, value }) => [key, this.#below(key, value, at)] as const);
  }

  items(): readonly Field[] {
    if (this.tree.kind !== 'list') {
      this.#wrong('is not a list', 'Write a list: [a, b].');
      return [];
    }
    return this.tree.items.map((item, index) => this.#below(index, item, item.at));
  }

  text(hint = 'Write it as text.'): string | undefined {
    const text = this.#scalarText();
    if (text === undefined) this.#wrong('is not text', hint);
    else if (text === '') this.#wrong('is empty', hint);
    return text === '' ? undefined : text;
  }

  texts(): readonly string[] {
    return this.items().flatMap((item) => item.text() ?? []);
  }

  boolean(): boolean | undefined {
    const value = this.tree.kind === 'scalar' ? this.tree.value : undefined;
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    this.#wrong('is not true or false', 'Write true or false.');
    return undefined;
  }

  integer(limits: { readonly least: number }): number | undefined {
    const text = this.#scalarText();
    const value = text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
    if (value !== undefined && value >= limits.least) return value;
    this.#wrong('is not allowed here', `Write a whole number, ${limits.least} or more.`);
    return undefined;
  }

  nanoseconds(): number | undefined {
    const text = this.#scalarText();
    const value = text === undefined ? undefined : parseNanoseconds(text);
    if (value === undefined)
      this.#wrong(
        text !== undefined && /^[\d.]+$/.test(text) ? 'has no unit' : 'is not a duration',
        'A duration with its unit: 500ms, 30s, 1m30s.',
      );
    return value;
  }

  bytes(): number | undefined {
    return this.#read(parseBytes, 'is not a size', 'A size with its unit: 64M, 1.5G.');
  }

  nanoCpus(): number | undefined {
    return this.#read(parseCpus, 'is not a number of CPUs', 'A number of CPUs: "0.5", "2".');
  }

  /** A file's mode: `0440`, which YAML readers take for an octal number, or the same in quotes. */
  mode(): number | undefined {
    const value = this.scalar?.value;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0o7777) return value;
    if (typeof value === 'string' && /^0?[0-7]{3,4}$/.test(value)) return Number.parseInt(value, 8);
    this.#wrong('is not a mode', 'An octal number: 0440.');
    return undefined;
  }

  /** Reports at the value. `message` follows the path: `services.web.image: …`. */
  error(finding: Finding): void {
    if (this.scalar?.broken === true) return;
    this.report.error(this.tree.at, { ...finding, message: `${this.path}: ${finding.message}` });
  }

  /** Reports at the key. */
  errorAtKey(finding: Finding): void {
    this.report.error(this.keyAt, { ...finding, message: `${this.path}: ${finding.message}` });
  }

  warning(finding: Finding): void {
    this.report.warning(this.keyAt, { ...finding, message: `${this.path}: ${finding.message}` });
  }

  /** As it stands in the file; what a variable holds is never shown. */
  get shown(): string {
    return describeTree(this.tree);
  }

  get scalar(): ScalarTree | undefined {
    return this.tree.kind === 'scalar' ? this.tree : undefined;
  }

  /** Folder inside the repository that a path written here starts from. */
  get folder(): string {
    return this.scalar?.folder ?? '';
  }

  #read(parse: (text: string) => number | undefined, what: string, hint: string): number | undefined {
    const text = this.#scalarText();
    const value = text === undefined ? undefined : parse(text);
    if (value === undefined) this.#wrong(what, hint);
    return value;
  }

  #scalarText(): string | undefined {
    const value = this.scalar?.value;
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  }

  #wrong(what: string, hint: string): void {
    const message = this.isEmpty ? 'is empty' : `${this.shown} ${what}`;
    this.error({ code: 'compose.invalid-value', message: `${message}.`, hint });
  }

  #below(step: Step, tree: Tree, at: Place): Field {
    const shown = typeof step === 'number' ? `[${step}]` : this.path === '' ? step : `.${step}`;
    return new Field(`${this.path}${shown}`, tree, at, this.report, [...this.steps, step]);
  }
}
