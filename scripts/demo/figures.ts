/** What came out: the table for people, the figures for programs. Everything is counted from the traffic. */
import { alignColumns } from '../../agent/cli/table.ts';
import { elapsed } from '../../agent/cli/duration.ts';
import type { LoadStats } from '../../test/support/load.ts';
import { count, type StepRun } from './run-step.ts';
import type { Screen } from './screen.ts';
import { countSpan, sawFlag, type Span, type SpanCounts } from './traffic.ts';

/** What `--json FILE` writes. */
export interface Figures {
  /** That went live while the traffic ran. */
  readonly deploys: number;
  readonly rollbacks: number;
  readonly requests: number;
  readonly failed: number;
  /** Answers of another version to requests that were started after a deploy or rollback was acknowledged. */
  readonly staleAfterAck: number;
  readonly badReleasesStopped: number;
  readonly killedAgents: number;
  /** Flags that were switched, and seen by every visitor from a second later on. */
  readonly flagToggles: number;
  /** False when a step ended in another way than it should, or was not reached. */
  readonly complete: boolean;
  /** From the first request to the last. */
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly steps: readonly StepFigures[];
}

interface StepFigures extends SpanCounts {
  readonly step: string;
  readonly outcome: string;
  readonly tookMs: number;
}

export interface Outcome {
  readonly runs: readonly StepRun[];
  readonly stats: LoadStats;
  /** `performance.now()` of the first request and the end. */
  readonly from: number;
  readonly until: number;
  readonly complete: boolean;
}

export function figuresOf({ runs, stats, from, until, complete }: Outcome): Figures {
  const spanOf = (run: StepRun): Span => {
    const end = runs[runs.indexOf(run) + 1]?.from ?? Infinity;
    return { from: run.from, acknowledged: run.acknowledged, until: end, live: run.step.live };
  };
  const steps = runs.map((run): StepFigures => ({
    step: run.step.title,
    outcome: run.outcome,
    tookMs: Math.round(run.tookMs),
    ...countSpan(stats.samples, spanOf(run)),
  }));
  const succeeded = (kind: StepRun['step']['kind']): number =>
    runs.filter(({ step, isAsExpected }) => step.kind === kind && isAsExpected).length;
  const toggles = runs.filter(({ step, isAsExpected }) => step.flag !== undefined && isAsExpected);
  const unseen = toggles.filter((run) => !sawFlag(stats.samples, spanOf(run), run.step.flag ?? 'off'));
  return {
    deploys: succeeded('deploy'),
    rollbacks: succeeded('rollback'),
    requests: stats.requests,
    failed: stats.failed,
    staleAfterAck: steps.reduce((total, { stale }) => total + stale, 0),
    badReleasesStopped: succeeded('bad release'),
    killedAgents: succeeded('killed agent'),
    flagToggles: toggles.length - unseen.length,
    complete: complete && unseen.length === 0,
    seconds: rounded((until - from) / 1000),
    p50Ms: rounded(stats.percentile(0.5)),
    p99Ms: rounded(stats.percentile(0.99)),
    steps,
  };
}

export function isGood({ failed, staleAfterAck, complete }: Figures): boolean {
  return failed === 0 && staleAfterAck === 0 && complete;
}

export function tellFigures(figures: Figures, { say, style }: Screen): void {
  const wrong = (value: number): string => (value === 0 ? '0' : style.bad(`${count(value)} !`));
  const head = ['STEP', 'OUTCOME', 'TOOK', 'REQUESTS', 'FAILED', 'OLD ANSWERS'].map((title) =>
    style.dim(title),
  );
  const rows = figures.steps.map(({ step, outcome, tookMs, requests, failed, stale }) => [
    step,
    outcome,
    elapsed(tookMs),
    count(requests),
    wrong(failed),
    wrong(stale),
  ]);
  const all = [
    'all',
    '',
    elapsed(figures.seconds * 1000),
    count(figures.requests),
    wrong(figures.failed),
    wrong(figures.staleAfterAck),
  ];
  say('');
  for (const line of alignColumns([head, ...rows, all])) say(`  ${line}`);
  say(
    style.dim('  requests: until the next step; old answers: given by another version to requests that were'),
  );
  say(
    style.dim('  started after the command had its acknowledgement (of a stopped release: any answer of it)'),
  );
  say(style.dim(`  an answer took ${figures.p50Ms} ms (median), ${figures.p99Ms} ms (99 %)`));
}

const rounded = (value: number): number => (Number.isNaN(value) ? 0 : Math.round(value * 10) / 10);
