import { openLedger, type Ledger } from '../../../agent/swarm/ledger/ledger.ts';
import type { ReleaseRecord } from '../../../agent/swarm/ledger/release.ts';
import type { RolloutHead, RolloutState } from '../../../agent/swarm/ledger/rollout.ts';
import { firstState } from '../../../agent/release/machine.ts';
import { FakeCluster, type Caller } from '../../support/fake-swarm.ts';

export const stack = 'shop-dev';

export function aLedger(caller?: Caller): { readonly cluster: FakeCluster; readonly ledger: Ledger } {
  const cluster = new FakeCluster();
  return { cluster, ledger: openLedger(cluster.view(caller), stack) };
}

export function aHead(change: Partial<RolloutHead> = {}): RolloutHead {
  return {
    format: 1,
    id: 'r1',
    stack,
    kind: 'deploy',
    by: 'ann@laptop',
    at: '2026-01-01T00:00:00.000Z',
    ref: 'v1',
    commit: 'c0ffee',
    tag: 'v1',
    restores: null,
    warm: false,
    moves: [{ service: 'web', from: 'blue', to: 'green', fromRelease: 1 }],
    steps: [],
    drainMs: 1_000,
    keepWarmMs: 1_000,
    deadlineMs: 1_000,
    unattended: 'revert',
    ...change,
  };
}

export function aPhase(phase: RolloutState['phase'], change: Partial<RolloutState> = {}): RolloutState {
  return { ...firstState(0), phase, ...change };
}

export function aRecord(change: Partial<ReleaseRecord> = {}): Omit<ReleaseRecord, 'number'> {
  return {
    format: 1,
    project: 'shop',
    environment: 'dev',
    stack,
    commit: 'c0ffee',
    tag: 'v1',
    ref: 'v1',
    restores: null,
    previous: null,
    by: 'ann@laptop',
    at: '2026-01-01T00:00:00.000Z',
    services: {},
    ...change,
  };
}

export function driver(name: string, counter = 1): { name: string; leaseSeconds: number; counter: number } {
  return { name, leaseSeconds: 3, counter };
}
