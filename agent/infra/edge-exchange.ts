/** Edges without a port are exchanged while users come through them: which are to go, and the wait until they have gone. */
import type { ReleaseEngine } from '../release/engine.ts';
import type { ServiceObject, ServiceSpec } from '../swarm/port.ts';

/** Edges of nodes that cannot end them are none of them: a node that is down says nothing about its tasks. */
export async function edgesToGo(
  { swarm }: ReleaseEngine,
  there: ServiceObject,
  wanted: ServiceSpec,
): Promise<ReadonlySet<string>> {
  if (covers(there.spec.TaskTemplate, wanted.TaskTemplate)) return new Set();
  const ready = new Set((await swarm.nodes()).flatMap(({ id, state }) => (state === 'ready' ? [id] : [])));
  const tasks = await swarm.tasks.list({ service: there.name });
  return new Set(
    tasks.flatMap(({ id, state, nodeId }) => (state === 'running' && ready.has(nodeId) ? [id] : [])),
  );
}

export async function areGone(
  { swarm }: ReleaseEngine,
  service: string,
  tasks: ReadonlySet<string>,
): Promise<boolean> {
  if (tasks.size === 0) return true;
  return !(await swarm.tasks.list({ service })).some(({ id, state }) => tasks.has(id) && state === 'running');
}

/** Whether all that is wanted is there; the engine writes defaults of its own beside it. */
export function covers(there: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return there === wanted;
  if (typeof there !== 'object' || there === null) return Object.keys(wanted).length === 0;
  if (Array.isArray(wanted) && wanted.length !== Object.keys(there).length) return false;
  return Object.entries(wanted).every(([key, part]) => covers((there as Record<string, unknown>)[key], part));
}
