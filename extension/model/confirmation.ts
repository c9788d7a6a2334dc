/** What is asked before something changes, by the class of the environment. */
import type { PlanResult } from '../../agent/protocol/plan.ts';
import type { ProjectEnvironment } from '../../agent/protocol/project.ts';
import { l10n } from './l10n.ts';
import { nameOf } from './words.ts';

export type Change =
  | 'deploy'
  | 'rollback'
  | 'promote'
  | 'abort'
  | 'takeDown'
  | 'setUp'
  | 'upgradeEdge'
  | 'forgetEdge'
  | 'maintenanceOn'
  | 'maintenanceOff'
  | 'setCertificate'
  | 'flagOn'
  | 'flagOff'
  | 'flagChange'
  | 'runSuite';

/** `protected`: only where tidegate.yaml says so. `always`: everywhere. */
export type ConfirmSetting = 'protected' | 'always';

export interface Confirmation {
  readonly title: string;
  readonly detail: string;
  /** The button that means yes; the other one is the editor's own Cancel. */
  readonly yes: string;
  /** To be typed on top of it. */
  readonly typed: string | undefined;
}

export interface About {
  readonly change: Change;
  readonly facts: ProjectEnvironment;
  /** What it is about: services, a flag. */
  readonly what: string;
  readonly from: string;
  readonly to: string;
  /** How it is done. */
  readonly strategy: string;
}

/** Wherever it is: they take an environment away, interrupt its traffic, or have no way back. */
const alwaysAsked: readonly Change[] = ['takeDown', 'upgradeEdge', 'forgetEdge'];

/** After which users do not get what they got. */
const typedWhereProtected: readonly Change[] = ['rollback', 'takeDown', 'flagOff', 'maintenanceOn'];

/** `undefined`: nobody is asked. */
export function confirmationOf(about: About, setting: ConfirmSetting): Confirmation | undefined {
  const { change, facts } = about;
  const isProtected = facts.protected;
  if (!isProtected && setting !== 'always' && !alwaysAsked.includes(change)) return undefined;
  return {
    title: titleOf(about),
    detail: [
      isProtected
        ? l10n.t('Environment: {0} ({1}), protected', facts.environment, facts.stack)
        : l10n.t('Environment: {0} ({1})', facts.environment, facts.stack),
      whatOf(about),
      l10n.t('From: {0}', about.from),
      l10n.t('To: {0}', about.to),
      l10n.t('How: {0}', about.strategy),
    ].join('\n'),
    yes: yesOf(change),
    typed: isProtected && typedWhereProtected.includes(change) ? facts.environment : undefined,
  };
}

function whatOf({ change, what }: About): string {
  if (change === 'runSuite') return l10n.t('Suites: {0}', what);
  if (change === 'forgetEdge') return l10n.t('Edge on: {0}', what);
  if (change === 'setCertificate') return l10n.t('Certificate: {0}', what);
  return change.startsWith('flag') ? l10n.t('Flag: {0}', what) : l10n.t('Services: {0}', what);
}

function titleOf({ change, facts: { environment }, to, what }: About): string {
  switch (change) {
    case 'deploy':
      return l10n.t('Deploy {0} to {1}?', to, environment);
    case 'rollback':
      return l10n.t('Roll {0} back to {1}?', environment, to);
    case 'promote':
      return l10n.t('Give {0} all the traffic of {1}?', to, environment);
    case 'abort':
      return l10n.t('Take the rollout in {0} back to {1}?', environment, to);
    case 'takeDown':
      return l10n.t('Take {0} down?', environment);
    case 'setUp':
      return l10n.t('Set up {0}?', environment);
    case 'upgradeEdge':
      return l10n.t('Upgrade the edge of {0}?', environment);
    case 'forgetEdge':
      return l10n.t('Forget the edge on {0} in {1}?', what, environment);
    case 'maintenanceOn':
      return l10n.t('Put up the maintenance page of {0}?', environment);
    case 'maintenanceOff':
      return l10n.t('Take the maintenance page of {0} away?', environment);
    case 'setCertificate':
      return l10n.t('Set the certificate {0} of {1}?', what, environment);
    case 'flagOn':
      return l10n.t('Switch {0} on in {1}?', what, environment);
    case 'flagChange':
      return l10n.t('Change who gets {0} in {1}?', what, environment);
    case 'runSuite':
      return l10n.t('Run {0} in {1}?', what, environment);
    case 'flagOff':
      return l10n.t('Switch {0} off in {1}?', what, environment);
  }
}

function yesOf(change: Change): string {
  const buttons: Record<Change, string> = {
    deploy: l10n.t('Deploy'),
    rollback: l10n.t('Roll Back'),
    promote: l10n.t('Promote'),
    abort: l10n.t('Abort the Rollout'),
    takeDown: l10n.t('Take Down'),
    setUp: l10n.t('Set Up'),
    upgradeEdge: l10n.t('Upgrade'),
    forgetEdge: l10n.t('Forget'),
    maintenanceOn: l10n.t('Put Up'),
    maintenanceOff: l10n.t('Take Away'),
    setCertificate: l10n.t('Set'),
    flagOn: l10n.t('Switch On'),
    flagOff: l10n.t('Switch Off'),
    flagChange: l10n.t('Change'),
    runSuite: l10n.t('Run'),
  };
  return buttons[change];
}

/** A deploy in the words of its plan. */
export function aboutDeploy(plan: PlanResult, facts: ProjectEnvironment): About {
  const moved = plan.services.filter(({ action }) => action !== 'untouched' && action !== 'left');
  return {
    change: 'deploy',
    facts,
    what: moved.map(({ service }) => service).join(', ') || l10n.t('none: all of it runs already'),
    from: plan.live === null ? l10n.t('nothing') : nameOf(plan.live),
    to: plan.tag ?? `${plan.ref} (${plan.commit.slice(0, 8)})`,
    strategy: strategyOf(plan),
  };
}

export function strategyOf({ steps }: Pick<PlanResult, 'steps'>): string {
  if (steps.length === 0) return l10n.t('blue-green: all traffic at once, when the new slot is healthy');
  const shares = steps.map(({ share, holdMs }) =>
    holdMs === null
      ? l10n.t('{0} % until promoted', share)
      : l10n.t('{0} % for {1} s', share, Math.round(holdMs / 1000)),
  );
  return l10n.t('canary: {0}, then all', shares.join(l10n.t(', then ')));
}
