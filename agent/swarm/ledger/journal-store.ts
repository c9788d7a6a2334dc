/**
 * Journals of rollouts. Each is one Swarm config: its data the head, its labels the state, the driver and the
 * driver's lease. Whoever writes the journal drives the rollout: a write by somebody else makes the former
 * driver's next write fail, which is how it learns that it has been replaced (`ledger.fenced`).
 */
import { failure, hasCode } from '../../common/errors.ts';
import { names } from '../../common/names.ts';
import type { ConfigObject, Stored, Swarm } from '../port.ts';
import { corruptLabel } from './failures.ts';
import { compareAndSwap, decode, encode, ownLabels } from './object.ts';
import {
  rolloutHead,
  rolloutState,
  type JournalEntry,
  type RolloutHead,
  type RolloutState,
} from './rollout.ts';

export interface JournalWrite {
  readonly state: RolloutState;
  /** `undefined`: nobody drives it from now on; the lease goes too. */
  readonly driver:
    { readonly name: string; readonly leaseSeconds: number; readonly counter: number } | undefined;
}

export interface JournalStore {
  /** Throws `swarm.conflict` when the id is taken. */
  create(head: RolloutHead, write: JournalWrite): Promise<void>;
  get(id: string): Promise<Stored<JournalEntry> | undefined>;
  list(): Promise<readonly Stored<JournalEntry>[]>;
  /**
   * Writes as the driver `as` (`undefined`: as one that finds it without a driver). Keeps a request that came
   * in between. Throws `ledger.fenced` when somebody else drives it by now.
   */
  write(id: string, as: string | undefined, write: JournalWrite): Promise<void>;
  /** Becomes the driver instead of the one seen in `entry`; `ledger.fenced` when the journal changed since. */
  takeOver(entry: Stored<JournalEntry>, write: JournalWrite): Promise<void>;
  request(id: string, action: 'promote' | 'abort', by: string): Promise<void>;
  remove(id: string): Promise<void>;
}

export function journalStore(swarm: Swarm, stack: string): JournalStore {
  const own = ownLabels(stack, 'rollout');
  const name = (id: string): string => names.rollout(stack, id);
  const get = async (id: string): Promise<ConfigObject> => {
    const object = await swarm.configs.get(name(id));
    if (!object) throw gone(id);
    return object;
  };
  const ahead = readingAhead(get);
  return {
    create: async (head, write) => {
      await swarm.configs.create(name(head.id), await encode(head), { ...own, ...format(write) });
      ahead.wrote(head.id, write);
    },
    get: async (id) => {
      const object = await swarm.configs.get(name(id));
      return object && parseJournal(object);
    },
    list: async () => Promise.all((await swarm.configs.list(own)).map(parseJournal)),
    write: async (id, as, write) => {
      await compareAndSwap(
        swarm,
        () => get(id),
        (object) => {
          if (object.labels['driver'] !== as) throw fenced(id, object.labels['driver']);
          const request = write.driver ? object.labels['request'] : undefined;
          return { ...own, ...format(write), ...(request === undefined ? {} : { request }) };
        },
        await ahead.take(id, as),
      );
      ahead.wrote(id, write);
    },
    takeOver: async (entry, write) => {
      const { id } = entry.value.head;
      await swapUnchanged(swarm, entry, await get(id), { ...own, ...format(write) });
      ahead.wrote(id, write);
    },
    request: async (id, action, by) => {
      await compareAndSwap(
        swarm,
        () => get(id),
        (object) => ({ ...object.labels, request: `${action}:${by}` }),
      );
    },
    remove: async (id) => {
      const object = await swarm.configs.get(name(id));
      if (object) await swarm.configs.remove(object.id);
    },
  };
}

interface ReadingAhead {
  wrote(id: string, write: JournalWrite): void;
  /** As it was read after the last write, if it was, and `driver` drove it then. */
  take(id: string, driver: string | undefined): Promise<ConfigObject | undefined>;
}

/** A journal that we drive is read while the effect is done that was written down: the next write need not wait for it. */
function readingAhead(get: (id: string) => Promise<ConfigObject>): ReadingAhead {
  const ahead = new Map<string, Promise<ConfigObject | undefined>>();
  return {
    wrote: (id, { driver }) => {
      if (!driver) return;
      const object = get(id).catch(() => undefined);
      ahead.set(id, object);
    },
    take: async (id, driver) => {
      const object = await ahead.get(id);
      ahead.delete(id);
      return object?.labels['driver'] === driver ? object : undefined;
    },
  };
}

/** Writes only if the object is still the one that was seen. */
async function swapUnchanged(
  swarm: Swarm,
  seen: Stored<JournalEntry>,
  object: ConfigObject,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const { id } = seen.value.head;
  if (object.id !== seen.id || object.version !== seen.version) throw fenced(id, object.labels['driver']);
  await swarm.configs.updateLabels(object, labels).catch((error: unknown) => {
    throw hasCode(error, 'swarm.conflict') ? fenced(id, 'somebody else') : error;
  });
}

function format({ state, driver }: JournalWrite): Record<string, string> {
  const labels: Record<string, string> = { state: JSON.stringify(state) };
  if (driver) {
    labels['driver'] = driver.name;
    labels['lease'] = `${driver.leaseSeconds}:${driver.counter}`;
  }
  return labels;
}

/** Reads a journal object; throws `ledger.corrupt`. */
export async function parseJournal(object: ConfigObject): Promise<Stored<JournalEntry>> {
  const { labels } = object;
  const bad = (label: string): Error => corruptLabel(object.name, label, labels[label] ?? '');
  const head = await decode(object, (value) => rolloutHead.parse(value));
  let state: RolloutState;
  try {
    state = rolloutState.parse(JSON.parse(labels['state'] ?? ''));
  } catch {
    throw bad('state');
  }
  const [, seconds, counter] = /^(\d+):(\d+)$/.exec(labels['lease'] ?? '') ?? [];
  if (labels['lease'] !== undefined && seconds === undefined) throw bad('lease');
  const [, action, by] = /^(promote|abort):(.*)$/.exec(labels['request'] ?? '') ?? [];
  if (labels['request'] !== undefined && action === undefined) throw bad('request');
  return {
    id: object.id,
    version: object.version,
    value: {
      head,
      state,
      driver: labels['driver'],
      lease: seconds === undefined ? undefined : { seconds: Number(seconds), counter: Number(counter) },
      request: action === undefined ? undefined : { action: action as 'promote' | 'abort', by: by ?? '' },
      updatedAt: object.updatedAt,
    },
  };
}

function fenced(id: string, driver: string | undefined): Error {
  return failure('ledger.fenced', {
    message: `The rollout ${id} is driven by ${driver ?? 'nobody'} now, not from here.`,
    hint: 'Run "tidegate status" to see how it goes on.',
    data: { rollout: id, driver: driver ?? null },
  });
}

function gone(id: string): Error {
  return failure('ledger.fenced', {
    message: `The journal of the rollout ${id} is not in the ledger any more.`,
    hint: 'Run "tidegate status": the environment was taken down, or the rollout was cleaned up.',
    data: { rollout: id },
  });
}
