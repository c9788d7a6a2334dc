import { names } from '../../common/names.ts';
import type { ConfigObject, Swarm } from '../port.ts';
import { formatAck, formatProof, parseAcks, type Ack, type EdgeReports, type Proof } from './acks.ts';
import { notSetUp } from './failures.ts';
import { compareAndSwap, ownLabels } from './object.ts';

/** Reports of edge tasks to be written: control gathers what came since its last write. */
export interface NewReports {
  readonly acks: Readonly<Record<string, Ack>>;
  readonly proofs: Readonly<Record<string, Proof>>;
  /** Edge tasks that exist; labels of others are pruned. `undefined`: prune nothing. */
  readonly tasks: readonly string[] | undefined;
}

export interface AcksStore {
  read(): Promise<EdgeReports>;
  /** Compare-and-swap; a report never overwrites a newer one of the same task (two controls). */
  write(reports: NewReports): Promise<void>;
  create(): Promise<void>;
}

export function acksStore(swarm: Swarm, stack: string): AcksStore {
  const name = names.acks(stack);
  const own = ownLabels(stack, 'acks');
  const get = async (): Promise<ConfigObject> => {
    const object = await swarm.configs.get(name);
    if (!object) throw notSetUp(stack);
    return object;
  };
  /** Read once a write was done, for the next one: a swap waits for an acknowledgement to be written, not to be read. */
  let ahead: Promise<ConfigObject | undefined> = Promise.resolve(undefined);
  return {
    read: async () => parseAcks(name, (await get()).labels),
    write: async (reports) => {
      const after = (object: ConfigObject): Record<string, string> | undefined => {
        const labels = { ...own, ...merge(parseAcks(name, readable(name, object.labels)), reports) };
        return sameLabels(object.labels, labels) ? undefined : labels;
      };
      const known = await ahead;
      ahead = Promise.resolve(undefined);
      await compareAndSwap(swarm, get, after, known);
      ahead = get().catch(() => undefined);
    },
    create: async () => {
      if (await swarm.configs.get(name)) return;
      await swarm.configs.create(name, '-', own);
    },
  };
}

/**
 * The labels that can be read. What somebody else wrote here is overwritten: reports come again by themselves, so
 * nothing is lost, and no edge stays unheard because of it.
 */
function readable(name: string, labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).filter(([label, text]) => {
      try {
        parseAcks(name, { [label]: text });
        return true;
      } catch {
        return false;
      }
    }),
  );
}

/** A report is late when the one that is there is of the same routes object and a higher version. */
function isLate(known: { object: string; version: number } | undefined, next: Ack | Proof): boolean {
  return known?.object === next.object && known.version > next.version;
}

function merge(known: EdgeReports, next: NewReports): Record<string, string> {
  const alive = (task: string): boolean => next.tasks === undefined || next.tasks.includes(task);
  const out: Record<string, string> = {};
  for (const [task, ack] of Object.entries({ ...known.acks, ...next.acks }))
    if (alive(task))
      out[`ack.${task}`] = formatAck(isLate(known.acks[task], ack) ? (known.acks[task] ?? ack) : ack);
  for (const [task, proof] of Object.entries({ ...known.proofs, ...next.proofs }))
    if (alive(task))
      out[`proof.${task}`] = formatProof(
        isLate(known.proofs[task], proof) ? (known.proofs[task] ?? proof) : proof,
      );
  return out;
}

function sameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
