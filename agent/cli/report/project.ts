/** The project's environments, its references, and its past. */
import type {
  HistoryResult,
  PastRollout,
  ProjectResult,
  RefEntry,
  RefsResult,
} from '../../protocol/project.ts';
import { ago, elapsed } from '../duration.ts';
import { alignColumns } from '../table.ts';
import { cleanText, type Style } from '../terminal.ts';

export function reportProject({ project, environments }: ProjectResult, style: Style): string[] {
  const head = ['ENVIRONMENT', 'STACK', 'CONTEXT', 'URL'].map((title) => style.dim(title));
  const rows = environments.map((environment) => [
    environment.protected ? `${environment.environment} (protected)` : environment.environment,
    environment.stack,
    environment.dockerContext ?? 'default',
    environment.url,
  ]);
  return [style.bold(project), ...alignColumns([head, ...rows])];
}

/** `now`: milliseconds since the epoch. */
export function reportRefs(
  { head, tags, branches, more, dirty }: RefsResult,
  style: Style,
  now: number,
): string[] {
  const rows = (kind: string, refs: readonly RefEntry[]): string[][] =>
    refs.map(({ ref, commit, subject, at }) => [
      ref,
      style.dim(kind),
      commit.slice(0, 8),
      ago(at, now),
      cleanText(subject),
    ]);
  return [
    ...alignColumns([
      ...rows('tag', tags),
      ...rows('', head === null ? [] : [head]),
      ...rows('branch', branches),
    ]),
    ...(more.tags + more.branches > 0
      ? [style.dim(`${more.tags} older tags and ${more.branches} older branches are not listed`)]
      : []),
    ...(dirty === true ? ['The working tree differs from HEAD: what differs is not deployed.'] : []),
  ];
}

export function reportHistory({ stack, rollouts }: HistoryResult, style: Style, now: number): string[] {
  if (rollouts.length === 0) return [`Nothing has been rolled out to ${stack} yet.`];
  const head = ['WHEN', 'KIND', 'FROM', 'TO', 'BY', 'ENDED', 'TOOK', 'WHY'].map((title) => style.dim(title));
  return alignColumns([head, ...rollouts.map((rollout) => row(rollout, style, now))]);
}

function row(
  { at, kind, from, to, by, outcome, tookMs, reason }: PastRollout,
  style: Style,
  now: number,
): string[] {
  return [
    ago(at, now),
    kind,
    from === null ? '–' : (from.tag ?? `#${from.number}`),
    to.tag ?? to.commit.slice(0, 8),
    by,
    ending(outcome, style),
    tookMs === null ? '' : elapsed(tookMs),
    reason ?? '',
  ];
}

function ending(outcome: PastRollout['outcome'], style: Style): string {
  switch (outcome) {
    case 'live':
      return style.good(outcome);
    case 'running':
      return style.warn(outcome);
    case 'failed':
    case 'reverted':
    case 'partial':
      return style.bad(outcome);
  }
}
