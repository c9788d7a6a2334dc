/** What is known of the flags of a project: out of its flags file, and out of its environments. */
import type { FlagKeysResult } from '../../agent/protocol/flag-keys.ts';
import type { FlagStatus } from '../../agent/protocol/methods.ts';
import { stateWords, switchedBy } from './flags-tree.ts';
import { l10n } from './l10n.ts';
import { plain } from './node.ts';
import type { ProjectState } from './state.ts';

export interface KnownFlag {
  readonly key: string;
  readonly description: string | null;
  readonly owner: string | null;
  readonly expires: string | null;
  readonly environments: readonly FlagInEnvironment[];
  /** In the flags file; `undefined`: it is not there any more. */
  readonly definedAt: { readonly file: string; readonly line: number; readonly column: number } | undefined;
}

export interface FlagInEnvironment {
  readonly environment: string;
  readonly isProtected: boolean;
  /** `undefined`: no release there knows it. */
  readonly flag: FlagStatus | undefined;
  /** There is no such environment yet. */
  readonly isMissing?: boolean;
}

export interface KnownFlags {
  readonly folder: string;
  readonly byKey: ReadonlyMap<string, KnownFlag>;
  /** The flags file and every environment that can be asked have been read: what is not here is not known. */
  readonly isComplete: boolean;
}

export function knownFlags(project: ProjectState, file: FlagKeysResult | undefined): KnownFlags {
  const { folder, environments } = project;
  const live = environments.flatMap(({ flags }) => flags?.flags ?? []).filter(({ defined }) => defined);
  const inFile = new Map((file?.keys ?? []).map((flag) => [flag.key, flag]));
  const byKey = new Map<string, KnownFlag>();
  for (const key of new Set([...inFile.keys(), ...live.map((flag) => flag.key)])) {
    const written = inFile.get(key);
    const { description, owner, expires } = written ?? live.find((flag) => flag.key === key) ?? nothingSaid;
    byKey.set(key, {
      ...{ key, description, owner, expires },
      environments: environments.map(({ facts, flags, status }) => ({
        environment: facts.environment,
        isProtected: facts.protected,
        flag: flags?.flags.find((flag) => flag.key === key && flag.defined),
        isMissing: status?.state === 'not-set-up',
      })),
      definedAt:
        written && file?.file
          ? { file: file.file, line: written.line - 1, column: written.column - 1 }
          : undefined,
    });
  }
  const isRead = environments.every(({ status, flags }) => status?.state !== 'ready' || flags !== undefined);
  const isFileRead = file !== undefined && (file.file === null || file.keys !== null);
  return { folder, byKey, isComplete: isRead && isFileRead && byKey.size > 0 };
}

const nothingSaid = { description: null, owner: null, expires: null };

/** `off, by default`, `on for 25 %, by ann@laptop`. */
export function stateIn({ flag, isMissing = false }: FlagInEnvironment): string {
  if (flag === undefined) return isMissing ? l10n.t('not set up') : l10n.t('not in the live release');
  return `${stateWords(flag)}, ${switchedBy(flag)}`;
}

/** The address of a link that calls a command; brackets of a path would end a link in Markdown. */
export function commandLink(command: string, argument: object): string {
  const given = encodeURIComponent(JSON.stringify([argument]));
  return `command:${command}?${given.replace(/[()]/g, (bracket) => (bracket === '(' ? '%28' : '%29'))}`;
}

/** Markdown; `switchLink` gives the address of a link that switches it there. */
export function hoverOf(known: KnownFlag, switchLink: (one: FlagInEnvironment) => string): string {
  const { key, description, owner, expires, environments } = known;
  const rows = environments.map((one) => {
    const switching = one.flag?.value === true ? l10n.t('switch off') : l10n.t('switch on');
    const link = one.flag === undefined ? '' : ` — [${switching}](${switchLink(one)})`;
    return `- ${plain(one.environment)}: ${plain(stateIn(one))}${link}`;
  });
  return [
    `**${l10n.t('Flag {0}', plain(key))}**${description === null ? '' : `: ${plain(description)}`}`,
    rows.join('\n'),
    [
      owner === null ? '' : l10n.t('owner: {0}', plain(owner)),
      expires === null ? '' : l10n.t('expires {0}', plain(expires)),
    ]
      .filter(Boolean)
      .join(' · '),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The project that a file belongs to: the nearest folder above it; the only one there is, wherever that stands. */
export function projectOf(projects: readonly ProjectState[], file: string): ProjectState | undefined {
  const above = projects.filter(
    ({ folder }) => file.startsWith(`${folder}/`) || file.startsWith(`${folder}\\`),
  );
  const nearest = [...above].sort((a, b) => b.folder.length - a.folder.length)[0];
  return nearest ?? (projects.length === 1 ? projects[0] : undefined);
}
