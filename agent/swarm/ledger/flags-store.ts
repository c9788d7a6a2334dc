import { hasCode } from '../../common/errors.ts';
import { names } from '../../common/names.ts';
import type { ConfigObject, Stored, Swarm } from '../port.ts';
import { contended, tooManyFlags } from './failures.ts';
import {
  flagDefinitions,
  formatFlags,
  noFlags,
  parseFlags,
  type FlagDefinitions,
  type Flags,
} from './flags.ts';
import { compareAndSwap, decode, encode, ownLabels } from './object.ts';
import { soundFlags } from './sound-flags.ts';

export interface FlagsStore {
  /** `undefined`: nobody has switched a flag here yet. Throws `ledger.corrupt`. */
  find(): Promise<Stored<Flags> | undefined>;
  /** What can be made out of an object that `find` refuses; for who has to serve something. */
  findSound(): Promise<Flags>;
  /**
   * One compare-and-swap, as with the routes: `change` gets the newest flags, again after each lost race; the same
   * object: nothing to write. Returns what is in the ledger now.
   */
  change(change: (flags: Flags) => Flags): Promise<Stored<Flags>>;
  /** Writes definitions of their own under the next free number, and lets them hold. */
  define(definitions: FlagDefinitions): Promise<void>;
  /** `undefined`: replaced by others since. */
  definitions(object: number): Promise<FlagDefinitions | undefined>;
}

export function flagsStore(swarm: Swarm, stack: string): FlagsStore {
  const name = names.flags(stack);
  const own = ownLabels(stack, 'flags');
  const stored = (object: ConfigObject): Stored<Flags> => ({
    id: object.id,
    version: object.version,
    value: parseFlags(name, object.labels),
  });
  /** Made when it is needed first: an environment may have been set up before there were flags. */
  const get = async (): Promise<ConfigObject> => {
    const there = await swarm.configs.get(name);
    if (there) return there;
    await ignoreConflict(swarm.configs.create(name, '-', { ...own, ...formatFlags(noFlags) }));
    const made = await swarm.configs.get(name);
    if (!made) throw contended(name);
    return made;
  };
  const change: FlagsStore['change'] = async (wanted) => {
    await compareAndSwap(swarm, get, (object) => {
      const before = parseFlags(name, object.labels);
      const after = wanted(before);
      return after === before ? undefined : fitting(name, { ...own, ...formatFlags(after) });
    });
    // Read again for the version the write got: what controls acknowledge is at least that one.
    return stored(await get());
  };
  return {
    find: async () => {
      const object = await swarm.configs.get(name);
      return object && stored(object);
    },
    findSound: async () => {
      const object = await swarm.configs.get(name);
      if (!object) return noFlags;
      const { flags, lostDefinitions } = soundFlags(name, object.labels);
      return lostDefinitions ? { ...flags, definitions: await newestDefinitions(swarm, stack) } : flags;
    },
    change,
    define: async (definitions) => {
      const number = await addDefinitions(swarm, stack, definitions);
      const pointer = { object: number, release: definitions.release };
      await change((flags) => ({ ...flags, definitions: pointer }));
      await removeDefinitions(swarm, stack, number);
    },
    definitions: async (number) => {
      const object = await swarm.configs.get(names.flagDefinitions(stack, number));
      return object && decode(object, (value) => flagDefinitions.parse(value));
    },
  };
}

/** Raft takes no message above some 1.5 MB, and says so in words that help nobody. A thousand flags take 100 to 300 KB. */
const mostBytes = 1_000_000;

/** Throws `flags.too-many`. */
function fitting(object: string, labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const bytes = Object.entries(labels).reduce((sum, [label, text]) => sum + label.length + text.length, 0);
  if (bytes > mostBytes)
    throw tooManyFlags(object, Object.keys(labels).filter((label) => label.startsWith('flag.')).length);
  return labels;
}

async function addDefinitions(swarm: Swarm, stack: string, definitions: FlagDefinitions): Promise<number> {
  const own = ownLabels(stack, 'flag-definitions');
  const known = await swarm.configs.list(own);
  let number = Math.max(0, ...known.map(({ labels }) => Number(labels['tidegate.number'] ?? 0))) + 1;
  for (;;) {
    const marks = { ...own, 'tidegate.number': String(number) };
    try {
      await swarm.configs.create(names.flagDefinitions(stack, number), await encode(definitions), marks);
      return number;
    } catch (error) {
      if (!hasCode(error, 'swarm.conflict')) throw error;
      number += 1;
    }
  }
}

/** Those with lower numbers: nothing points to them any more. */
async function removeDefinitions(swarm: Swarm, stack: string, below: number): Promise<void> {
  for (const { id, labels } of await swarm.configs.list(ownLabels(stack, 'flag-definitions')))
    if (Number(labels['tidegate.number'] ?? 0) < below) await swarm.configs.remove(id);
}

/** Those before them are removed when they are pointed to. */
async function newestDefinitions(swarm: Swarm, stack: string): Promise<Flags['definitions']> {
  const known = await swarm.configs.list(ownLabels(stack, 'flag-definitions'));
  const object = Math.max(0, ...known.map(({ labels }) => Number(labels['tidegate.number'] ?? 0)));
  const found = object > 0 ? await swarm.configs.get(names.flagDefinitions(stack, object)) : undefined;
  if (!found) return undefined;
  const { release } = await decode(found, (value) => flagDefinitions.parse(value));
  return { object, release };
}

async function ignoreConflict(created: Promise<unknown>): Promise<void> {
  await created.catch((error: unknown) => {
    if (!hasCode(error, 'swarm.conflict')) throw error;
  });
}
