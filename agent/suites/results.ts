/** What a suite's report says, whatever its format. */

export interface TestResult {
  /** With the names of what it is in: `money > rounds a discount`. */
  readonly name: string;
  /** As the report has it; inside the container. */
  readonly file: string | undefined;
  /** From 1. */
  readonly line: number | undefined;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped; empty when nobody said. */
  readonly message: string;
  readonly durationMs: number | undefined;
}

export type ParsedReport =
  | { readonly kind: 'results'; readonly tests: readonly TestResult[] }
  /** `why` goes on from "the report …". */
  | { readonly kind: 'unreadable'; readonly why: string };

/** A report is somebody else's text: what is kept of it has limits. */
const longestName = 300;
const longestMessage = 2_000;
export const mostTests = 20_000;

export function testResult(found: TestResult): TestResult {
  return {
    ...found,
    name: cut(found.name.replace(/\s+/g, ' ').trim(), longestName) || '(no name)',
    message: cut(found.message.trim(), longestMessage),
  };
}

export function joinNames(names: readonly string[]): string {
  return names.filter((name) => name !== '').join(' > ');
}

export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** Seconds or milliseconds as written in a report; `undefined` for what is no duration. */
export function milliseconds(written: string | undefined, unit: 's' | 'ms'): number | undefined {
  if (written === undefined || written.trim() === '') return undefined;
  // Some reporters write 1,234.5.
  const value = Number(written.replaceAll(',', '')) * (unit === 's' ? 1000 : 1);
  return Number.isFinite(value) && value >= 0 ? Math.round(value * 1000) / 1000 : undefined;
}

export interface SourcePlace {
  readonly file: string;
  readonly line: number | undefined;
}

/** `file:///app/test/a.js:3:9`, `test/a.js:3` or `Test.run (/app/a.js:3:9)`; `undefined` when it names no file. */
export function sourcePlace(written: string): SourcePlace | undefined {
  const place = /\(([^()]+)\)\s*$/.exec(written)?.[1] ?? written;
  const [, file, line] = /^(.+?)(?::(\d{1,7}))?(?::\d{1,7})?$/.exec(place.trim()) ?? [];
  if (file === undefined || file === '') return undefined;
  return { file: file.replace(/^file:\/\//, ''), line: lineNumber(line) };
}

export function lineNumber(written: string | undefined): number | undefined {
  const line = Number(written);
  return Number.isInteger(line) && line > 0 ? line : undefined;
}

/**
 * The first place in a stack trace or message that is the project's own: `at test/a.js:3:9`, `(a_test.go:12)`,
 * `File "test_a.py", line 4`. Looks at the beginning only.
 */
export function placeInText(text: string): SourcePlace | undefined {
  for (const line of text.slice(0, 8_000).split('\n').slice(0, 100)) {
    const python = /File "([^"]{1,300})", line (\d{1,7})/.exec(line);
    const other = /(?:^|[\s("'])((?:file:\/\/)?[\w@./\\-]{1,300}\.[A-Za-z]{1,5}):(\d{1,7})\b/.exec(line);
    const [, file, number] = python ?? other ?? [];
    if (file === undefined || /node_modules|node:|^internal\//.test(line)) continue;
    return { file: file.replace(/^file:\/\//, ''), line: lineNumber(number) };
  }
  return undefined;
}
