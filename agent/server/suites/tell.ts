/** What clients hear of the end of a suite: each of its tests, and then the whole of it. */
import type { Call } from '../../protocol/methods.ts';
import type { SuiteTest } from '../../protocol/suite-test.ts';
import type { TestResult } from '../../suites/results.ts';
import type { SuiteOutcome } from '../../suites/run-suite.ts';
import { resultLine } from '../../suites/wording.ts';

/** In one event: a suite may have thousands. */
const testsTogether = 250;
const toldTests = 100;

export function tell(call: Call, outcome: SuiteOutcome): void {
  const { suite, passed, tests, tookMs } = outcome;
  const all = testsOf(outcome);
  for (let from = 0; from < all.length; from += testsTogether)
    call.onEvent({
      kind: 'tests',
      suite: suite.name,
      stage: suite.stage,
      tests: all.slice(from, from + testsTogether),
    });
  const count = (status: TestResult['status']): number =>
    tests.filter((test) => test.status === status).length;
  call.onEvent({
    kind: 'suite',
    suite: suite.name,
    stage: suite.stage,
    outcome: passed ? 'passed' : 'failed',
    text: resultLine(outcome),
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    tests: [
      ...all.filter(({ status }) => status === 'failed'),
      ...all.filter(({ status }) => status === 'flaky'),
    ].slice(0, toldTests),
    tookMs,
  });
}

/** Of the last try; one that had failed before says why it did. */
export function testsOf({ tests, flaky }: Pick<SuiteOutcome, 'tests' | 'flaky'>): readonly SuiteTest[] {
  const before = new Map(flaky.map((test) => [test.name, test]));
  return tests.map((test) => {
    const failed = test.status === 'passed' ? before.get(test.name) : undefined;
    return failed ? testOf(failed, 'flaky') : testOf(test, test.status);
  });
}

function testOf(
  { name, file, line, message, durationMs }: TestResult,
  status: SuiteTest['status'],
): SuiteTest {
  return { name, file: file ?? null, line: line ?? null, status, message, tookMs: durationMs ?? null };
}
