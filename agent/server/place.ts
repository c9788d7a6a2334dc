/** Where a request is about: the checkout, its environments, and one environment's cluster. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { names } from '../common/names.ts';
import { configInvalid, configMissing, unknownEnvironment } from '../config/failures.ts';
import type { Environment, ReadFile } from '../config/model.ts';
import { listEnvironments } from '../config/project.ts';
import { edgePorts } from '../edge/wire.ts';
import type { Repository } from '../git/repository.ts';
import { openLedger, type Ledger } from '../swarm/ledger/ledger.ts';
import type { ReleaseRecord } from '../swarm/ledger/release.ts';
import type { ReleaseEngine } from '../release/engine.ts';
import type { Agent } from './agent.ts';
import type { Connection } from './connections.ts';

export interface Checkout {
  readonly repository: Repository;
  /** Folder of tidegate.yaml inside the repository; `''` is its root. */
  readonly folder: string;
  readonly readCheckoutFile: ReadFile;
  readonly environments: readonly Environment[];
  /** Hosts that the checkout's services answer to; empty when one of them answers to any. */
  readonly hosts: readonly string[];
}

export interface Place extends Checkout {
  readonly environment: Environment;
  readonly connection: Connection;
  readonly engine: ReleaseEngine;
}

/** The checkout around a folder: the nearest tidegate.yaml upwards, not beyond the repository. */
export async function openCheckout(agent: Agent, folder: string): Promise<Checkout> {
  const repository = await agent.connections.repository(folder);
  const inside = await configFolder(repository.root, folder);
  const readCheckoutFile: ReadFile = (file) =>
    readFile(path.join(repository.root, file), 'utf8').catch(() => undefined);
  const listed = await listEnvironments({ readCheckoutFile, variables: agent.env, folder: inside });
  const errors = listed.problems.filter(({ severity }) => severity === 'error');
  if (errors.some(({ code }) => code === 'config.missing'))
    throw configMissing(path.join(inside, 'tidegate.yaml'));
  if (errors.length > 0) throw configInvalid(errors);
  return {
    repository,
    folder: inside,
    readCheckoutFile,
    environments: listed.environments,
    hosts: listed.hosts,
  };
}

/** Absolute path of the folder of tidegate.yaml: what belongs to a project on this machine belongs to that. */
export function projectOf({ repository, folder }: Pick<Checkout, 'repository' | 'folder'>): string {
  return path.join(repository.root, folder);
}

export async function openPlace(agent: Agent, folder: string, name: string): Promise<Place> {
  const checkout = await openCheckout(agent, folder);
  const environment = environmentNamed(checkout, name);
  return { ...checkout, environment, ...(await openEnvironment(agent, environment)) };
}

/** Throws `config.unknown-environment`. */
export function environmentNamed(
  { environments }: Pick<Checkout, 'environments'>,
  name: string,
): Environment {
  const found = environments.find((candidate) => candidate.name === name);
  if (!found)
    throw unknownEnvironment(
      name,
      environments.map((candidate) => candidate.name),
    );
  return found;
}

/** `to`: who looks is told that the engine is gone; who works waits until it is back, for a while. */
export async function openEnvironment(
  agent: Agent,
  environment: Environment,
  to: 'work' | 'look' = 'work',
): Promise<Pick<Place, 'connection' | 'engine'>> {
  const connection = await agent.connections.engine(environment.dockerContext);
  const { changes } = connection;
  const swarm = to === 'look' ? connection.looking : connection.swarm;
  const { clock, log, leaseSeconds, limits } = agent;
  const ledger = rememberingReleases(openLedger(swarm, environment.stack));
  const { driver } = agent.identity;
  return {
    connection,
    engine: { swarm, ledger, changes, clock, log, driver, leaseSeconds, limits },
  };
}

/**
 * For one request: a release's record never changes, and each step of a rollout looks at it. Not for longer: after
 * `down` and `setup` its number belongs to another.
 */
function rememberingReleases(ledger: Ledger): Ledger {
  const known = new Map<number, ReleaseRecord>();
  const get: Ledger['releases']['get'] = async (number) => {
    const record = known.get(number) ?? (await ledger.releases.get(number));
    if (record) known.set(number, record);
    return record;
  };
  const add: Ledger['releases']['add'] = async (record, rollout) => {
    const made = await ledger.releases.add(record, rollout);
    known.set(made.number, made);
    return made;
  };
  return { ...ledger, releases: { ...ledger.releases, get, add } };
}

/** Folder of the nearest tidegate.yaml upwards, inside the repository; `''`, its root, also where there is none. */
export async function configFolder(root: string, from: string): Promise<string> {
  const real = path.resolve(from);
  for (let folder = real; ; folder = path.dirname(folder)) {
    const inside = path.relative(root, folder);
    if (inside.startsWith('..') || path.isAbsolute(inside)) return '';
    const there = await stat(path.join(folder, 'tidegate.yaml')).catch(() => undefined);
    if (there?.isFile()) return inside.split(path.sep).join('/');
    if (inside === '') return '';
  }
}

/** Where users find it; where nobody says so, where the edge answers, as far as anybody can tell from here. */
export function edgeUrl({ edge, url, stack }: Environment, host = 'localhost'): string {
  if (url !== undefined) return url;
  // Only its proxy reaches it; tidegate.yaml has to name an address then.
  if (edge.http === undefined) return `http://${names.edgeAlias(stack)}:${edgePorts.public}/`;
  return edge.https === undefined ? `http://${host}:${edge.http}/` : `https://${host}:${edge.https}/`;
}
