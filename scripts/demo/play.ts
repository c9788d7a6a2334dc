/** The steps, one after the other, with traffic from the first version on to the end. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Outcome } from './figures.ts';
import type { DemoStage } from './prepare.ts';
import { count, runStep, type StepRun } from './run-step.ts';
import { opening, steps } from './steps.ts';
import { requestsPerSecond, startTraffic, visitors, type Traffic } from './traffic.ts';

/** So many requests at least: figures out of few would say little. */
const enoughRequests = 20_000;
const limitMs = 110_000;

export async function play(stage: DemoStage): Promise<Outcome> {
  const { screen } = stage;
  const first = await runStep(stage, opening, undefined);
  if (!first.isAsExpected) throw new Error('The first version did not go live: see above.');
  screen.say(
    `\nVisitors come: ${visitors} connections to ${stage.url}, ${requestsPerSecond} requests a second, until the end.`,
  );
  const from = performance.now();
  const traffic = startTraffic(stage.url);
  const runs: StepRun[] = [];
  try {
    for (const step of steps) {
      runs.push(await runStep(stage, step, traffic));
      if (runs.at(-1)?.isAsExpected === false) break;
    }
    if (isComplete(runs)) await untilEnough(stage, traffic, from);
  } catch (error) {
    if (!stage.signal.aborted) throw error;
  } finally {
    await traffic.stop();
  }
  const until = performance.now();
  return { runs, stats: traffic.stats(), from, until, complete: isComplete(runs) };
}

const isComplete = (runs: readonly StepRun[]): boolean =>
  runs.length === steps.length && runs.every(({ isAsExpected }) => isAsExpected);

async function untilEnough({ screen, signal }: DemoStage, traffic: Traffic, from: number): Promise<void> {
  const missing = (): number => enoughRequests - traffic.stats().requests;
  if (missing() <= 0) return;
  screen.say(`\nThe visitors stay until there were ${count(enoughRequests)} requests …`);
  while (missing() > 0 && performance.now() - from < limitMs) await delay(200, undefined, { signal });
}
