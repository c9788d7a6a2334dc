/** Reading single values of a flags file; what is wrong goes into the report with its place. */
import { nearestName, suggestion } from '../../common/did-you-mean.ts';
import type { Finding, Place, Report } from '../../config/report.ts';
import { describeTree, entryOf, type Entry, type MapTree, type Tree } from '../../config/yaml-tree.ts';

/** Where one is in the file, for messages: `flags.checkout.rules[0]`. */
export interface Reading {
  readonly where: string;
  readonly report: Report;
}

export function below({ where, report }: Reading, part: string | number): Reading {
  const path = typeof part === 'number' ? `${where}[${part}]` : where === '' ? part : `${where}.${part}`;
  return { where: path, report };
}

/** Reports it, and is nothing, so that a reader ends with `return wrong(…)`. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- lint takes a plain `undefined` for void and forbids returning it
export function wrong<T>({ report, where }: Reading, at: Place, what: string, hint: string): T | undefined {
  report.error(at, { code: 'flags.invalid-value', message: `${where} ${what}.`, hint });
  return undefined;
}

/** `is a list`, `is empty`: how a value that should be another is told. */
export function isA(tree: Tree): string {
  return `is ${describeTree(tree)}`;
}

export function missing({ where }: Reading, key: string, hint: string): Finding {
  return {
    code: 'flags.missing-key',
    message: `${where === '' ? '' : `${where}: `}"${key}" is missing.`,
    hint,
  };
}

export function checkKeys(tree: MapTree, known: readonly string[], { where, report }: Reading): void {
  for (const { key, at } of tree.entries)
    if (!known.includes(key))
      report.error(at, {
        code: 'flags.unknown-key',
        message: `${where === '' ? '' : `${where}: `}"${key}" is not a known key.`,
        hint: suggestion(key, known),
      });
}

/** Then the unknown key says it already. */
export function isMisspelt(tree: MapTree, wanted: string, known: readonly string[]): boolean {
  return tree.entries.some(({ key }) => !known.includes(key) && nearestName(key, known) === wanted);
}

export interface FlagMap {
  readonly map: MapTree;
  readonly reading: Reading;
  /** Keys that it may have. */
  readonly known: readonly string[];
}

/** Tells that a key is missing, unless it is there and misspelt. */
export function absent({ map, reading, known }: FlagMap, key: string, hint: string): void {
  if (!isMisspelt(map, key, known)) reading.report.error(map.at, missing(reading, key, hint));
}

export function mapOf(tree: Tree, reading: Reading, hint: string): MapTree | undefined {
  return tree.kind === 'map' ? tree : wrong(reading, tree.at, `${isA(tree)}, not a map`, hint);
}

export function listOf(tree: Tree, reading: Reading, hint: string): readonly Tree[] | undefined {
  return tree.kind === 'list' ? tree.items : wrong(reading, tree.at, `${isA(tree)}, not a list`, hint);
}

export function textOf(tree: Tree): string | undefined {
  return tree.kind === 'scalar' && typeof tree.value === 'string' && tree.value !== ''
    ? tree.value
    : undefined;
}

/** One of a few words. */
export function wordOf<W extends string>(entry: Entry, words: readonly W[], reading: Reading): W | undefined {
  const text = textOf(entry.value);
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  return wrong(below(reading, entry.key), entry.value.at, isA(entry.value), suggestion(text ?? '', words));
}

/** `on` and `off` are words to YAML 1.2, and what people write here. */
export function switchOf(tree: Tree): boolean | undefined {
  const written = tree.kind === 'scalar' ? tree.value : null;
  if (written === true || written === 'on') return true;
  return written === false || written === 'off' ? false : undefined;
}

export function valueOf(tree: MapTree, key: string): Tree | undefined {
  return entryOf(tree, key)?.value;
}
