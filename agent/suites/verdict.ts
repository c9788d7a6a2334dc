/** What one run of a suite means. Pure. */
import type { ContainerRun, Report } from './container-run.ts';
import { parseReport } from './report.ts';
import type { TestResult } from './results.ts';

export interface Attempt {
  readonly passed: boolean;
  /** Why not, going on from "the suite …"; empty when it passed. */
  readonly why: string;
  /** Out of its report; empty without one. */
  readonly tests: readonly TestResult[];
  /** Last lines it wrote. */
  readonly tail: readonly string[];
}

export function judge(run: ContainerRun, { timeoutMs }: { readonly timeoutMs: number }): Attempt {
  const { tail } = run;
  switch (run.how) {
    case 'timeout':
      return failed(`did not end within ${seconds(timeoutMs)} (its timeout) and was killed`, tail);
    case 'flood':
      return failed('wrote more than anybody can read (16 MiB) and was killed', tail);
    case 'not-started':
      return failed(`could not be started: ${run.why}`, tail);
    case 'exited':
      return judgeEnd(run);
  }
}

function failed(why: string, tail: readonly string[], tests: readonly TestResult[] = []): Attempt {
  return { passed: false, why, tests, tail };
}

/** Both have to say so: the exit code, and the report where there is one. */
function judgeEnd(run: Extract<ContainerRun, { how: 'exited' }>): Attempt {
  const { exitCode, outOfMemory, tail } = run;
  const { tests, problem } = run.report ? readReport(run.report) : { tests: [], problem: '' };
  const wrong = tests.filter(({ status }) => status === 'failed').length;
  const end = outOfMemory
    ? 'ran out of memory and was killed'
    : exitCode === 0
      ? ''
      : `ended with exit code ${exitCode}`;
  const counted = wrong > 0 ? `has ${wrong} of ${tests.length} tests failed` : '';
  // A program whose tests fail says so with its exit code too: once is enough.
  const why =
    wrong > 0 && !outOfMemory ? counted : [end, problem].filter((text) => text !== '').join(', and ');
  return why === '' ? { passed: true, why, tests, tail } : failed(why, tail, tests);
}

/** `problem`: why the report is no proof of anything. */
function readReport({ path, file, folder }: Report): {
  readonly tests: readonly TestResult[];
  readonly problem: string;
} {
  if (file.kind === 'missing') return none(`did not write its report ${path}`);
  if (file.kind === 'not-a-file') return none(`has a report ${path} that is no file`);
  if (file.kind === 'too-large')
    return none(`wrote a report ${path} of ${file.bytes} bytes, which is too large`);
  const parsed = parseReport(file.data.toString('utf8'));
  if (parsed.kind === 'unreadable') return none(`wrote a report ${path} that ${parsed.why}`);
  if (parsed.tests.length === 0) return none(`ran no test, as its report ${path} says`);
  return { tests: parsed.tests.map((test) => inside(folder, test)), problem: '' };
}

const none = (problem: string): { readonly tests: readonly TestResult[]; readonly problem: string } => ({
  tests: [],
  problem,
});

/** `/app/test/a.js` in the working folder `/app` is `test/a.js`, as in the repository more often than not. */
function inside(folder: string, test: TestResult): TestResult {
  const { file } = test;
  return folder !== '' && file?.startsWith(`${folder}/`) === true
    ? { ...test, file: file.slice(folder.length + 1) }
    : test;
}

export function seconds(ms: number): string {
  const whole = Math.round(ms / 1000);
  return whole >= 120 && whole % 60 === 0 ? `${whole / 60} min` : `${ms / 1000} s`;
}
