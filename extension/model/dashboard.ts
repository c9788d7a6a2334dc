/** What the dashboard of an environment shows, out of what is known of it. Its traffic comes by another way. */
import type { RolloutProgress } from '../../agent/protocol/watch.ts';
import type { PastRollout } from '../../agent/protocol/project.ts';
import type {
  DashboardRollout,
  DashboardState,
  DashboardStep,
  Mark,
} from '../../webview/dashboard/messages.ts';
import { l10n } from './l10n.ts';
import { isHeld, liveRelease, openRollout, type EnvironmentState, type State } from './state.ts';
import { endWords, nameOf, phaseWords, targetName } from './words.ts';

/** Older ones are in the timeline of releases. */
export const marksMs = 24 * 3_600_000;

/** `now`: milliseconds since the epoch. */
export function dashboardState(environment: EnvironmentState, now: number): DashboardState {
  const { facts, status, trouble } = environment;
  return {
    ...{ environment: facts.environment, stack: facts.stack, protected: facts.protected },
    problem: trouble?.message ?? status?.problem ?? null,
    services: (status?.services ?? [])
      .filter(({ kind }) => kind !== 'worker')
      .map(({ service, slots }) => ({
        service,
        slots: slots.map(({ colour, state, release, share, healthy, desired }) => ({
          ...{ colour, state, share, healthy, desired },
          release: release === null ? null : nameOf(release),
        })),
      })),
    edges: (status?.edges ?? []).filter(({ state }) => state !== 'forgotten').length,
    rollout: rolloutOf(environment, now),
    marks: marksOf(environment, now),
    actions: actionsOf(environment),
  };
}

function actionsOf(environment: EnvironmentState): DashboardState['actions'] {
  const open = openRollout(environment);
  const live = liveRelease(environment);
  const can = (why: string | undefined): { possible: boolean; why: string } => ({
    possible: why === undefined,
    why: why ?? '',
  });
  return {
    promote: can(
      open === undefined
        ? l10n.t('No rollout is under way.')
        : isHeld(open)
          ? undefined
          : l10n.t('The rollout holds at no step at the moment.'),
    ),
    abort: can(open === undefined ? l10n.t('No rollout is under way.') : undefined),
    rollback: can(
      live === null
        ? l10n.t('Nothing is live.')
        : open === undefined
          ? undefined
          : l10n.t('A rollout is under way: Abort takes it back.'),
    ),
  };
}

// ---- the rollout as a line

type Stage = RolloutProgress['stage'];

const labels = (): Readonly<Record<Stage, string>> => ({
  planned: l10n.t('Plan'),
  building: l10n.t('Build'),
  testing: l10n.t('Test'),
  placing: l10n.t('Start'),
  verifying: l10n.t('Probe'),
  releasing: l10n.t('Release command'),
  shifting: l10n.t('Canary'),
  replacing: l10n.t('Workers'),
  promoted: l10n.t('All traffic'),
  'testing-live': l10n.t('Test live'),
  settling: l10n.t('Keep warm'),
  done: l10n.t('Done'),
  aborting: l10n.t('Going back'),
  aborted: l10n.t('Taken back'),
  partial: l10n.t('Waiting for edges'),
});

/** Every rollout goes through these; what else it goes through is told when it does. */
const usual: readonly Stage[] = ['planned', 'building', 'placing', 'verifying', 'promoted', 'settling'];

/** The one that somebody may decide about, else one that only keeps its old slot warm. */
function shown(environment: EnvironmentState): RolloutProgress | undefined {
  const all = [...environment.rollouts.values()];
  return all.find(({ id }) => id === openRollout(environment)?.id) ?? all.at(-1);
}

function rolloutOf(environment: EnvironmentState, now: number): DashboardRollout | null {
  const rollout = shown(environment);
  if (rollout === undefined) return null;
  const { kind, ref, by } = rollout;
  return {
    title:
      kind === 'deploy' ? l10n.t('Deploy of {0} by {1}', ref, by) : l10n.t('Rollback of {0} by {1}', ref, by),
    steps: stepsOf(rollout, now),
    until: rollout.until === null ? null : Date.parse(rollout.until),
  };
}

export function stepsOf(rollout: RolloutProgress, now: number): DashboardStep[] {
  const past = rollout.trail
    .map(({ phase }) => stageOf(phase))
    .filter((stage, index, all) => stage !== all[index - 1]);
  const before = past.at(-1) === rollout.stage ? past.slice(0, -1) : past;
  const goingBack = rollout.stage === 'aborting' || rollout.stage === 'partial';
  const reached = Math.max(...[...before, rollout.stage].map((stage) => usual.indexOf(stage)));
  const next = goingBack ? [] : usual.slice(reached + 1);
  const names = labels();
  return [
    ...before.map((stage): DashboardStep => ({ label: names[stage], state: 'done', detail: '' })),
    { label: names[rollout.stage], state: goingBack ? 'failed' : 'now', detail: detailOf(rollout, now) },
    ...next.map((stage): DashboardStep => ({ label: names[stage], state: 'next', detail: '' })),
  ];
}

/** Words that do not change with every second: the page counts down by itself. */
function detailOf(rollout: RolloutProgress, now: number): string {
  const step = /^shifting (\d+)/.exec(rollout.phase)?.[1];
  const words = detailWords(rollout, now);
  return step === undefined ? words : l10n.t('step {0}: {1}', step, words);
}

function detailWords(rollout: RolloutProgress, now: number): string {
  if (rollout.until === null) return phaseWords(rollout, now);
  return rollout.stage === 'shifting' ? l10n.t('held') : l10n.t('old slot ready to take over');
}

function stageOf(phase: string): Stage {
  const name = /^[a-z-]+/.exec(phase)?.[0] ?? '';
  return Object.hasOwn(labels(), name) ? (name as Stage) : 'planned';
}

// ---- marks

export function marksOf(environment: EnvironmentState, now: number): Mark[] {
  const trails = environment.rollouts;
  const rollouts = (environment.history ?? []).flatMap((past) =>
    marksOfRollout({ ...past, trail: trails.get(past.rollout)?.trail ?? past.trail }),
  );
  const flags = (environment.flags?.flags ?? []).flatMap(({ key, state, share, by, at }): Mark[] => {
    if (at === null) return [];
    const how =
      state === null ? l10n.t('back to its default') : state === 'on' ? l10n.t('on') : l10n.t('off');
    const who = by ?? '?';
    return [
      {
        at: Date.parse(at),
        kind: 'flag',
        label: `${key} ${how}`,
        detail:
          share === null
            ? l10n.t('Flag {0}: {1}, by {2}', key, how, who)
            : l10n.t('Flag {0}: {1} for {2} %, by {3}', key, how, share, who),
      },
    ];
  });
  return [...rollouts, ...flags]
    .filter(({ at }) => Number.isFinite(at) && at > now - marksMs)
    .sort((a, b) => a.at - b.at);
}

/** When users got it, and when they had it no more. */
function marksOfRollout(past: PastRollout): Mark[] {
  const name = targetName(past);
  const began = (phase: RegExp): number | undefined => {
    const found = past.trail.find((step) => phase.test(step.phase));
    return found && Date.parse(found.at);
  };
  const kind = past.kind === 'rollback' ? 'rollback' : 'deploy';
  const told = (detail: string): string =>
    kind === 'deploy'
      ? l10n.t('Deploy of {0} by {1}: {2}', name, past.by, detail)
      : l10n.t('Rollback to {0} by {1}: {2}', name, past.by, detail);
  const mark = (at: number | undefined, as: Mark['kind'], label: string, detail: string): Mark[] =>
    at === undefined ? [] : [{ at, kind: as, label, detail: told(detail) }];
  return [
    ...mark(began(/^shifting/), kind, l10n.t('{0} canary', name), l10n.t('beside the version that is live')),
    ...mark(began(/^promoted/), kind, l10n.t('{0} live', name), l10n.t('all traffic')),
    ...mark(began(/^aborting/), 'reverted', l10n.t('{0} back', name), endWords(past)),
  ];
}

/** While nothing is known of the environment: why, as far as that is known. */
export function unknownState(environment: string, { trusted, link, projects }: State): DashboardState {
  const problem = !trusted
    ? l10n.t('This workspace is not trusted: Tidegate starts nothing in it.')
    : link.kind === 'failed'
      ? l10n.t('The agent cannot be used: {0}.', link.why)
      : link.kind === 'other-version'
        ? l10n.t(
            'An agent of another version runs: "Restart Agent" lets it finish its rollouts and starts the right one.',
          )
        : projects === undefined || link.kind !== 'connected'
          ? l10n.t('Looking at the environment …')
          : l10n.t('tidegate.yaml names no environment {0}.', environment);
  const no = { possible: false, why: l10n.t('Nothing is known of the environment.') };
  return {
    ...{
      environment,
      stack: '',
      protected: false,
      problem,
      services: [],
      edges: 0,
      rollout: null,
      marks: [],
    },
    actions: { promote: no, abort: no, rollback: no },
  };
}
