/** The view "Flags": each flag with the environments it is known in. */
import type { FlagStatus } from '../../agent/protocol/methods.ts';
import { groupsOf } from './groups.ts';
import { plain, type TreeNode } from './node.ts';
import type { ProjectState } from './state.ts';

interface Held {
  readonly environment: string;
  readonly flag: FlagStatus;
}

export function flagsTree(projects: readonly ProjectState[]): readonly TreeNode[] {
  return projects.flatMap((project) => {
    const all = project.environments.flatMap(({ facts, flags }) =>
      (flags?.flags ?? []).map((flag): Held => ({ environment: facts.environment, flag })),
    );
    const byKey = groupsOf(all, ({ flag }) => flag.key);
    return [...byKey]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, held]) => flagNode(project, key, held, projects.length > 1));
  });
}

function flagNode(
  { folder, name }: ProjectState,
  key: string,
  held: readonly Held[],
  isOneOfMany: boolean,
): TreeNode {
  const on = held.filter(({ flag }) => flag.value).map(({ environment }) => environment);
  const where = on.length === 0 ? 'off' : on.length === held.length ? 'on' : `on in ${on.join(', ')}`;
  const [first] = held;
  const description = [where, ...(isOneOfMany ? [name] : [])].join(' · ');
  return {
    id: `flag:${folder}#${key}`,
    label: key,
    description,
    kinds: ['flag'],
    icon: { id: 'symbol-event' },
    tooltip: first === undefined ? '' : flagTooltip(first.flag),
    spoken: `flag ${key}, ${description}`,
    children: held.map((one) => stateNode(folder, key, one)),
    open: true,
    target: undefined,
  };
}

function stateNode(folder: string, key: string, { environment, flag }: Held): TreeNode {
  const state = flag.value ? 'on' : 'off';
  const words = stateWords(flag);
  const why = !flag.defined
    ? 'no release knows it any more'
    : flag.state === null
      ? 'by default'
      : `by ${flag.by ?? 'somebody'}`;
  return {
    id: `flag:${folder}#${key}#${environment}`,
    label: environment,
    description: `${words}, ${why}`,
    kinds: ['flagState', state, ...(flag.defined ? ['known'] : ['forgotten'])],
    icon: flag.value ? { id: 'circle-filled', colour: 'good' } : { id: 'circle-outline' },
    tooltip: flagTooltip(flag),
    spoken: `flag ${key} is ${words} in ${environment}, ${why}`,
    children: [],
    open: false,
    target: { folder, environment, flag: key },
  };
}

/** Who gets it is more than on and off: a share of the users, or rules of the file. */
export function stateWords({ value, share, conditions }: FlagStatus): string {
  if (!value) return 'off';
  if (share !== null && share < 100) return `on for ${share} %`;
  return conditions > 0 ? 'on by its rules' : 'on';
}

function flagTooltip(flag: FlagStatus): string {
  const rows = [
    `**${plain(flag.key)}**${flag.description === null ? '' : `: ${plain(flag.description)}`}`,
    ...(flag.owner === null ? [] : [`owner: ${plain(flag.owner)}`]),
    ...(flag.default === null ? [] : [`default: ${flag.default ? 'on' : 'off'}`]),
    ...(flag.expires === null ? [] : [`expires ${flag.expires}`]),
    ...(flag.at === null
      ? []
      : [`switched ${plain(flag.at.slice(0, 16).replace('T', ' '))} by ${plain(flag.by ?? '?')}`]),
  ];
  return rows.join('\n\n');
}
