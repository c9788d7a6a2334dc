/**
 * Leases, measured on our own monotonic clock from the last change we saw: drivers are laptops, which sleep,
 * and whose clocks lie. A restarted control starts counting anew, so a lease is never cut short.
 */
import type { JournalEntry } from '../swarm/ledger/rollout.ts';
import type { Stored } from '../swarm/port.ts';

export interface LeaseWatch {
  /** To be asked often with the newest entry; true once its journal has not changed for the lease's length. */
  isOver(entry: Stored<JournalEntry>): boolean;
}

export function openLeaseWatch(monotonic: () => number): LeaseWatch {
  const seen = new Map<string, { version: number; at: number }>();
  return {
    isOver: ({ id, version, value }) => {
      const now = monotonic();
      const last = seen.get(id);
      if (!value.lease || last?.version !== version) {
        seen.set(id, { version, at: now });
        return false;
      }
      return now - last.at > value.lease.seconds * 1000;
    },
  };
}
