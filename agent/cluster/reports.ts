/** Writes what edges report into the ledger: what comes while a write is under way goes into the next one. */
import type { Ack, Proof } from '../swarm/ledger/acks.ts';
import type { AcksStore } from '../swarm/ledger/acks-store.ts';

export interface Reports {
  /** Each resolves when it is in the ledger (or a newer one of the same task is), and rejects when it is not. */
  ack(task: string, ack: Ack): Promise<void>;
  proof(task: string, proof: Proof): Promise<void>;
  /** Removes what tasks other than these have said. */
  prune(tasks: readonly string[]): Promise<void>;
  /** Resolves when nothing is being written. */
  settled(): Promise<void>;
}

interface Batch {
  readonly acks: Record<string, Ack>;
  readonly proofs: Record<string, Proof>;
  tasks: readonly string[] | undefined;
  readonly written: Promise<void>;
}

export function openReports(store: AcksStore): Reports {
  let waiting: Batch | undefined;
  let last: Promise<unknown> = Promise.resolve();

  function batch(): Batch {
    if (waiting) return waiting;
    const mine: Batch = {
      acks: {},
      proofs: {},
      tasks: undefined,
      written: last.then(() => {
        waiting = undefined;
        return store.write(mine);
      }),
    };
    last = mine.written.catch(() => undefined);
    waiting = mine;
    return mine;
  }

  return {
    ack: (task, ack) => {
      const mine = batch();
      mine.acks[task] = ack;
      return mine.written;
    },
    proof: (task, proof) => {
      const mine = batch();
      mine.proofs[task] = proof;
      return mine.written;
    },
    prune: (tasks) => {
      const mine = batch();
      mine.tasks = tasks;
      return mine.written;
    },
    settled: async () => {
      await last;
    },
  };
}
