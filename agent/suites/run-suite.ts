/** A suite with its retries. */
import type { Suite } from '../config/model.ts';
import { runInContainer, type RunDeps, type RunRequest } from './container-run.ts';
import type { TestResult } from './results.ts';
import { judge, type Attempt } from './verdict.ts';

export interface SuiteOutcome {
  readonly suite: Suite;
  readonly passed: boolean;
  readonly why: string;
  /** Of the last try. */
  readonly tests: readonly TestResult[];
  /** Failed in one try and passed in the last. */
  readonly flaky: readonly TestResult[];
  readonly tries: number;
  readonly tail: readonly string[];
  readonly tookMs: number;
}

export type SuiteRequest = Omit<RunRequest, 'suite' | 'command' | 'report' | 'timeoutMs'> & {
  readonly suite: Suite;
  /** A try failed and there is another. */
  readonly onRetry: (attempt: Attempt, next: number) => void;
};

export async function runSuite(deps: RunDeps, request: SuiteRequest): Promise<SuiteOutcome> {
  const { suite, onRetry, ...container } = request;
  const { name, command, report, timeoutMs, retries } = suite;
  const started = deps.clock.monotonic();
  const attempts: Attempt[] = [];
  for (;;) {
    const run = await runInContainer(deps, { ...container, suite: name, command, report, timeoutMs });
    const attempt = judge(run, suite);
    attempts.push(attempt);
    if (attempt.passed || attempts.length > retries) {
      const tookMs = Math.round(deps.clock.monotonic() - started);
      const flaky = attempt.passed ? flakyTests(attempts) : [];
      return { suite, ...attempt, flaky, tries: attempts.length, tookMs };
    }
    onRetry(attempt, attempts.length + 1);
  }
}

/** As they failed last, since that is what somebody has to look at. */
export function flakyTests(attempts: readonly Attempt[]): readonly TestResult[] {
  const passed = new Set(
    attempts.at(-1)?.tests.flatMap((test) => (test.status === 'passed' ? [test.name] : [])),
  );
  const found = new Map<string, TestResult>();
  for (const { tests } of attempts.slice(0, -1))
    for (const test of tests)
      if (test.status === 'failed' && passed.has(test.name)) found.set(test.name, test);
  return [...found.values()];
}
