/** Slots as places: which they are in a rollout, and emptying them. */
import { slotKey, slotServiceName, type Colour, type SlotKey } from '../../common/names.ts';
import { webMoves } from '../plan.ts';
import type { Move } from '../../swarm/ledger/rollout.ts';
import type { ServiceObject } from '../../swarm/port.ts';
import { isThere, removeAtRest, scaleToNothing } from '../../swarm/remove-service.ts';
import type { Unacknowledged } from '../../edge/expected.ts';
import { awaitEdges, missingEdges } from '../edges.ts';
import type { ReleaseEngine, Rollout } from '../engine.ts';
import type { Subject } from './trouble.ts';

export interface Slot {
  readonly service: string;
  readonly colour: Colour;
  readonly key: SlotKey;
}

/** Of services with a route, as everything here that says nothing else: edges are asked about them. */
export function newSlots(moves: readonly Move[]): readonly Slot[] {
  return webMoves(moves).map(slotTo);
}

export function oldSlots(moves: readonly Move[]): readonly Slot[] {
  return webMoves(moves).flatMap(slotFrom);
}

export function slotTo({ service, to }: Move): Slot {
  return { service, colour: to, key: slotKey(service, to) };
}

/** None, for a service that comes for the first time. */
export function slotFrom({ service, from }: Move): readonly Slot[] {
  return from === null ? [] : [{ service, colour: from, key: slotKey(service, from) }];
}

export function subjectOf(stack: string, { service, colour, key }: Slot): Subject {
  return { key, service: slotServiceName(stack, service, colour) };
}

/**
 * Takes the slot's service away: to 0 by a versioned update (a DELETE takes no version), then removed, then
 * its tasks are gone, then no edge sees a server of it. Idempotent. Gives the edges that have not said so.
 */
export async function emptySlot(
  { engine }: Rollout,
  slot: Slot,
  signal?: AbortSignal,
): Promise<readonly Unacknowledged[]> {
  await endTasks(engine, subjectOf(engine.ledger.stack, slot).service, signal);
  return unseen(engine, slot, signal);
}

/** The service goes, and its tasks have ended: `still-running` when they have not in time. */
export async function endTasks(
  engine: ReleaseEngine,
  name: string,
  signal?: AbortSignal,
): Promise<'ended' | 'still-running'> {
  const { swarm, changes, limits } = engine;
  const service = await scaleToNothing(swarm, name);
  if (!service) return 'ended';
  const ended = await changes.until(
    async () => ((await swarm.tasks.list({ service: name })).some(isThere) ? undefined : true),
    { limitMs: limits.empty + graceMs(service), pollMs: 100, signal },
  );
  await removeAtRest(engine, service, signal);
  return ended ? 'ended' : 'still-running';
}

/**
 * As `emptySlot`, for a slot that is to be filled again: what counts is that no edge sees a server of it. Swarm takes
 * a task out of the DNS, waits two seconds (moby, `defaultGossipConvergeDelay`) and only then stops it, so edges may
 * know before its tasks have ended. Only for servers that every edge saw healthy: not to see others says nothing.
 */
export async function vacateSlot(
  rollout: Rollout,
  slot: Slot,
  signal: AbortSignal,
): Promise<readonly Unacknowledged[]> {
  const { engine } = rollout;
  const { swarm, ledger } = engine;
  const healthy = { [slot.key]: 1 };
  const routes = await ledger.routes.read();
  if ((await missingEdges(engine, routes, { healthy })).length > 0) return emptySlot(rollout, slot, signal);
  const name = slotServiceName(ledger.stack, slot.service, slot.colour);
  const service = await scaleToNothing(swarm, name);
  if ((await unseen(engine, slot, signal)).length > 0) return emptySlot(rollout, slot, signal);
  await removeAtRest(engine, service, signal);
  return [];
}

async function unseen(
  engine: ReleaseEngine,
  slot: Slot,
  signal: AbortSignal | undefined,
): Promise<readonly Unacknowledged[]> {
  return awaitEdges(engine, {
    routes: await engine.ledger.routes.read(),
    require: { empty: [slot.key] },
    limitMs: engine.limits.acknowledge,
    signal,
  });
}

function graceMs({ spec }: ServiceObject): number {
  return (spec.TaskTemplate.ContainerSpec.StopGracePeriod ?? 10e9) / 1e6;
}
