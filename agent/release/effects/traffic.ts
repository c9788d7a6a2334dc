/** Moving traffic: a share, all of it, and back. Each is one compare-and-swap; the rest is waiting for edges. */
import type { ExpectedAnswer, Unacknowledged } from '../../edge/expected.ts';
import type { ReleaseRecord } from '../../swarm/ledger/release.ts';
import type { RolloutHead } from '../../swarm/ledger/rollout.ts';
import type { Routes } from '../../swarm/ledger/routes.ts';
import type { Stored } from '../../swarm/port.ts';
import { awaitEdges, describeMissing, missingEdges } from '../edges.ts';
import type { Rollout } from '../engine.ts';
import { writeRoutes } from '../lock.ts';
import type { RolloutEvent } from '../machine.ts';
import { webMoves } from '../plan.ts';
import { isReverted, promote as promoted, revert as reverted, shift as shifted } from '../routes-changes.ts';
import { healthyServers } from './place.ts';
import { supersede } from './supersede.ts';
import { newSlots, slotTo } from './slots.ts';
import { contentOf, targetRelease } from './target.ts';
import { workersNotRunning } from './workers.ts';

export async function shift(rollout: Rollout, share: number, signal: AbortSignal): Promise<RolloutEvent> {
  const { head } = rollout;
  const before = await writeRoutes(rollout, (same) => same, signal);
  const unhealthy = share > 0 ? await notHealthy(rollout, before, signal) : '';
  if (unhealthy !== '') return { type: 'failed', reason: 'verify-failed', detail: unhealthy };
  const routes = await writeRoutes(rollout, (now) => shifted(now, webMoves(head.moves), share), signal);
  const missing = await acknowledged(rollout, routes, signal);
  return missing.length === 0 ? { type: 'shifted' } : unacknowledged(missing);
}

/**
 * The swap (invariants 1 and 2): every edge sees enough healthy servers at this moment; one compare-and-swap
 * for all services; every edge acknowledges; a probe through each, by the way users take, is answered by the
 * new images.
 */
export async function promote(rollout: Rollout, signal: AbortSignal): Promise<RolloutEvent> {
  const { engine, head } = rollout;
  const release = await targetRelease(rollout);
  // The lock first: health that was looked at before a wait for it would be old news.
  let routes = rollout.claimed ?? (await writeRoutes(rollout, (same) => same, signal));
  if (!isPromoted(routes.value, rollout, release.number)) {
    const unhealthy =
      (await workersNotRunning(rollout, signal)) || (await notHealthy(rollout, routes, signal));
    if (unhealthy !== '')
      return { type: 'failed', reason: 'verify-failed', detail: unhealthy, beforeSwap: true };
    routes = await writeRoutes(rollout, (now) => promoted(now, head.moves, release.number), signal);
  }
  try {
    const silent = await acknowledged(rollout, routes, signal);
    if (silent.length > 0) return unacknowledged(silent);
  } finally {
    // The engine has enough to do until edges have said so, and until then the claim keeps what is in use from being emptied.
    if (head.warm) await supersede(rollout);
  }
  return answered(rollout, routes, engine.limits.prove, signal);
}

export async function prove(
  rollout: Rollout,
  routes: Stored<Routes>,
  limits: { readonly acknowledge: number; readonly prove: number },
): Promise<RolloutEvent> {
  const silent = await acknowledged(rollout, routes, undefined, limits.acknowledge);
  return silent.length > 0 ? unacknowledged(silent) : answered(rollout, routes, limits.prove);
}

/** A probe through each edge, which has acknowledged the routes. */
async function answered(
  rollout: Rollout,
  routes: Stored<Routes>,
  limitMs: number,
  signal?: AbortSignal,
): Promise<RolloutEvent> {
  const { engine, head } = rollout;
  if (webMoves(head.moves).length === 0) return { type: 'proven' };
  const answers = liveAnswers(head, await targetRelease(rollout));
  const unproven = await awaitEdges(engine, { routes, require: { answers }, limitMs, signal });
  if (unproven.length === 0) return { type: 'proven' };
  // An edge that fell silent since is not one that answers wrongly.
  const stillSilent = await missingEdges(engine, routes);
  if (stillSilent.length > 0) return unacknowledged(stillSilent);
  return { type: 'failed', reason: 'proof-failed', detail: describeMissing(unproven) };
}

function unacknowledged(missing: readonly Unacknowledged[]): RolloutEvent {
  return { type: 'unacknowledged', detail: describeMissing(missing) };
}

/** Who must answer users once the release is live. */
export function liveAnswers(head: RolloutHead, release: ReleaseRecord): Record<string, ExpectedAnswer> {
  const answers: Record<string, ExpectedAnswer> = {};
  for (const { key, service } of newSlots(head.moves))
    answers[service] = { slot: key, release: release.number, digest: contentOf(release, service).digest };
  return answers;
}

export async function revert(rollout: Rollout): Promise<RolloutEvent> {
  const { head, state } = rollout;
  // This rollout has moved nothing, so there is nothing to take back: if the routes are not as it planned, then
  // somebody else, who was faster, swapped them (invariant 4).
  if (!state.moved) return { type: 'reverted' };
  const routes = await writeRoutes(rollout, (now) =>
    isReverted(now, head.moves) ? now : reverted(now, head.moves),
  );
  const missing = await acknowledged(rollout, routes);
  return missing.length === 0 ? { type: 'reverted' } : unacknowledged(missing);
}

/** Edges that have not acknowledged the routes in time; none where only workers were moved, which no edge knows. */
async function acknowledged(
  { engine, head }: Rollout,
  routes: Stored<Routes>,
  signal?: AbortSignal,
  limitMs = engine.limits.acknowledge,
): Promise<readonly Unacknowledged[]> {
  if (webMoves(head.moves).length === 0) return [];
  return awaitEdges(engine, { routes, limitMs, signal });
}

function isPromoted(routes: Routes, { head }: Rollout, release: number): boolean {
  return head.moves.map(slotTo).every(({ service, colour, key }) => {
    const route = routes.routes[service];
    return route?.active === colour && route.canary === 0 && routes.slots[key] === release;
  });
}

/**
 * Empty when every edge sees enough healthy servers of the new slots now. Waits for edges that have not
 * acknowledged the routes as they are yet: claiming the services changed them a moment ago.
 */
async function notHealthy(rollout: Rollout, routes: Stored<Routes>, signal: AbortSignal): Promise<string> {
  const { engine, head } = rollout;
  if (webMoves(head.moves).length === 0) return '';
  const release = await targetRelease(rollout);
  const healthy = healthyServers(newSlots(head.moves), (slot) => contentOf(release, slot.service));
  const limitMs = engine.limits.acknowledge;
  return describeMissing(await awaitEdges(engine, { routes, require: { healthy }, limitMs, signal }));
}
