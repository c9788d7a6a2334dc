/** Environments as the views know them, without an agent. */
import type { EnvironmentStatus, RolloutStatus, SlotStatus } from '../../../agent/protocol/methods.ts';
import type { PastRollout } from '../../../agent/protocol/project.ts';
import type { RolloutProgress } from '../../../agent/protocol/watch.ts';
import { newEnvironment, type EnvironmentState, type ProjectState } from '../../../extension/model/state.ts';

export const commit = 'c'.repeat(40);
export const release = (number: number, tag: string | null = `v1.${number}.0`) => ({ number, tag, commit });

export function slot(changes: Partial<SlotStatus> = {}): SlotStatus {
  return {
    ...{ colour: 'blue', state: 'active', release: release(1), share: 100, healthy: 2, desired: 2 },
    answering: { release: 1, digest: 'sha256:0123456789', status: 200 },
    ...changes,
  };
}

export const empty = slot({
  ...{ colour: 'green', state: 'empty', release: null, share: 0, healthy: 0, desired: 0, answering: null },
});

export function status(changes: Partial<EnvironmentStatus> = {}): EnvironmentStatus {
  return {
    ...{ environment: 'dev', stack: 'shop-dev', state: 'ready', problem: null, problemCode: null },
    services: [{ service: 'web', slots: [slot(), empty] }],
    ...{ edges: [], rollouts: [], maintenance: null, flagsVersion: null },
    ...changes,
  };
}

export function rollout(changes: Partial<RolloutProgress> = {}): RolloutProgress {
  const base: RolloutStatus = {
    ...{ id: 'r2', kind: 'deploy', ref: 'v1.2.0', by: 'ann@laptop', phase: 'placing', stage: 'placing' },
    ...{ reason: null, since: '2026-01-01T00:00:00.000Z', until: null, services: ['web'], driver: null },
  };
  return { ...base, ended: false, trail: [], ...changes };
}

export function past(changes: Partial<PastRollout> = {}): PastRollout {
  return {
    ...{ rollout: 'r1', kind: 'deploy', by: 'ann@laptop', at: '2026-01-01T10:00:00.000Z', ref: 'v1.1.0' },
    ...{ from: null, to: release(1), services: ['web'], outcome: 'live', reason: 'completed', detail: '' },
    ...{ tookMs: 12_400, trail: [] },
    ...changes,
  };
}

export function environment(changes: Partial<EnvironmentState> = {}, name = 'dev'): EnvironmentState {
  const facts = {
    ...{ environment: name, stack: `shop-${name}`, protected: name === 'production' },
    ...{ dockerContext: null, url: 'http://localhost:8080/' },
  };
  return { ...newEnvironment(facts), status: status(), ...changes };
}

export function project(...environments: readonly EnvironmentState[]): ProjectState {
  return { folder: '/shop', name: 'shop', environments, trouble: undefined };
}
