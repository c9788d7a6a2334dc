/** How the end of a suite is told to people. Pure. */
import { cut, type TestResult } from './results.ts';
import type { SuiteOutcome } from './run-suite.ts';

const namedTests = 10;
const shownLines = 10;

/** One line, without times: equal runs give equal text. */
export function resultLine(outcome: SuiteOutcome): string {
  const { suite, passed, why, tests, flaky, tries } = outcome;
  if (!passed) return `suite ${suite.name}: failed: it ${why}`;
  const skipped = tests.filter(({ status }) => status === 'skipped').length;
  const ran = tests.length - skipped;
  return [
    `suite ${suite.name}: passed`,
    ...(tests.length > 0 ? [`${ran} ${ran === 1 ? 'test' : 'tests'}`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(tries > 1 ? [`flaky: it took ${tries} tries${flaky.map(({ name }) => `; ${name}`).join('')}`] : []),
  ].join(', ');
}

/** For the end of the rollout: which tests, where, and why; or else what the suite wrote last. */
export function failureDetail({ suite, why, tests, tail }: SuiteOutcome): string {
  const failed = tests.filter(({ status }) => status === 'failed');
  const named = failed.slice(0, namedTests).flatMap(testLines);
  const more = failed.length > namedTests ? [`  and ${failed.length - namedTests} more`] : [];
  const last = tail.filter((line) => line.trim() !== '').slice(-shownLines);
  const said =
    failed.length > 0 || last.length === 0
      ? []
      : ['  last lines of its output:', ...last.map((line) => `    ${cut(line, 200)}`)];
  return [`the suite ${suite.name} ${cut(why, 500)}`, ...named, ...more, ...said].join('\n');
}

function testLines({ name, file, line, message }: TestResult): readonly string[] {
  const place = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`;
  const reason = message.split('\n').find((text) => text.trim() !== '') ?? '';
  return [
    `  ${cut(name, 200)}${cut(place, 200)}`,
    ...(reason === '' ? [] : [`    ${cut(reason.trim(), 200)}`]),
  ];
}
