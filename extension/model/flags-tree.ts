/** The view "Flags": each flag with the environments it is known in. */
import type { FlagStatus } from '../../agent/protocol/methods.ts';
import { staleWords, type StaleReason } from './flag-stale.ts';
import { groupsOf } from './groups.ts';
import { l10n } from './l10n.ts';
import { overrideNode, servedNodes } from './local-flags.ts';
import { plain, type TreeNode } from './node.ts';
import { projectNames } from './project-names.ts';
import { atServer, expectedFlags, isExpected, serverTooltip, troubledServers } from './server-flags.ts';
import type { EnvironmentState, ProjectState } from './state.ts';

interface Held {
  readonly environment: string;
  readonly state: EnvironmentState;
  readonly flag: FlagStatus;
}

export interface FlagRows {
  /** Why a flag may be taken out. */
  readonly stale: (project: ProjectState, key: string) => readonly StaleReason[];
  readonly onlyStale: boolean;
}

const all: FlagRows = { stale: () => [], onlyStale: false };

/** `now`: milliseconds since the epoch. */
export function flagsTree(
  projects: readonly ProjectState[],
  now = Date.now(),
  { stale, onlyStale }: FlagRows = all,
): readonly TreeNode[] {
  const names = projects.length > 1 ? projectNames(projects) : undefined;
  return projects.flatMap((project) => {
    const known = project.environments.flatMap((state) =>
      expectedFlags(state).map((flag): Held => ({ environment: state.facts.environment, state, flag })),
    );
    const troubles = project.environments.flatMap(({ facts, flagsTrouble }) =>
      flagsTrouble === undefined ? [] : [troubleNode(project.folder, facts.environment, flagsTrouble)],
    );
    const byKey = groupsOf(known, ({ flag }) => flag.key);
    // One that no release knows yet may be overridden all the same.
    const keys = new Set([...byKey.keys(), ...(project.local?.overrides ?? []).map(({ flag }) => flag)]);
    const flags = [...keys]
      .sort((a, b) => (a < b ? -1 : 1))
      .map((key) => ({ key, held: byKey.get(key) ?? [], reasons: stale(project, key).map(staleWords) }))
      .filter(({ reasons }) => !onlyStale || reasons.length > 0)
      .map((row) => flagNode(project, row, { named: names?.get(project.folder), now }));
    return [...servedNodes(project), ...troubledServers(project), ...troubles, ...flags];
  });
}

/** What is shown of this environment is what was known before. */
function troubleNode(folder: string, environment: string, message: string): TreeNode {
  return {
    id: `flagsTrouble:${folder}#${environment}`,
    label: environment,
    description: message,
    kinds: ['flagsTrouble'],
    icon: { id: 'warning', colour: 'warn' },
    tooltip: plain(message),
    spoken: l10n.t('The flags of {0} cannot be read: {1}', environment, message),
    children: [],
    open: false,
    target: undefined,
  };
}

interface FlagRow {
  readonly key: string;
  readonly held: readonly Held[];
  /** Why it is stale, in words. */
  readonly reasons: readonly string[];
}

function flagNode(
  { folder, local }: ProjectState,
  { key, held, reasons }: FlagRow,
  { named, now }: { readonly named: string | undefined; readonly now: number },
): TreeNode {
  const on = held.filter(({ flag }) => flag.value).map(({ environment }) => environment);
  const overrides = (local?.overrides ?? []).filter(({ flag }) => flag === key);
  const where =
    held.length === 0
      ? l10n.t('in no live release')
      : on.length === 0
        ? l10n.t('off')
        : on.length === held.length
          ? everywhere(held)
          : l10n.t('on in {0}', on.join(', '));
  const [first] = held;
  const here = overrides.length > 0 ? [l10n.t('overridden here')] : [];
  const stale = reasons.length === 0 ? [] : [l10n.t('stale: {0}', reasons.join(', '))];
  const description = [where, ...here, ...stale, ...(named === undefined ? [] : [named])].join(' · ');
  const isKnown = held.some(({ flag }) => flag.defined);
  return {
    id: `flag:${folder}#${key}`,
    label: key,
    description,
    kinds: ['flag', ...(isKnown ? ['known'] : []), ...(stale.length > 0 ? ['stale'] : [])],
    icon: stale.length > 0 ? { id: 'history', colour: 'warn' } : { id: 'symbol-event' },
    tooltip: [
      ...(first === undefined ? [] : definitionRows(first.flag)),
      ...held.map((one) => plain(`${one.environment}: ${stateWords(one.flag)}, ${whyWords(one, now)}`)),
      ...stale.map(plain),
    ].join('\n\n'),
    counted: held.flatMap(({ environment, flag }) => (isCounted(flag) ? environment : [])),
    spoken: l10n.t('flag {0}, {1}', key, description),
    children: [
      ...overrides.map((override) => overrideNode(folder, override)),
      ...held.map((one) => stateNode(folder, key, one, now)),
    ],
    open: true,
    target: { folder, flag: key },
  };
}

function stateNode(folder: string, key: string, held: Held, now: number): TreeNode {
  const { environment, state: known, flag } = held;
  const state = flag.value ? 'on' : 'off';
  const words = stateWords(flag);
  const why = isExpected(known, key) ? l10n.t('switching…') : whyWords(held, now);
  return {
    id: `flag:${folder}#${key}#${environment}`,
    label: environment,
    description: `${words}, ${why}`,
    kinds: [
      ...['flagState', state, flag.defined ? 'known' : 'forgotten'],
      ...(flag.type === 'boolean' || flag.server !== undefined ? [] : ['variants']),
      ...serverKinds(flag),
    ],
    icon: flag.value ? { id: 'circle-filled', colour: 'good' } : { id: 'circle-outline' },
    tooltip: flagTooltip(flag),
    counted: isCounted(flag) ? [environment] : [],
    spoken: l10n.t('flag {0} is {1} in {2}, {3}', key, words, environment, why),
    children: [],
    open: false,
    target: { folder, environment, flag: key },
  };
}

/** The same in all of them, or different shares and variants. */
function everywhere(held: readonly Held[]): string {
  const words = new Set(held.map(({ flag }) => stateWords(flag)));
  const [only] = words;
  return words.size === 1 && only !== undefined ? only : l10n.t('on');
}

/** Another server keeps its own numbers. */
function isCounted({ defined, server }: FlagStatus): boolean {
  return defined && server === undefined;
}

function whyWords({ flag, state }: Held, now: number): string {
  if (flag.server !== undefined) return atServer(flag, state.facts, now);
  return flag.defined ? switchedBy(flag) : l10n.t('no release knows it any more');
}

function serverKinds({ server }: FlagStatus): readonly string[] {
  if (server === undefined) return [];
  return server.stale ? ['remote', 'stale'] : ['remote'];
}

/** `by default`, `by ann@laptop`. */
export function switchedBy({ state, by }: FlagStatus): string {
  if (state === null) return l10n.t('by default');
  return by === null ? l10n.t('by somebody') : l10n.t('by {0}', by);
}

/** Who gets it is more than on and off: a share of the users, another variant, or rules of the file. */
export function stateWords({ value, share, variant, variants, conditions }: FlagStatus): string {
  if (!value) return l10n.t('off');
  const named = variant !== undefined && variants.includes(variant) ? variant : undefined;
  if (share !== null && share < 100)
    return named === undefined
      ? l10n.t('on for {0} %', share)
      : l10n.t('on for {0} % with {1}', share, named);
  if (conditions > 0)
    return named === undefined ? l10n.t('on by its rules') : l10n.t('on by its rules, else {0}', named);
  return named === undefined ? l10n.t('on') : l10n.t('on with {0}', named);
}

/** What its definition says: the same wherever it is. */
function definitionRows(flag: FlagStatus): readonly string[] {
  return [
    `**${plain(flag.key)}**${flag.description === null ? '' : `: ${plain(flag.description)}`}`,
    ...(flag.owner === null ? [] : [l10n.t('owner: {0}', plain(flag.owner))]),
    ...(flag.kind === null ? [] : [l10n.t('kind: {0}', plain(flag.kind))]),
    ...(flag.default === null ? [] : [l10n.t('default: {0}', flag.default ? l10n.t('on') : l10n.t('off'))]),
    ...(flag.expires === null ? [] : [l10n.t('expires {0}', flag.expires)]),
    ...(flag.type === 'boolean' ? [] : [l10n.t('variants: {0}', plain(flag.variants.join(', ')))]),
  ];
}

function flagTooltip(flag: FlagStatus): string {
  const rows = [
    ...definitionRows(flag),
    ...serverTooltip(flag),
    ...(isGone(flag)
      ? [
          l10n.t(
            'switched to {0}, which is no variant any more: what its definition says holds',
            plain(flag.variant ?? ''),
          ),
        ]
      : []),
    ...(flag.at === null
      ? []
      : [
          l10n.t('switched {0} by {1}', plain(flag.at.slice(0, 16).replace('T', ' ')), plain(flag.by ?? '?')),
        ]),
  ];
  return rows.join('\n\n');
}

function isGone({ variant, variants, defined }: FlagStatus): boolean {
  return defined && variant !== undefined && !variants.includes(variant);
}
