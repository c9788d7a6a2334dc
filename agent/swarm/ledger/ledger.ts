/** The environment's shared memory in Swarm's raft store, all of its objects in one place. */
import type { Swarm } from '../port.ts';
import { acksStore, type AcksStore } from './acks-store.ts';
import { auditStore, type AuditStore } from './audit-store.ts';
import { flagAcksStore, type FlagAcksStore } from './flag-acks-store.ts';
import { flagCountsStore, type FlagCountsStore } from './flag-counts-store.ts';
import { flagsStore, type FlagsStore } from './flags-store.ts';
import { journalStore, type JournalStore } from './journal-store.ts';
import { keysStore, type KeysStore } from './keys-store.ts';
import { releaseStore, type ReleaseStore } from './release-store.ts';
import { routesStore, type RoutesStore } from './routes-store.ts';
import { trafficStore, type TrafficStore } from './traffic-store.ts';

export interface Ledger {
  readonly stack: string;
  readonly routes: RoutesStore;
  readonly acks: AcksStore;
  readonly keys: KeysStore;
  readonly releases: ReleaseStore;
  readonly journals: JournalStore;
  readonly audit: AuditStore;
  readonly flags: FlagsStore;
  readonly flagAcks: FlagAcksStore;
  readonly flagCounts: FlagCountsStore;
  readonly traffic: TrafficStore;
}

export function openLedger(swarm: Swarm, stack: string): Ledger {
  return {
    stack,
    routes: routesStore(swarm, stack),
    acks: acksStore(swarm, stack),
    keys: keysStore(swarm, stack),
    releases: releaseStore(swarm, stack),
    journals: journalStore(swarm, stack),
    audit: auditStore(swarm, stack),
    flags: flagsStore(swarm, stack),
    flagAcks: flagAcksStore(swarm, stack),
    flagCounts: flagCountsStore(swarm, stack),
    traffic: trafficStore(swarm, stack),
  };
}
