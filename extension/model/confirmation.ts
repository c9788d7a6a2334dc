/** What is asked before something changes, by the class of the environment. */
import type { PlanResult } from '../../agent/protocol/plan.ts';
import type { ProjectEnvironment } from '../../agent/protocol/project.ts';
import { nameOf } from './words.ts';

export type Change =
  | 'deploy'
  | 'rollback'
  | 'promote'
  | 'abort'
  | 'takeDown'
  | 'setUp'
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

/** `undefined`: nobody is asked. */
export function confirmationOf(about: About, setting: ConfirmSetting): Confirmation | undefined {
  const { change, facts } = about;
  const isProtected = facts.protected;
  // What takes an environment away is asked about wherever it is.
  if (!isProtected && setting !== 'always' && change !== 'takeDown') return undefined;
  const typing: readonly Change[] = ['rollback', 'takeDown', 'flagOff'];
  return {
    title: titleOf(about),
    detail: [
      `Environment: ${facts.environment} (${facts.stack})${isProtected ? ', protected' : ''}`,
      `${nounOf(change)}: ${about.what}`,
      `From: ${about.from}`,
      `To: ${about.to}`,
      `How: ${about.strategy}`,
    ].join('\n'),
    yes: yesOf(change),
    typed: isProtected && typing.includes(change) ? facts.environment : undefined,
  };
}

function nounOf(change: Change): string {
  if (change === 'runSuite') return 'Suites';
  return change.startsWith('flag') ? 'Flag' : 'Services';
}

function titleOf({ change, facts: { environment }, to, what }: About): string {
  switch (change) {
    case 'deploy':
      return `Deploy ${to} to ${environment}?`;
    case 'rollback':
      return `Roll ${environment} back to ${to}?`;
    case 'promote':
      return `Give ${to} all the traffic of ${environment}?`;
    case 'abort':
      return `Take the rollout in ${environment} back to ${to}?`;
    case 'takeDown':
      return `Take ${environment} down?`;
    case 'setUp':
      return `Set up ${environment}?`;
    case 'flagOn':
      return `Switch ${what} on in ${environment}?`;
    case 'flagChange':
      return `Change who gets ${what} in ${environment}?`;
    case 'runSuite':
      return `Run ${what} in ${environment}?`;
    case 'flagOff':
      return `Switch ${what} off in ${environment}?`;
  }
}

function yesOf(change: Change): string {
  const buttons: Record<Change, string> = {
    ...{ deploy: 'Deploy', rollback: 'Roll Back', promote: 'Promote', abort: 'Abort the Rollout' },
    ...{ takeDown: 'Take Down', setUp: 'Set Up', flagOn: 'Switch On', flagOff: 'Switch Off' },
    ...{ flagChange: 'Change', runSuite: 'Run' },
  };
  return buttons[change];
}

/** A deploy in the words of its plan. */
export function aboutDeploy(plan: PlanResult, facts: ProjectEnvironment): About {
  const moved = plan.services.filter(({ action }) => action !== 'untouched' && action !== 'left');
  return {
    change: 'deploy',
    facts,
    what: moved.map(({ service }) => service).join(', ') || 'none: all of it runs already',
    from: plan.live === null ? 'nothing' : nameOf(plan.live),
    to: plan.tag ?? `${plan.ref} (${plan.commit.slice(0, 8)})`,
    strategy: strategyOf(plan),
  };
}

export function strategyOf({ steps }: Pick<PlanResult, 'steps'>): string {
  if (steps.length === 0) return 'blue-green: all traffic at once, when the new slot is healthy';
  const shares = steps.map(({ share, holdMs }) =>
    holdMs === null ? `${share} % until promoted` : `${share} % for ${Math.round(holdMs / 1000)} s`,
  );
  return `canary: ${shares.join(', then ')}, then all`;
}
