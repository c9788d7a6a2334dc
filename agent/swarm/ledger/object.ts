/**
 * What all ledger objects share: the labels that mark them as ours, and the compare-and-swap loop.
 * They carry `tidegate.*` labels only, never the stack namespace, or `docker stack rm` would delete them.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { hasCode } from '../../common/errors.ts';
import { labels as labelNames } from '../../common/names.ts';
import type { ConfigObject, Swarm } from '../port.ts';
import { contended, corruptData } from './failures.ts';

export type LedgerKind =
  | 'routes'
  | 'acks'
  | 'keys'
  | 'release'
  | 'rollout'
  | 'audit'
  | 'flags'
  | 'flag-definitions'
  | 'flag-acks'
  | 'flag-counts'
  | 'traffic';

export function ownLabels(stack: string, kind: LedgerKind): Record<string, string> {
  return { [labelNames.stack]: stack, [labelNames.object]: kind };
}

const attempts = 40;

/**
 * Reads, changes and writes the labels of an object until nobody came in between. `change` gets the newest
 * object and returns its labels, or `undefined` to leave it as it is; what it throws goes to the caller.
 * Returns the object as it was before this write, and whether it was written.
 */
export async function compareAndSwap(
  swarm: Swarm,
  read: () => Promise<ConfigObject>,
  change: (object: ConfigObject) => Readonly<Record<string, string>> | undefined,
): Promise<ConfigObject> {
  let name = '';
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const object = await read();
    name = object.name;
    const labels = change(object);
    if (labels === undefined) return object;
    try {
      await swarm.configs.updateLabels(object, labels);
      return object;
    } catch (error) {
      if (!hasCode(error, 'swarm.conflict')) throw error;
    }
  }
  throw contended(name);
}

/** Records are a few kilobytes: packing them takes less time than the way to the thread pool and back. */
export function encode(value: unknown): Promise<Uint8Array> {
  return Promise.resolve(gzipSync(JSON.stringify(value)));
}

/** Decodes and checks; rejects with `ledger.corrupt` naming the object. */
export function decode<T>(object: ConfigObject, parse: (value: unknown) => T): Promise<T> {
  try {
    return Promise.resolve(parse(JSON.parse(gunzipSync(object.data).toString('utf8'))));
  } catch (error) {
    return Promise.reject(corruptData(object.name, error));
  }
}
