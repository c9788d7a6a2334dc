/** TAP (Test Anything Protocol) 12 to 14, with indented subtests and YAML diagnostics, as Node, tape, prove and bats write it. */
import {
  joinNames,
  lineNumber,
  milliseconds,
  mostTests,
  placeInText,
  sourcePlace,
  testResult,
  type ParsedReport,
  type TestResult,
} from './results.ts';

interface Point {
  readonly names: readonly string[];
  readonly status: TestResult['status'];
  readonly reason: string;
  diagnostics: Diagnostics;
}

type Diagnostics = ReadonlyMap<string, string>;
const none: Diagnostics = new Map();

const longestLine = 2_000;
const longestBlock = 500;

/** Points of one level, and what its plan says. */
interface Level {
  readonly points: Point[];
  /** Test points of this very level, subtests not counted. */
  count: number;
  planned: number | undefined;
}

export function parseTap(text: string): ParsedReport {
  const reader = new TapReader();
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (/^\s*---\s*$/.test(line)) {
      const block = yamlBlock(lines, at);
      reader.diagnose(block.values);
      at = block.end;
    } else reader.take(line);
    if (reader.isFull) return { kind: 'unreadable', why: `has more than ${mostTests} tests` };
  }
  return reader.end();
}

/** True for text that looks like TAP from its beginning or its first test on. */
export function looksLikeTap(text: string): boolean {
  return /^\s*(?:TAP version \d+|1\.\.\d+|(?:not )?ok\b)/m.test(text);
}

class TapReader {
  /** By depth; subtests wait below until the test point they belong to comes. */
  readonly #levels: Level[] = [];
  #last: Point | undefined;
  #bail: string | undefined;
  #seen = 0;

  get isFull(): boolean {
    return this.#seen > mostTests;
  }

  take(line: string): void {
    const depth = Math.min(Math.floor((/^ */.exec(line)?.[0].length ?? 0) / 4), 20);
    const text = line.slice(0, longestLine).trim();
    const point = /^(not )?ok\b *\d* *(?:- *)?(.*)$/.exec(text);
    const plan = /^1\.\.(\d{1,9})\b/.exec(text);
    const bail = /^Bail out!\s*(.*)$/i.exec(text);
    if (point) this.#add(depth, point[1] !== undefined, point[2] ?? '');
    else if (plan) this.#level(depth).planned = Number(plan[1]);
    else if (bail) this.#bail ??= bail[1] ?? '';
  }

  diagnose(values: Diagnostics): void {
    if (this.#last) this.#last.diagnostics = values;
  }

  end(): ParsedReport {
    const points = this.#levels.flatMap((level) => [...level.points, ...missing(level)]);
    if (this.#bail !== undefined)
      points.push({ names: ['Bail out!'], status: 'failed', reason: this.#bail, diagnostics: none });
    if (points.length === 0 && !this.#levels.some(({ planned }) => planned !== undefined))
      return { kind: 'unreadable', why: 'is neither JUnit XML nor TAP' };
    return { kind: 'results', tests: points.map(resultOf) };
  }

  #add(depth: number, failed: boolean, rest: string): void {
    const [, name = '', directive, why = ''] = /^((?:\\.|[^#\\])*?)\s*(?:#\s*(SKIP|TODO)\S*\s*(.*))?$/i.exec(
      rest,
    ) ?? [undefined, rest];
    const level = this.#level(depth);
    level.count++;
    this.#seen++;
    const below = this.#takeBelow(depth);
    const status = directive !== undefined ? 'skipped' : failed ? 'failed' : 'passed';
    const names = [name.replace(/\\([#\\])/g, '$1')];
    const point: Point = { names, status, reason: why, diagnostics: none };
    for (const sub of below) level.points.push({ ...sub, names: [...names, ...sub.names] });
    // Of a test with subtests only they count, unless it failed by itself.
    const failedAlone = status === 'failed' && !below.some((sub) => sub.status === 'failed');
    this.#last = point;
    if (below.length === 0 || failedAlone) level.points.push(point);
  }

  #takeBelow(depth: number): readonly Point[] {
    return this.#levels.splice(depth + 1).flatMap((level) => [...level.points, ...missing(level)]);
  }

  #level(depth: number): Level {
    for (let above = this.#levels.length; above <= depth; above++)
      this.#levels.push({ points: [], count: 0, planned: undefined });
    const level = this.#levels[depth];
    if (!level) throw new RangeError('depth');
    return level;
  }
}

/** A program that died half way has planned more tests than it ran. */
function missing({ planned, count }: Level): readonly Point[] {
  if (planned === undefined || count >= planned) return [];
  const reason = `${planned} tests were planned, ${count} ran`;
  return [{ names: ['the plan'], status: 'failed', reason, diagnostics: none }];
}

function resultOf({ names, status, reason, diagnostics }: Point): TestResult {
  const message = [diagnostics.get('error'), diagnostics.get('message'), reason].find((text) => text) ?? '';
  const place =
    sourcePlace(diagnostics.get('location') ?? diagnostics.get('at') ?? '') ??
    (status === 'failed' ? placeInText(`${message}\n${diagnostics.get('stack') ?? ''}`) : undefined);
  return testResult({
    name: joinNames(names),
    file: diagnostics.get('file') ?? place?.file,
    line: lineNumber(diagnostics.get('line')) ?? place?.line,
    status,
    message: status === 'passed' ? '' : message,
    durationMs: milliseconds(diagnostics.get('duration_ms'), 'ms'),
  });
}

/** Top-level keys of a diagnostics block with text as value: all that is asked of it, and it need not be right YAML. */
function yamlBlock(
  lines: readonly string[],
  start: number,
): { readonly values: Diagnostics; readonly end: number } {
  const indent = /^\s*/.exec(lines[start] ?? '')?.[0].length ?? 0;
  const values = new Map<string, string>();
  let key: string | undefined;
  for (let at = start + 1; at < Math.min(lines.length, start + longestBlock); at++) {
    const line = (lines[at] ?? '').slice(0, longestLine);
    if (/^\s*---\s*$/.test(line)) break;
    if (/^\s*\.\.\.\s*$/.test(line)) return { values, end: at };
    const [, found, value = ''] = /^\s*([A-Za-z_]\w*):(?:\s+(.*))?$/.exec(line) ?? [];
    const isTop = line.search(/\S/) <= indent;
    if (found !== undefined && isTop) {
      key = found;
      values.set(key, /^[|>][+-]?$/.test(value.trim()) ? '' : unquote(value.trim()));
    } else if (key !== undefined && !isTop && (values.get(key)?.length ?? 0) < 20_000) {
      const before = values.get(key) ?? '';
      values.set(key, before === '' ? line.trim() : `${before}\n${line.trim()}`);
    }
  }
  // Never closed: its lines may as well be tests.
  return { values: none, end: start };
}

function unquote(value: string): string {
  const [, single, double] = /^'(.*)'$|^"(.*)"$/.exec(value) ?? [];
  if (single !== undefined) return single.replaceAll("''", "'");
  return double === undefined ? value : double.replace(/\\n/g, '\n').replace(/\\(["\\])/g, '$1');
}
