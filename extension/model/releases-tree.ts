/** The view "Releases": what the team rolled out, of all environments, grouped by day. */
import type { PastRollout } from '../../agent/protocol/project.ts';
import { groupsOf } from './groups.ts';
import { l10n } from './l10n.ts';
import { plain, type TreeNode } from './node.ts';
import { projectNames } from './project-names.ts';
import { runsOnly, type ProjectState } from './state.ts';
import { clockTime, endWords, nameOf, targetName, took } from './words.ts';

interface Dated {
  readonly folder: string;
  /** Where there are several. */
  readonly project: string | undefined;
  readonly environment: string;
  readonly past: PastRollout;
  /** All that has traffic runs it: there is nothing to go back to it from. */
  readonly isLive: boolean;
}

const most = 200;

/** `dayOf`: the day that a time (ISO) belongs to, here: `2026-03-01`. */
export function releasesTree(
  projects: readonly ProjectState[],
  dayOf: (iso: string) => string = localDay,
): readonly TreeNode[] {
  const names = projects.length > 1 ? projectNames(projects) : undefined;
  const all = projects
    .flatMap(({ folder, environments }) =>
      environments.flatMap((state) =>
        (state.history ?? []).map((past): Dated => ({
          ...{ folder, project: names?.get(folder), environment: state.facts.environment, past },
          isLive: runsOnly(state, past.to),
        })),
      ),
    )
    .sort((a, b) => (a.past.at === b.past.at ? 0 : a.past.at < b.past.at ? 1 : -1))
    .slice(0, most);
  const days = groupsOf(all, ({ past }) => dayOf(past.at));
  return [...days].map(([day, entries], index): TreeNode => ({
    id: `day:${day}`,
    label: day,
    description: '',
    kinds: ['day'],
    icon: { id: 'calendar' },
    tooltip: plain(day),
    spoken: l10n.t('{0}, {1} rollouts', day, entries.length),
    children: entries.map(rolloutRow),
    open: index === 0,
    target: undefined,
  }));
}

function rolloutRow({ folder, project, environment, past, isLive }: Dated): TreeNode {
  const from = past.from === null ? l10n.t('nothing') : nameOf(past.from);
  const to = targetName(past);
  const ended = endWords(past);
  const named = project === undefined ? [] : [project];
  const isReturnable = past.outcome === 'live' && past.to.tag !== null && !isLive;
  const lasted = past.tookMs === null ? [] : [took(past.tookMs)];
  return {
    id: `rollout:${folder}#${environment}#${past.rollout}`,
    label: `${environment}: ${from} → ${to}`,
    description: [clockTime(past.at), ...named, past.by, ...lasted, ended].join(' · '),
    kinds: ['past', past.outcome, ...(isReturnable ? ['returnable'] : [])],
    icon: iconOf(past),
    tooltip: tooltipOf(past),
    spoken: spokenOf(past, [environment, from, to, past.by, [...lasted, ended, ...named].join(', ')]),
    children: [],
    open: false,
    target: {
      ...{ folder, environment, rollout: past.rollout },
      ...(past.to.tag === null ? {} : { tag: past.to.tag }),
    },
    click: 'tidegate.showRelease',
  };
}

function spokenOf({ kind }: PastRollout, facts: readonly string[]): string {
  return kind === 'rollback'
    ? l10n.t('rollback in {0} from {1} to {2} by {3}, {4}', ...facts)
    : l10n.t('deploy in {0} from {1} to {2} by {3}, {4}', ...facts);
}

function iconOf({ outcome, kind }: PastRollout): TreeNode['icon'] {
  switch (outcome) {
    case 'running':
      return { id: 'sync~spin' };
    case 'live':
      return { id: kind === 'rollback' ? 'discard' : 'rocket', colour: 'good' };
    case 'failed':
    case 'reverted':
      return { id: 'error', colour: 'bad' };
    case 'partial':
      return { id: 'warning', colour: 'warn' };
  }
}

function tooltipOf(past: PastRollout): string {
  const facts = [past.ref, past.by, endWords(past)].map(plain);
  const rows = [
    past.kind === 'rollback'
      ? l10n.t('rollback of {0} by {1}: {2}', ...facts)
      : l10n.t('deploy of {0} by {1}: {2}', ...facts),
    l10n.t('services: {0}', plain(past.services.join(', '))),
    ...(past.detail === '' ? [] : [plain(past.detail.slice(0, 400))]),
  ];
  return rows.join('\n\n');
}

function localDay(iso: string): string {
  const date = new Date(iso);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
