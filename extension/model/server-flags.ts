/** Flags that another server holds, and switches that have not been answered yet, as rows tell of them. */
import type { FlagServerName } from '../../agent/protocol/flag-server.ts';
import type { FlagStatus } from '../../agent/protocol/methods.ts';
import { commands } from '../ids.ts';
import { l10n } from './l10n.ts';
import { plain, type TreeNode } from './node.ts';
import type { EnvironmentState, ProjectState } from './state.ts';

/** What a flag was told to be, until it is known what became of that. */
export interface ExpectedFlag {
  readonly on: boolean;
  /** Percent; `undefined`: nothing was said of it. */
  readonly share: number | undefined;
}

/** The flags as they will be when every switch that is on its way gets there. */
export function expectedFlags({ flags, expected }: EnvironmentState): readonly FlagStatus[] {
  const known = flags?.flags ?? [];
  if (expected === undefined || expected.size === 0) return known;
  return known.map((flag) => {
    const wanted = expected.get(flag.key);
    if (wanted === undefined) return flag;
    const { on, share } = wanted;
    return { ...flag, value: on, state: on ? 'on' : 'off', ...(share !== undefined && { share }) };
  });
}

export function isExpected({ expected }: EnvironmentState, key: string): boolean {
  return expected?.has(key) ?? false;
}

/** `unleash.example` */
export function hostOf({ url }: Pick<FlagServerName, 'url'>): string {
  return url.replace(/^https?:\/\//, '');
}

/** `at unleash.example, seen 3 min ago, stale` */
export function atServer(
  { server }: FlagStatus,
  { flagServer }: EnvironmentState['facts'],
  now: number,
): string {
  const { lastSeen = null, stale = false } = server ?? {};
  return [
    flagServer === undefined ? '' : l10n.t('at {0}', hostOf(flagServer)),
    lastSeen === null ? l10n.t('never seen') : seenWords(now - Date.parse(lastSeen)),
    stale ? l10n.t('stale') : '',
  ]
    .filter(Boolean)
    .join(', ');
}

function seenWords(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 1) return l10n.t('seen just now');
  if (minutes < 60) return l10n.t('seen {0} min ago', minutes);
  if (minutes < 48 * 60) return l10n.t('seen {0} h ago', Math.round(minutes / 60));
  return l10n.t('seen {0} days ago', Math.round(minutes / 60 / 24));
}

export function serverTooltip({ server }: FlagStatus): readonly string[] {
  if (server === undefined) return [];
  const { lastSeen, stale, strategies, segments } = server;
  return [
    lastSeen === null
      ? l10n.t('no SDK has asked for it here')
      : l10n.t('an SDK asked for it last: {0}', plain(lastSeen.slice(0, 16).replace('T', ' '))),
    ...(stale ? [l10n.t('marked stale at the server: it should be gone')] : []),
    ...(strategies.length === 0 ? [] : [l10n.t('strategies: {0}', plain(strategies.join(', ')))]),
    ...(segments.length === 0 ? [] : [l10n.t('segments: {0}', plain(segments.join(', ')))]),
  ];
}

/** One row for each environment whose flags cannot be read from their server; its flags stay as they were seen last. */
export function troubledServers({ folder, environments }: ProjectState): readonly TreeNode[] {
  return environments.flatMap(({ facts, serverTrouble }) => {
    const { environment, flagServer } = facts;
    if (serverTrouble === undefined || flagServer === undefined) return [];
    const wantsToken =
      serverTrouble.code === 'flags.no-token' || serverTrouble.code === 'flags.token-refused';
    return {
      id: `flag-server:${folder}#${environment}`,
      label: environment,
      description: troubleWords(serverTrouble.code, hostOf(flagServer)),
      kinds: ['flagServer', wantsToken ? 'tokenless' : 'troubled'],
      icon: { id: wantsToken ? 'key' : 'warning', colour: 'warn' as const },
      tooltip: [serverTrouble.message, serverTrouble.hint ?? ''].map((text) => plain(text)).join('\n\n'),
      spoken: l10n.t('The flags of {0} cannot be read: {1}', environment, serverTrouble.message),
      children: [],
      open: false,
      target: { folder, environment },
      ...(wantsToken && { click: commands.setFlagServerToken }),
    };
  });
}

function troubleWords(code: string, host: string): string {
  switch (code) {
    case 'flags.no-token':
      return l10n.t('{0} needs a token: click to set it', host);
    case 'flags.token-refused':
      return l10n.t('{0} does not know the token: click to set another', host);
    case 'flags.forbidden':
      return l10n.t('{0} does not allow that to this token', host);
    case 'flags.not-there':
      return l10n.t('{0} has no such project or environment', host);
    case 'flags.too-many-requests':
      return l10n.t('{0} was asked too often', host);
    case 'flags.unreachable':
      return l10n.t('{0} does not answer', host);
    case 'flags.untrusted':
      return l10n.t('the certificate of {0} cannot be trusted', host);
    default:
      return l10n.t('{0} cannot be read', host);
  }
}
