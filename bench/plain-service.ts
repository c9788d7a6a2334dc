/** The peer of a deploy: the same service without Tidegate, updated and rolled back by Swarm itself. */
import type Docker from 'dockerode';
import type { ServiceSpec } from '../agent/swarm/port.ts';

export interface PlainServiceOptions {
  readonly docker: Docker;
  readonly name: string;
  /** The slot's own spec: same health check, replicas, networks, limits. */
  readonly like: ServiceSpec;
}

/** How long Swarm watches a new task before it believes in it: `docker service update`'s default. */
export const defaultMonitorMs = 5_000;

export interface PlainService {
  /** To another image; resolves when Swarm says that the update is completed. `monitorMs`: see above. */
  update(image: string, monitorMs?: number): Promise<void>;
  /** To the spec before the last update, as `docker service rollback` does. */
  rollback(): Promise<void>;
  remove(): Promise<void>;
}

interface Inspected {
  readonly Version: { readonly Index: number };
  readonly Spec: ServiceSpec;
  readonly UpdateStatus?: { readonly State?: string };
}

const pollMs = 50;
const limitMs = 120_000;

/** Resolves when its tasks run. */
export async function createPlainService(options: PlainServiceOptions): Promise<PlainService> {
  const { docker, name, like } = options;
  const made: unknown = await docker.createService({ _query: {}, _body: specOf(options) } as never);
  const { id } = made as { readonly id: string };
  const service = docker.getService(id);
  const inspect = async (): Promise<Inspected> => (await service.inspect()) as Inspected;
  const write = async (spec: ServiceSpec, query: object): Promise<void> => {
    const { Version } = await inspect();
    await service.update({ _query: { version: Version.Index, ...query }, _body: spec });
  };
  await until(async () => (await runningTasks(docker, name)) >= (like.Mode.Replicated?.Replicas ?? 1));
  return {
    update: async (image, monitorMs = defaultMonitorMs) => {
      const { Spec } = await inspect();
      const { TaskTemplate } = Spec;
      const container = { ...TaskTemplate.ContainerSpec, Image: image };
      const template = { ...TaskTemplate, ContainerSpec: container };
      await write({ ...Spec, TaskTemplate: template, UpdateConfig: changeConfig(monitorMs) }, {});
      await until(async () => ended(await inspect(), 'completed'));
    },
    rollback: async () => {
      await write((await inspect()).Spec, { rollback: 'previous' });
      await until(async () => ended(await inspect(), 'rollback_completed'));
    },
    remove: async () => {
      await service.remove();
      await until(async () => (await allTasks(docker, name)) === 0);
    },
  };
}

function changeConfig(monitorMs: number): Record<string, unknown> {
  // Start-first on the way back too: stop-first, the default there, takes longer.
  return { Parallelism: 1, Monitor: monitorMs * 1e6, FailureAction: 'pause', Order: 'start-first' };
}

function specOf({ name, like }: PlainServiceOptions): ServiceSpec {
  // Nothing may take it for a slot.
  const container = { ...like.TaskTemplate.ContainerSpec, Labels: {} };
  return {
    ...like,
    Name: name,
    Labels: {},
    TaskTemplate: { ...like.TaskTemplate, ContainerSpec: container },
    UpdateConfig: changeConfig(defaultMonitorMs),
    RollbackConfig: changeConfig(defaultMonitorMs),
  };
}

/** Swarm clears the status when an update begins, so an old one is never read. */
function ended({ UpdateStatus }: Inspected, wanted: string): boolean {
  const state = UpdateStatus?.State;
  if (state === 'paused' || state === 'rollback_paused') throw new Error(`Swarm gave up: ${state}`);
  return state === wanted;
}

async function runningTasks(docker: Docker, service: string): Promise<number> {
  const tasks = (await docker.listTasks({ filters: { service: [service] } })) as readonly {
    Status?: { State?: string };
  }[];
  return tasks.filter((task) => task.Status?.State === 'running').length;
}

/** Containers may outlive the service's removal for a moment. */
async function allTasks(docker: Docker, service: string): Promise<number> {
  const containers = await docker.listContainers({
    filters: { label: [`com.docker.swarm.service.name=${service}`] },
  });
  return containers.length;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not within ${limitMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
