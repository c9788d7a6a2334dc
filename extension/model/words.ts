/** Small wordings that several views share. */
import type { ReleaseName, RolloutStatus } from '../../agent/protocol/methods.ts';
import type { PastRollout } from '../../agent/protocol/project.ts';
import { figure, hoursAndMinutes } from './figures.ts';
import { l10n } from './l10n.ts';

export function nameOf({ tag, commit, number }: Pick<ReleaseName, 'tag' | 'commit' | 'number'>): string {
  return tag ?? (commit === '' ? l10n.t('release {0}', number) : commit.slice(0, 8));
}

/**
 * What a row of the side bar has room for beside the rest: both ends of a long name, for tags differ in their last
 * characters. The tooltip has all of it.
 */
export function shortened(name: string): string {
  return name.length <= longest ? name : `${name.slice(0, 6)}…${name.slice(-5)}`;
}

const longest = 12;

export function targetName({ to }: Pick<PastRollout, 'to'>): string {
  return to.tag ?? to.commit.slice(0, 8);
}

/** `12.4 s`, `3 min`. */
export function took(ms: number): string {
  if (ms < 59_950) return l10n.t('{0} s', figure(ms / 1000, 1));
  return l10n.t('{0} min', figure(Math.round(ms / 60_000)));
}

/** Hours and minutes of this machine. */
export function clockTime(iso: string): string {
  return hoursAndMinutes(Date.parse(iso));
}

type Doing = Pick<RolloutStatus, 'stage' | 'phase' | 'until'>;

/** What is going on, in words: `placing`, `25 % of the traffic, goes on in 12 s`. */
export function phaseWords(rollout: Doing, now: number): string {
  const left = rollout.until === null ? undefined : Math.max(0, Date.parse(rollout.until) - now);
  switch (rollout.stage) {
    case 'planned':
      return l10n.t('starting');
    case 'building':
      return l10n.t('building images');
    case 'testing':
      return l10n.t('running test suites');
    case 'releasing':
      return l10n.t('running release commands');
    case 'placing':
      return l10n.t('starting the new slot');
    case 'verifying':
      return l10n.t('probing the new slot');
    case 'shifting':
      if (!rollout.phase.endsWith('holding')) return l10n.t('moving a share of the traffic');
      return left === undefined
        ? l10n.t('held: waits for Promote or Abort')
        : l10n.t('held, goes on in {0} s', Math.ceil(left / 1000));
    case 'replacing':
      return l10n.t('exchanging workers');
    case 'promoted':
      return l10n.t('moving all traffic');
    case 'testing-live':
      return l10n.t('running test suites against the live release');
    case 'settling':
      return left === undefined
        ? l10n.t('draining the old slot')
        : l10n.t('keeps the old slot warm until {0}', clockTime(rollout.until ?? ''));
    case 'done':
      return l10n.t('done');
    case 'aborting':
      return l10n.t('going back');
    case 'aborted':
      return l10n.t('taken back');
    case 'partial':
      return l10n.t('waits for edges that have not answered');
  }
}

const stages: Readonly<Record<Doing['stage'], true>> = {
  ...{ planned: true, building: true, testing: true, releasing: true, placing: true, verifying: true },
  ...{ shifting: true, replacing: true, promoted: true, 'testing-live': true, settling: true, done: true },
  ...{ aborting: true, aborted: true, partial: true },
};

/** The same of what a call reports, which has only the name of the phase: `shifting 1: holding`. */
export function reportedWords(phase: string): string {
  const [name = ''] = phase.split(/[ :]/);
  if (!Object.hasOwn(stages, name)) return phase;
  // Whether it goes on by itself is not told there.
  if (phase.endsWith('holding')) return l10n.t('held with a share of the traffic');
  return phaseWords({ stage: name as Doing['stage'], phase, until: null }, 0);
}

/** How a past rollout ended. */
export function endWords({ outcome, reason }: Pick<PastRollout, 'outcome' | 'reason'>): string {
  const why = reason === null || reason === 'completed' ? '' : `: ${reason}`;
  switch (outcome) {
    case 'running':
      return l10n.t('running');
    case 'live':
      return l10n.t('went live');
    case 'failed':
      return `${l10n.t('failed, users saw nothing of it')}${why}`;
    case 'reverted':
      return `${l10n.t('taken back')}${why}`;
    case 'partial':
      return `${l10n.t('not confirmed by every edge')}${why}`;
  }
}
