/** One step of the demo: a command runs while visitors come, and is told in words. */
import { setTimeout as delay } from 'node:timers/promises';
import { elapsed } from '../../agent/cli/duration.ts';
import type { AgentEvent, RolloutResult } from '../../agent/protocol/methods.ts';
import type { DemoPlace } from './place.ts';
import type { Screen } from './screen.ts';
import type { Step } from './steps.ts';
import { messageIn, tidegate, type TidegateRun } from './tidegate.ts';
import type { Traffic } from './traffic.ts';

export interface Stage {
  readonly place: DemoPlace;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly screen: Screen;
}

export interface StepRun {
  readonly step: Step;
  readonly outcome: string;
  readonly isAsExpected: boolean;
  readonly tookMs: number;
  /** `performance.now()` */
  readonly from: number;
  /** `Infinity` when it did not come to that. */
  readonly acknowledged: number;
}

/** So long the traffic is watched after a step before the next one begins. */
const watchMs = 1_500;

/** Phases in which nothing that takes time happens are not told. */
const told: Readonly<Record<string, string>> = {
  building: 'built',
  testing: 'tested',
  placing: 'started',
  verifying: 'checked at every edge',
  promoted: 'swapped',
  'aborting: reverting': 'went back',
  'aborting: emptying': 'cleared away',
};

export async function runStep(stage: Stage, step: Step, traffic: Traffic | undefined): Promise<StepRun> {
  const { screen, signal } = stage;
  screen.say(`\n${step.story}`);
  screen.say(screen.style.bold(`$ tidegate ${step.args.join(' ')}`));
  const watch = watchPhases(stage, step, traffic);
  const from = performance.now();
  const run = await tidegate(stage.place, step.args, { ...stage, onEvent: watch.onEvent });
  const ended = performance.now();
  watch.stop();
  signal.throwIfAborted();
  const outcome = outcomeOf(run);
  const isAsExpected = outcome === step.expected;
  tell(stage, { run, step, isAsExpected, phases: watch.phases() });
  if (traffic) await delay(watchMs, undefined, { signal });
  return {
    step,
    outcome,
    isAsExpected,
    tookMs: ended - from,
    from,
    acknowledged: isAsExpected ? acknowledgedAt(step, from, watch.acknowledged() ?? ended) : Infinity,
  };
}

/** A stopped or killed rollout moves nothing: from its start on only the old version may answer. */
function acknowledgedAt({ expected }: Step, from: number, told: number): number {
  return expected === 'done' ? told : from;
}

function outcomeOf(run: TidegateRun): string {
  if (run.code === null) return 'killed';
  const { outcome } = (run.document ?? {}) as Partial<RolloutResult>;
  return outcome ?? 'failed';
}

interface PhaseWatch {
  readonly onEvent: (event: AgentEvent, control: { readonly kill: () => void }) => void;
  /** `built 0.9 s · …` */
  phases(): string;
  /** When the agent said that every edge has acknowledged and answered with the new version. */
  acknowledged(): number | undefined;
  stop(): void;
}

function watchPhases({ screen }: Stage, step: Step, traffic: Traffic | undefined): PhaseWatch {
  const done: string[] = [];
  let phase = 'starting';
  let since = performance.now();
  let acknowledged: number | undefined;
  const timer = setInterval(() => {
    const { requests = 0, failed = 0 } = traffic?.stats() ?? {};
    const visits = traffic ? `   ${count(requests)} requests, ${failed} failed` : '';
    screen.show(`  … ${phase} ${elapsed(performance.now() - since)}${visits}`);
  }, 200);
  return {
    onEvent: (event, { kill }) => {
      if (event.kind === 'note') screen.say(screen.style.dim(`  ${event.text}`));
      if (event.kind !== 'phase' || event.phase === phase) return;
      const now = performance.now();
      const word = told[phase];
      if (word !== undefined) done.push(`${word} ${elapsed(now - since)}`);
      if (phase === 'promoted' && /^(settling|done)/.test(event.phase)) acknowledged = now;
      phase = event.phase;
      since = now;
      if (phase === step.killAt) kill();
    },
    phases: () => done.join(' · '),
    acknowledged: () => acknowledged,
    stop: () => clearInterval(timer),
  };
}

interface Told {
  readonly run: TidegateRun;
  readonly step: Step;
  readonly isAsExpected: boolean;
  readonly phases: string;
}

function tell({ screen }: Stage, { run, step, isAsExpected, phases }: Told): void {
  const { style, say } = screen;
  if (phases !== '') say(style.dim(`  ${phases}`));
  if (isAsExpected && run.code === null) {
    say(`  ${style.good('✔')} killed while it was "${step.killAt ?? ''}"; the shop goes on`);
    return;
  }
  const [first = '', ...rest] = messageIn(run).split('\n');
  const exit = run.code === 0 ? '' : ` (exit code ${String(run.code)})`;
  say(`  ${isAsExpected ? style.good('✔') : style.bad('✘')} ${first}${exit}`);
  for (const line of rest) say(style.dim(`    ${line}`));
}

export const count = (value: number): string => value.toLocaleString('en');
