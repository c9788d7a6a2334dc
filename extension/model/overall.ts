/** What stands in the way of everything, if anything does: each has a welcome view with its own fix. */
import type { ErrorCode } from '../../agent/protocol/codes.ts';
import type { EnvironmentState, ProjectState, State } from './state.ts';

export const overalls = [
  'loading',
  'untrusted',
  'no-agent',
  'other-version',
  'no-project',
  'broken-project',
  'no-repository',
  'no-docker',
  'no-access',
  'no-swarm',
  'ready',
] as const;

export type Overall = (typeof overalls)[number];

export function overallOf({ link, trusted, projects }: State): Overall {
  if (!trusted) return 'untrusted';
  if (projects?.length === 0) return 'no-project';
  if (link.kind === 'failed') return 'no-agent';
  if (link.kind === 'other-version') return 'other-version';
  // While the connection comes back, what was known stays on the screen.
  if (projects === undefined || projects.every(isUnknown)) return 'loading';
  return projects.map(projectOverall).reduce((a, b) => (a === b ? a : 'ready'));
}

/** False while there is nothing to paint yet, or only rows that will say something else in a moment. */
export function isKnown(state: State): boolean {
  const overall = overallOf(state);
  if (overall !== 'ready') return overall !== 'loading';
  const environments = (state.projects ?? []).flatMap((project) => project.environments);
  return environments.every(({ status, trouble }) => status !== undefined || trouble !== undefined);
}

function isUnknown({ environments, trouble }: ProjectState): boolean {
  return environments.length === 0 && trouble === undefined;
}

function projectOverall({ environments, trouble }: ProjectState): Overall {
  if (trouble !== undefined && environments.length === 0)
    return trouble.code === 'git.not-a-repository' ? 'no-repository' : 'broken-project';
  const blocked = environments.map(blockOf);
  // One environment that can be reached is worth a tree, in which the others say what they lack.
  return blocked.reduce((a, b) => (a === b ? a : 'ready'), blocked[0] ?? 'ready');
}

function blockOf({ status, trouble }: EnvironmentState): Overall {
  if (status === undefined && trouble === undefined) return 'ready';
  return byCode[trouble?.code ?? status?.problemCode ?? 'internal'] ?? 'ready';
}

const byCode: Partial<Record<ErrorCode, Overall>> = {
  'engine.unreachable': 'no-docker',
  'engine.denied': 'no-access',
  'swarm.inactive': 'no-swarm',
  'swarm.not-a-manager': 'no-swarm',
};
