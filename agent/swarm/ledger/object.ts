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
 * `known`: as it was read some time ago. It spares a reading when nobody wrote since, and only a write that succeeds
 * says so: what `change` makes of it otherwise counts for nothing.
 */
export async function compareAndSwap(
  swarm: Swarm,
  read: () => Promise<ConfigObject>,
  change: (object: ConfigObject) => Labels | undefined,
  known?: ConfigObject,
): Promise<Swapped> {
  let name = '';
  let first = known && wouldWrite(known, change) ? known : undefined;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const object = first ?? (await read());
    first = undefined;
    name = object.name;
    const labels = change(object);
    if (labels === undefined) return { object, written: undefined };
    try {
      await swarm.configs.updateLabels(object, labels);
      return { object, written: labels };
    } catch (error) {
      if (!hasCode(error, 'swarm.conflict')) throw error;
    }
  }
  throw contended(name);
}

type Labels = Readonly<Record<string, string>>;

export interface Swapped {
  /** As it was before. */
  readonly object: ConfigObject;
  /** `undefined`: it was left as it is. */
  readonly written: Labels | undefined;
}

function wouldWrite(known: ConfigObject, change: (object: ConfigObject) => Labels | undefined): boolean {
  try {
    return change(known) !== undefined;
  } catch {
    return false;
  }
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
