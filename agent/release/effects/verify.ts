import type { ExpectedAnswer } from '../../edge/expected.ts';
import { awaitEdges, describeMissing } from '../edges.ts';
import type { Rollout, Suites } from '../engine.ts';
import type { RolloutEvent } from '../machine.ts';
import { newSlots } from './slots.ts';
import { contentOf, targetRelease } from './target.ts';
import { test } from './test.ts';

/** A probe through every edge, by the way a preview takes, is answered by the new images; and then by that way the suites. */
export async function verify(
  rollout: Rollout,
  suites: Suites | undefined,
  signal: AbortSignal,
): Promise<RolloutEvent> {
  const { engine, head } = rollout;
  const release = await targetRelease(rollout);
  const answers: Record<string, ExpectedAnswer> = {};
  for (const { key, service } of newSlots(head.moves))
    answers[key] = { slot: key, release: release.number, digest: contentOf(release, service).digest };
  const routes = await engine.ledger.routes.read();
  const limitMs = engine.limits.verify;
  const isAsked = Object.keys(answers).length > 0;
  const missing = isAsked ? await awaitEdges(engine, { routes, require: { answers }, limitMs, signal }) : [];
  if (missing.length > 0)
    return { type: 'failed', reason: 'verify-failed', detail: describeMissing(missing) };
  const tested = await test(rollout, { stage: 'preview', suites }, signal);
  return tested.type === 'tested' ? { type: 'verified' } : tested;
}
