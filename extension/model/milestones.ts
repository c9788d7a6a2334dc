/** How far somebody has come, read off what the views know: the steps of the walkthrough complete by it. */
import { liveRelease, type State } from './state.ts';

export type Milestone = 'docker' | 'setUp' | 'deployed' | 'toggled' | 'rolledBack';

export const milestones: readonly Milestone[] = ['docker', 'setUp', 'deployed', 'toggled', 'rolledBack'];

export function reached({ projects = [] }: State): ReadonlySet<Milestone> {
  const all = projects.flatMap(({ environments }) => environments);
  const isReady = all.some(({ status }) => status?.state === 'ready');
  const has: Readonly<Record<Milestone, boolean>> = {
    docker: all.some(({ status }) => status?.state === 'ready' || status?.state === 'not-set-up'),
    setUp: isReady,
    deployed: all.some((environment) => liveRelease(environment) !== null),
    toggled: all.some(({ flags }) => flags?.flags.some(({ by }) => by !== null)),
    rolledBack: all.some(({ history }) =>
      history?.some(({ kind, outcome }) => kind === 'rollback' && outcome === 'live'),
    ),
  };
  return new Set(milestones.filter((one) => has[one]));
}
