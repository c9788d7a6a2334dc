/** Slots as places: which they are in a rollout, and emptying them. */
import { slotKey, slotServiceName, type Colour, type SlotKey } from '../../common/names.ts';
import { hasCode } from '../../common/errors.ts';
import { webMoves } from '../plan.ts';
import type { Move } from '../../swarm/ledger/rollout.ts';
import type { ServiceObject, ServiceSpec, Swarm } from '../../swarm/port.ts';
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
  { swarm, changes, limits }: ReleaseEngine,
  name: string,
  signal?: AbortSignal,
): Promise<'ended' | 'still-running'> {
  const service = await scaleToNothing(swarm, name);
  if (!service) return 'ended';
  const ended = await changes.until(
    async () => ((await swarm.tasks.list({ service: name })).some(isThere) ? undefined : true),
    { limitMs: limits.empty + graceMs(service), pollMs: 100, signal },
  );
  await untilForgotten({ swarm, changes }, name, signal);
  await swarm.services.remove(service.id);
  return ended ? 'ended' : 'still-running';
}

/** Swarm keeps what it says of an ended task for about a quarter of a second. */
const forgottenMs = 2_000;

/**
 * swarmkit reads the tasks of a service that is removed, and then changes them: where it has forgotten one in between,
 * the manager dies (a nil pointer in SetServiceTasksRemove, Engine 20.10). So not at the moment in which tasks go.
 */
async function untilForgotten(
  { swarm, changes }: Pick<ReleaseEngine, 'swarm' | 'changes'>,
  service: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await changes.until(
    async () =>
      (await swarm.tasks.list({ service })).some(({ desired }) => desired === 'remove') ? undefined : true,
    { limitMs: forgottenMs, pollMs: 100, signal },
  );
}

/** The service goes; its tasks end by themselves, within their stop grace. */
export async function letTasksEnd({ swarm }: ReleaseEngine, name: string): Promise<void> {
  const service = await scaleToNothing(swarm, name);
  if (service) await swarm.services.remove(service.id);
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
    if (!service || isAtRest(service.spec)) return service;
    try {
      await swarm.services.update(service, atRest(service.spec));
      return service;
    } catch (error) {
      if (!hasCode(error, 'swarm.conflict')) throw error;
    }
  }
  return swarm.services.get(name);
}

const nowhere = 'node.id == nowhere';

/** True for a service that was told to have no tasks. */
export function isAtRest({ Mode, TaskTemplate }: ServiceSpec): boolean {
  if (Mode.Replicated) return Mode.Replicated.Replicas === 0;
  if (Mode.ReplicatedJob) return Mode.ReplicatedJob.TotalCompletions === 0;
  return constraintsOf(TaskTemplate).includes(nowhere);
}

/**
 * One that runs on every node cannot be scaled: it is left no node. A job begins anew with each update, so with nothing to
 * do; to remove it would leave its task running (Engine 20.10).
 */
function atRest(spec: ServiceSpec): ServiceSpec {
  if (spec.Mode.Replicated) return { ...spec, Mode: { Replicated: { Replicas: 0 } } };
  if (spec.Mode.ReplicatedJob)
    return { ...spec, Mode: { ReplicatedJob: { ...spec.Mode.ReplicatedJob, TotalCompletions: 0 } } };
  const { TaskTemplate: task } = spec;
  const Placement = { ...task.Placement, Constraints: [...constraintsOf(task), nowhere] };
  return { ...spec, TaskTemplate: { ...task, Placement } };
}

function constraintsOf({ Placement }: ServiceSpec['TaskTemplate']): readonly string[] {
  return (Placement?.['Constraints'] as readonly string[] | undefined) ?? [];
}
