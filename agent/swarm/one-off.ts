/**
 * Programs that run once as a task of the Swarm, for what has to be on a stack's networks: plain containers cannot
 * join those. A job of one task that is never started again, on the node whose engine we talk to: there is an image
 * that no registry has, and there its output can be followed and files taken out (docs/adr/0032).
 */
import { systemClock, type Clock } from '../common/clock.ts';
import { labels as names } from '../common/names.ts';
import type { Containers, Runner } from './containers.ts';
import { notStarted } from './failures.ts';
import { removeService } from './remove-service.ts';
import type { ContainerSpec, ServiceSpec, Swarm, Task } from './port.ts';

export interface OneOffRequest {
  /** Of the service that holds the task (`names.run`). */
  readonly name: string;
  /** Of service and container, besides the one that names it. Whoever finds them left behind goes by these. */
  readonly labels: Readonly<Record<string, string>>;
  /** `Command` replaces the image's entry point. */
  readonly container: ContainerSpec;
  /** Ids of overlay networks. */
  readonly networks: readonly string[];
}

/** Ids are those of the services. Every method throws a TidegateError; one that cannot start, `engine.failed`. */
export interface OneOffs extends Omit<Runner, 'create'> {
  create(request: OneOffRequest): Promise<string>;
}

export interface OneOffOptions {
  readonly swarm: Swarm;
  readonly containers: Containers;
  readonly clock?: Clock;
}

/** On the service and its container: the name of the service. */
export const runLabel = 'tidegate.run';

/** Swarm needs a second; a node that is full, or that takes no tasks, never does it. */
const startMs = 60_000;
const pollMs = 100;

export function openOneOffs(options: OneOffOptions): OneOffs {
  const { swarm, containers, clock = systemClock } = options;
  const known = new Map<string, { readonly name: string; readonly container: string }>();
  const containerOf = (id: string): string => known.get(id)?.container ?? '';
  return {
    create: async (request) => {
      const { nodeId } = await swarm.info();
      const id = await swarm.services.create(specOf(request, nodeId));
      known.set(id, { name: request.name, container: '' });
      return id;
    },
    start: async (id, signal) => {
      const name = known.get(id)?.name ?? id;
      const container = await untilStarted(options, name, signal);
      known.set(id, { name, container });
      return containers.logs(container, signal);
    },
    wait: (id, signal) => containers.wait(containerOf(id), signal),
    end: (id) => containers.end(containerOf(id)),
    kill: (id) => containers.kill(containerOf(id)),
    workingFolder: (id) => containers.workingFolder(containerOf(id)),
    readFile: (id, path, limit) => containers.readFile(containerOf(id), path, limit),
    remove: async (id) => {
      const name = known.get(id)?.name;
      if (name === undefined) return;
      await removeService({ swarm, clock }, name);
      known.delete(id);
      // The engine keeps the container of a task that has ended.
      for (const left of await containers.list({ [runLabel]: name })) await containers.remove(left.id);
    },
  };
}

async function untilStarted(options: OneOffOptions, service: string, signal: AbortSignal): Promise<string> {
  const { swarm, clock = systemClock } = options;
  const deadline = clock.monotonic() + startMs;
  for (;;) {
    signal.throwIfAborted();
    const [task] = await swarm.tasks.list({ service });
    if (task && !waiting.has(task.state)) return containerIn(options, task);
    if (clock.monotonic() > deadline)
      throw notStarted(`Swarm did not start it within ${startMs / 1000} s: ${wordsOf(task)}`);
    await clock.sleep(pollMs, signal);
  }
}

/** A task that never ran has ended as well: there is no such image, or no such program. */
async function containerIn({ containers }: OneOffOptions, task: Task): Promise<string> {
  const { containerId, state } = task;
  if (containerId === undefined) throw notStarted(wordsOf(task));
  if (state !== 'running' && !(await containers.hasStarted(containerId))) throw notStarted(wordsOf(task));
  return containerId;
}

const waiting = new Set(['new', 'pending', 'assigned', 'accepted', 'preparing', 'ready', 'starting']);

function wordsOf(task: Task | undefined): string {
  return task === undefined ? 'it has no task' : (task.error ?? task.message);
}

function specOf({ name, labels, container, networks }: OneOffRequest, node: string): ServiceSpec {
  const own = { ...labels, [runLabel]: name };
  const stack = labels[names.stack];
  return {
    Name: name,
    Labels: { ...own, ...(stack !== undefined && { [names.stackNamespace]: stack }) },
    TaskTemplate: {
      ContainerSpec: { ...container, Labels: { ...container.Labels, ...own }, StopGracePeriod: 0 },
      RestartPolicy: { Condition: 'none' },
      Placement: { Constraints: [`node.id==${node}`] },
      Networks: networks.map((Target) => ({ Target })),
      // Bounded: the engine writes it to its disk, however much that is.
      LogDriver: { Name: 'local', Options: { 'max-size': '16m', 'max-file': '2', compress: 'false' } },
    },
    Mode: { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 1 } },
  };
}
