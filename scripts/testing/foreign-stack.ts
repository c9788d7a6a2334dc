/**
 * Somebody else's stack on the Swarm of the tests: two services, a network, a config and a secret without any label
 * of ours. Whatever Tidegate does meanwhile, every byte the engine tells about it stays the same.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { canonicalJson } from '../../agent/common/canonical.ts';

export interface ForeignStack {
  readonly name: string;
  /** What differs from when it was created; empty when nothing does. */
  differences(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

type Snapshot = ReadonlyMap<string, string>;

const startDeadlineMs = 60_000;

/** Returns when its tasks run. `image`: a Node. */
export async function createForeignStack(docker: Docker, image: string): Promise<ForeignStack> {
  const name = `foreign-${randomBytes(4).toString('hex')}`;
  const stackLabels = { 'com.docker.stack.namespace': name };
  const data = Buffer.from('nobody touches this').toString('base64');
  const network = await docker.createNetwork({
    Name: `${name}_net`,
    Driver: 'overlay',
    Labels: stackLabels,
    CheckDuplicate: true,
  });
  const stored = { Labels: stackLabels, Data: data };
  const config = (await docker.createConfig({ Name: `${name}_config`, ...stored })) as { id: string };
  const secret = (await docker.createSecret({ Name: `${name}_secret`, ...stored })) as { id: string };
  const services = await Promise.all(
    ['app', 'db'].map((service) =>
      docker.createService(
        serviceSpec({ name, service, image, network: network.id, config: config.id, stackLabels }),
      ),
    ),
  );
  const before = await settled(docker, name);
  return {
    name,
    differences: async () => differencesBetween(before, await snapshot(docker, name)),
    remove: async () => {
      await Promise.all(services.map((service) => docker.getService(service.id).remove()));
      await docker.getConfig(config.id).remove();
      await docker.getSecret(secret.id).remove();
      await removeWhenLeft(docker, network.id);
    },
  };
}

interface ServiceParts {
  readonly name: string;
  readonly service: string;
  readonly image: string;
  readonly network: string;
  readonly config: string;
  readonly stackLabels: Record<string, string>;
}

function serviceSpec({
  name,
  service,
  image,
  network,
  config,
  stackLabels,
}: ServiceParts): Docker.ServiceSpec {
  return {
    Name: `${name}_${service}`,
    Labels: stackLabels,
    TaskTemplate: {
      ContainerSpec: {
        Image: image,
        Command: [
          'node',
          '-e',
          "process.on('SIGTERM', () => process.exit()); setInterval(() => {}, 1 << 30)",
        ],
        Labels: stackLabels,
        Configs: [
          {
            ConfigID: config,
            ConfigName: `${name}_config`,
            File: { Name: '/config', UID: '0', GID: '0', Mode: 0o444 },
          },
        ],
      },
      Networks: [{ Target: network, Aliases: [service] }],
    },
    Mode: { Replicated: { Replicas: service === 'app' ? 2 : 1 } },
    EndpointSpec: { Mode: 'dnsrr' },
  };
}

/** The first snapshot in which every task runs and that a second look confirms. */
async function settled(docker: Docker, name: string): Promise<Snapshot> {
  const deadline = performance.now() + startDeadlineMs;
  let last: Snapshot = new Map();
  while (performance.now() < deadline) {
    const next = await snapshot(docker, name);
    const tasks = [...next].filter(([key]) => key.startsWith('task '));
    const isRunning = tasks.length === 3 && tasks.every(([, text]) => text.includes('"State":"running"'));
    if (isRunning && differencesBetween(last, next).length === 0) return next;
    last = next;
    await delay(500);
  }
  throw new Error(`The tasks of the foreign stack ${name} do not run after ${startDeadlineMs / 1000} s.`);
}

async function snapshot(docker: Docker, name: string): Promise<Snapshot> {
  const filters = { label: [`com.docker.stack.namespace=${name}`] };
  const [services, networks, configs, secrets] = await Promise.all([
    docker.listServices({ filters }),
    docker.listNetworks({ filters }),
    docker.listConfigs({ filters }),
    docker.listSecrets({ filters }),
  ]);
  const tasks: unknown[] = await docker.listTasks({ filters: { service: services.map(({ ID }) => ID) } });
  const inspected = await Promise.all(
    networks.map(({ Id }) => docker.getNetwork(Id).inspect() as Promise<unknown>),
  );
  return new Map([
    ...entries('service', services),
    ...entries('network', inspected),
    ...entries('config', configs),
    ...entries('secret', secrets),
    ...entries('task', tasks),
  ]);
}

function entries(kind: string, objects: readonly unknown[]): readonly (readonly [string, string])[] {
  return objects.map((object) => {
    const { ID, Id } = object as { ID?: string; Id?: string };
    return [`${kind} ${ID ?? Id ?? ''}`, canonicalJson(object)];
  });
}

function differencesBetween(before: Snapshot, after: Snapshot): readonly string[] {
  const gone = [...before.keys()].filter((key) => !after.has(key)).map((key) => `${key} is gone`);
  const added = [...after.keys()].filter((key) => !before.has(key)).map((key) => `${key} is new`);
  const changed = [...after].flatMap(([key, text]) => {
    const earlier = before.get(key);
    return earlier === undefined || earlier === text ? [] : [`${key} was ${earlier}`, `${key} is ${text}`];
  });
  return [...gone, ...added, ...changed];
}

/** Tasks leave a network a moment after their service is gone. */
async function removeWhenLeft(docker: Docker, id: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const gone = await docker
      .getNetwork(id)
      .remove()
      .then(
        () => true,
        () => false,
      );
    if (gone) return;
    await delay(200);
  }
}
