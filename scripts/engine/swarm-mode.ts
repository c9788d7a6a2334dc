/** Swarm mode of an engine: on for the demo and the tests, and off again when it was they who turned it on. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type Docker from 'dockerode';
import { setTimeout as delay } from 'node:timers/promises';
import type { Consent } from '../consent.ts';

interface SwarmInfo {
  readonly LocalNodeState: 'inactive' | 'pending' | 'active' | 'error' | 'locked';
  readonly ControlAvailable: boolean;
  readonly Error?: string;
  readonly Cluster?: { readonly ID?: string };
}

/** Turns Swarm mode on if it is off. Throws where the engine cannot manage a Swarm. */
export async function ensureSwarmMode(
  docker: Docker,
  options: {
    readonly root: string;
    readonly loopback: boolean;
    readonly consent: Consent;
    readonly say: (line: string) => void;
  },
): Promise<void> {
  const swarm = await swarmInfo(docker);
  switch (swarm.LocalNodeState) {
    case 'active':
      if (swarm.ControlAvailable) return;
      throw new Error(
        'This engine is a worker of a Swarm: set DOCKER_HOST or the docker context to a manager.',
      );
    case 'inactive': {
      await options.consent('Swarm mode is off on this engine. Turn it on (docker swarm init)?');
      options.say('Turning Swarm mode on …');
      await initialise(docker, options.loopback);
      const cluster = await leadingCluster(docker);
      // A private engine goes as a whole.
      if (!options.loopback) await remember(options.root, cluster);
      return;
    }
    case 'pending':
    case 'error':
    case 'locked':
      throw new Error(
        `Swarm mode of this engine is ${swarm.LocalNodeState}: ${swarm.Error ?? 'see `docker info`'}.`,
      );
  }
}

/** Turns Swarm mode off if `ensureSwarmMode` had turned it on and nothing is left on the Swarm. */
export async function undoSwarmMode(
  docker: Docker,
  root: string,
): Promise<'turned off' | 'in use' | 'not ours'> {
  const ours = await readFile(recordFile(root), 'utf8').catch(() => undefined);
  const swarm = await swarmInfo(docker);
  if (ours === undefined || swarm.Cluster?.ID !== ours) return 'not ours';
  const [services, configs, secrets] = await Promise.all([
    docker.listServices(),
    docker.listConfigs(),
    docker.listSecrets(),
  ]);
  if (services.length + configs.length + secrets.length > 0) return 'in use';
  await docker.swarmLeave({ force: true });
  await rm(recordFile(root), { force: true });
  return 'turned off';
}

/** On loopback alone for an engine that is ours; else as `docker swarm init` does, which fails with several addresses. */
async function initialise(docker: Docker, loopback: boolean): Promise<void> {
  const onLoopback = { ListenAddr: '127.0.0.1:2377', AdvertiseAddr: '127.0.0.1' };
  if (loopback) {
    await docker.swarmInit(onLoopback);
    return;
  }
  await docker
    .swarmInit({ ListenAddr: '0.0.0.0:2377' })
    .catch(() => docker.swarmInit({ ...onLoopback, ListenAddr: '0.0.0.0:2377' }));
}

/** The cluster's id is known once its first manager leads. */
async function leadingCluster(docker: Docker): Promise<string> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    const swarm = await swarmInfo(docker);
    if (swarm.ControlAvailable && swarm.Cluster?.ID) return swarm.Cluster.ID;
    if (performance.now() > deadline) throw new Error('Swarm mode is on, but no manager leads after 15 s.');
    await delay(100);
  }
}

async function swarmInfo(docker: Docker): Promise<SwarmInfo> {
  const info = (await docker.info()) as { Swarm: SwarmInfo };
  return info.Swarm;
}

async function remember(root: string, cluster: string): Promise<void> {
  await mkdir(path.dirname(recordFile(root)), { recursive: true });
  await writeFile(recordFile(root), cluster);
}

const recordFile = (root: string): string => path.join(root, '.tidegate', 'swarm-turned-on');
