/**
 * The one way in which a service goes. swarmkit reads the tasks of a service that is removed, and then changes them one by
 * one: where it has forgotten one in between, the manager dies (a nil pointer in SetServiceTasksRemove, Engine 20.10). It
 * forgets a task that is to be removed a quarter of a second after it has ended, or later (`reaperBatchingInterval`); so a
 * service is removed while none of its tasks is like that. Those that still run are no danger.
 */
import type { Clock } from '../common/clock.ts';
import { hasCode } from '../common/errors.ts';
import type { ServiceObject, ServiceSpec, Swarm, Task } from './port.ts';

export interface Removing {
  readonly swarm: Pick<Swarm, 'services' | 'tasks'>;
  readonly clock: Clock;
}

/** Nobody waits for ever: other engines may keep what they say of ended tasks. */
const forgottenMs = 2_000;
const pollMs = 100;

/**
 * To 0 by a versioned update (a DELETE takes no version), then removed; its tasks end within their stop grace. Fine when
 * it is not there, or in the middle of going.
 */
export async function removeService(parts: Removing, name: string, signal?: AbortSignal): Promise<void> {
  await removeAtRest(parts, await scaleToNothing(parts.swarm, name), signal);
}

/** For who has waited for something since `scaleToNothing`. */
export async function removeAtRest(
  { swarm, clock }: Removing,
  service: ServiceObject | undefined,
  signal?: AbortSignal,
): Promise<void> {
  if (!service) return;
  const deadline = clock.monotonic() + forgottenMs;
  while ((await swarm.tasks.list({ service: service.name })).some(isBeingForgotten)) {
    if (clock.monotonic() >= deadline) break;
    await clock.sleep(pollMs, signal);
  }
  await swarm.services.remove(service.id);
}

/** A task that has, or may still get, a container. */
export function isThere({ state }: Pick<Task, 'state'>): boolean {
  return !['complete', 'failed', 'shutdown', 'rejected', 'orphaned', 'remove'].includes(state);
}

/** Also one that no node was ever found for: there is nothing to wait for before it is forgotten. */
function isBeingForgotten(task: Task): boolean {
  return task.desired === 'remove' && (!isThere(task) || ['new', 'pending'].includes(task.state));
}

/** Gives the service as it was told to have no tasks; `undefined` when there is none. */
export async function scaleToNothing(
  swarm: Removing['swarm'],
  name: string,
): Promise<ServiceObject | undefined> {
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
  if (Mode.ReplicatedJob) return Mode.ReplicatedJob.TotalCompletions === 0;
  if (Mode.Replicated) return Mode.Replicated.Replicas === 0;
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
