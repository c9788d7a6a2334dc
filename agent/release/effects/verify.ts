import type { ExpectedAnswer } from '../../edge/expected.ts';
import { awaitEdges, describeMissing } from '../edges.ts';
import type { Rollout } from '../engine.ts';
import type { RolloutEvent } from '../machine.ts';
import { newSlots } from './slots.ts';
import { contentOf, targetRelease } from './target.ts';

/** A probe through every edge, by the way a preview takes, is answered by the new images. */
export async function verify(rollout: Rollout, signal: AbortSignal): Promise<RolloutEvent> {
  const { engine, head } = rollout;
  const release = await targetRelease(rollout);
  const answers: Record<string, ExpectedAnswer> = {};
  for (const { key, service } of newSlots(head.moves))
    answers[key] = { slot: key, release: release.number, digest: contentOf(release, service).digest };
  const routes = await engine.ledger.routes.read();
  const missing = await awaitEdges(engine, {
    routes,
    require: { answers },
    limitMs: engine.limits.verify,
    signal,
  });
  if (missing.length === 0) return { type: 'verified' };
  return { type: 'failed', reason: 'verify-failed', detail: describeMissing(missing) };
}
