/** `flaky`: it failed in one try, as told here, and passed in the last. */
export interface SuiteTest {
  readonly name: string;
  /** As the suite's report names it, seen from its working folder where it is below that. */
  readonly file: string | null;
  /** From 1. */
  readonly line: number | null;
  readonly status: 'passed' | 'failed' | 'skipped' | 'flaky';
  readonly message: string;
  /** As its report says. */
  readonly tookMs: number | null;
}
