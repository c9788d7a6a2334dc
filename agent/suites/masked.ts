import type { TestResult } from './results.ts';
import type { SuiteOutcome } from './run-suite.ts';

/** What a suite wrote goes into events, messages and the ledger: without the secrets its image was built with. */
export function masked(outcome: SuiteOutcome, mask: (text: string) => string): SuiteOutcome {
  const test = (result: TestResult): TestResult => ({
    ...result,
    name: mask(result.name),
    file: result.file === undefined ? undefined : mask(result.file),
    message: mask(result.message),
  });
  return {
    ...outcome,
    why: mask(outcome.why),
    tests: outcome.tests.map(test),
    flaky: outcome.flaky.map(test),
    tail: outcome.tail.map(mask),
  };
}
