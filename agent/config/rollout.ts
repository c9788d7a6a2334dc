import type { RolloutPolicy } from '../swarm/ledger/release.ts';
import { defaults, type ServiceInput } from './schema.ts';

/** `rollout:` of a service with every default filled in. */
export function rolloutOf(rollout: ServiceInput['rollout']): RolloutPolicy {
  const holdMs = rollout?.hold ?? defaults.holdMs;
  return {
    steps: (rollout?.steps ?? []).map((share) => ({ share, holdMs })),
    drainMs: rollout?.drain ?? defaults.drainMs,
    keepWarmMs: rollout?.keepWarm ?? defaults.keepWarmMs,
    deadlineMs: rollout?.deadline ?? defaults.deadlineMs,
    unattended: rollout?.unattended ?? defaults.unattended,
  };
}
