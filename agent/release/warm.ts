/** Whether a slot that is kept warm is still what the ledger says. */
import type { ReleaseRecord } from '../swarm/ledger/release.ts';
import type { Move } from '../swarm/ledger/rollout.ts';
import type { Routes } from '../swarm/ledger/routes.ts';
import type { Stored } from '../swarm/port.ts';
import { awaitEdges, missingEdges } from './edges.ts';
import { healthyServers } from './effects/place.ts';
import { newSlots } from './effects/slots.ts';
import { contentOf } from './effects/target.ts';
import type { ReleaseEngine } from './engine.ts';

/** A moment for a health check that happens to fail. */
const healthyMs = 1_500;

/**
 * False when an edge that is up to date sees too few healthy servers in the target slots: somebody scaled them
 * down, or a driver died while it emptied them. Then the release has to be placed anew. Edges that say nothing
 * are no reason to take a slot away.
 */
export async function runsStill(
  engine: ReleaseEngine,
  routes: Stored<Routes>,
  moves: readonly Move[],
  target: ReleaseRecord,
): Promise<boolean> {
  const healthy = healthyServers(newSlots(moves), (slot) => contentOf(target, slot.service));
  if ((await missingEdges(engine, routes, { healthy })).length === 0) return true;
  const silent = await awaitEdges(engine, { routes, limitMs: engine.limits.acknowledge });
  if (silent.length > 0) return true;
  const short = await awaitEdges(engine, { routes, require: { healthy }, limitMs: healthyMs });
  return short.length === 0;
}
