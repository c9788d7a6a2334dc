/** Small wordings that several views share. */
import type { ReleaseName, RolloutStatus } from '../../agent/protocol/methods.ts';
import type { PastRollout } from '../../agent/protocol/project.ts';

export function nameOf({ tag, commit, number }: Pick<ReleaseName, 'tag' | 'commit' | 'number'>): string {
  return tag ?? (commit === '' ? `release ${number}` : commit.slice(0, 8));
}

export function targetName({ to }: Pick<PastRollout, 'to'>): string {
  return to.tag ?? to.commit.slice(0, 8);
}

/** `12.4 s`, `3 min`. */
export function took(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/** Hours and minutes of this machine. */
export function clockTime(iso: string): string {
  return new Date(iso).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

/** What is going on, in words: `placing`, `25 % of the traffic, goes on in 12 s`. */
export function phaseWords(rollout: RolloutStatus, now: number): string {
  const left = rollout.until === null ? undefined : Math.max(0, Date.parse(rollout.until) - now);
  switch (rollout.stage) {
    case 'planned':
      return 'starting';
    case 'building':
      return 'building images';
    case 'testing':
      return 'running test suites';
    case 'releasing':
      return 'running release commands';
    case 'placing':
      return 'starting the new slot';
    case 'verifying':
      return 'probing the new slot';
    case 'shifting':
      if (!rollout.phase.endsWith('holding')) return 'moving a share of the traffic';
      return left === undefined
        ? 'held: waits for Promote or Abort'
        : `held, goes on in ${Math.ceil(left / 1000)} s`;
    case 'replacing':
      return 'exchanging workers';
    case 'promoted':
      return 'moving all traffic';
    case 'testing-live':
      return 'running test suites against the live release';
    case 'settling':
      return left === undefined
        ? 'draining the old slot'
        : `keeps the old slot warm until ${clockTime(rollout.until ?? '')}`;
    case 'done':
      return 'done';
    case 'aborting':
      return 'going back';
    case 'aborted':
      return 'taken back';
    case 'partial':
      return 'waits for edges that have not answered';
  }
}

/** How a past rollout ended. */
export function endWords({ outcome, reason }: Pick<PastRollout, 'outcome' | 'reason'>): string {
  const why = reason === null || reason === 'completed' ? '' : `: ${reason}`;
  switch (outcome) {
    case 'running':
      return 'running';
    case 'live':
      return 'went live';
    case 'failed':
      return `failed, users saw nothing of it${why}`;
    case 'reverted':
      return `taken back${why}`;
    case 'partial':
      return `not confirmed by every edge${why}`;
  }
}
