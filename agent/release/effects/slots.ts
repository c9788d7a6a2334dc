/** Slots as places: which they are in a rollout, and emptying them. */
import { slotKey, slotServiceName, type Colour, type SlotKey } from '../../common/names.ts';
import { hasCode } from '../../common/errors.ts';
import type { Move } from '../../swarm/ledger/rollout.ts';
import type { ServiceObject, Swarm } from '../../swarm/port.ts';
import type { Unacknowledged } from '../../edge/expected.ts';
import { awaitEdges, missingEdges } from '../edges.ts';
import type { ReleaseEngine, Rollout } from '../engine.ts';
import type { Subject } from './trouble.ts';

export interface Slot {
  readonly service: string;
  readonly colour: Colour;
  readonly key: SlotKey;
}

export function newSlots(moves: readonly Move[]): readonly Slot[] {
  return moves.map(({ service, to }) => ({ service, colour: to, key: slotKey(service, to) }));
}

export function oldSlots(moves: readonly Move[]): readonly Slot[] {
  return moves.flatMap(({ service, from }) =>
    from === null ? [] : [{ service, colour: from, key: slotKey(service, from) }],
  );
}

export function subjectOf(stack: string, { service, colour, key }: Slot): Subject {
  return { key, service: slotServiceName(stack, service, colour) };
}

/**
 * Takes the slot's service away: to 0 by a versioned update (a DELETE takes no version), then removed, then
 * its tasks are gone, then no edge sees a server of it. Idempotent. Gives the edges that have not said so.
 */
export async function emptySlot(
  rollout: Rollout,
  slot: Slot,
  signal?: AbortSignal,
): Promise<readonly Unacknowledged[]> {
  const { engine } = rollout;
  const { swarm, changes, limits } = engine;
  const name = slotServiceName(engine.ledger.stack, slot.service, slot.colour);
  const service = await scaleToNothing(swarm, name);
  if (service) {
    await changes.until(
      async () => ((await swarm.tasks.list({ service: name })).some(isThere) ? undefined : true),
      { limitMs: limits.empty + graceMs(service), pollMs: 100, signal },
    );
    await swarm.services.remove(service.id);
  }
  return unseen(engine, slot, signal);
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
  if (service) await swarm.services.remove(service.id);
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

/** A task that has, or may still get, a container. */
function isThere(task: { readonly state: string; readonly desired: string }): boolean {
  return !['complete', 'failed', 'shutdown', 'rejected', 'orphaned', 'remove'].includes(task.state);
}

async function scaleToNothing(swarm: Swarm, name: string): Promise<ServiceObject | undefined> {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const service = await swarm.services.get(name);
    if (!service || service.spec.Mode.Replicated?.Replicas === 0) return service;
    try {
      await swarm.services.update(service, { ...service.spec, Mode: { Replicated: { Replicas: 0 } } });
      return service;
    } catch (error) {
      if (!hasCode(error, 'swarm.conflict')) throw error;
    }
  }
  return swarm.services.get(name);
}
