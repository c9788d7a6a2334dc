/**
 * Which digest an image's name stands for now, for `validate`: as a deploy would take it, that is from the registry where
 * the environment has one, else from the engine. Nobody who knows it, or takes too long: no repair, and no error.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Environment } from '../config/model.ts';
import { repositoryOf } from '../swarm/image-name.ts';
import type { Agent } from './agent.ts';
import type { Connection } from './connections.ts';

/** Editors ask after each change of a file. */
const answerMs = 3_000;
const rememberMs = 5 * 60_000;

interface Known {
  readonly until: number;
  readonly digest: Promise<string | undefined>;
}

const known = new WeakMap<Connection, Map<string, Known>>();

export async function digestNow(
  agent: Agent,
  environment: Pick<Environment, 'dockerContext' | 'registry'>,
  ref: string,
): Promise<string | undefined> {
  const timeout = new AbortController();
  const tooLong = delay(answerMs, undefined, { signal: timeout.signal, ref: false }).catch(() => undefined);
  const asked = agent.connections
    .engine(environment.dockerContext)
    .then((connection) => remembered(agent, connection, ref, environment.registry !== undefined))
    .catch(() => undefined);
  try {
    return await Promise.race([asked, tooLong]);
  } finally {
    timeout.abort();
  }
}

function remembered(
  { clock }: Agent,
  connection: Connection,
  ref: string,
  ofRegistry: boolean,
): Promise<string | undefined> {
  const all = known.get(connection) ?? new Map<string, Known>();
  known.set(connection, all);
  const key = `${ref} ${ofRegistry ? 'registry' : 'engine'}`;
  const there = all.get(key);
  const now = clock.now();
  if (there && there.until > now) return there.digest;
  const digest = ask(connection, ref, ofRegistry);
  all.set(key, { until: now + rememberMs, digest });
  return digest;
}

async function ask({ swarm }: Connection, ref: string, ofRegistry: boolean): Promise<string | undefined> {
  const image = ofRegistry ? undefined : await swarm.images.get(ref);
  // One that was built here is in no registry: what it is called there is something else.
  if (image)
    return image.digests
      .find((one) => familiar(repositoryOf(one)) === familiar(repositoryOf(ref)))
      ?.split('@')[1];
  return swarm.registry.digest(ref);
}

/** `docker.io/library/redis` and `redis` are one. */
function familiar(repository: string): string {
  return repository.replace(/^(?:index\.)?docker\.io\//, '').replace(/^library\//, '');
}
