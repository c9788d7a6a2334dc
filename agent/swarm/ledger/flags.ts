/**
 * Feature flags in the ledger. What a flag is comes with a release (or, when a commit changes nothing but its
 * flags, from `<stack>.flags.<n>`); whether it is on here is a label of `<stack>.flags`, which changes in about a
 * millisecond and touches no task. Pure codec of those labels.
 *
 *   flag.<key>   = on | off | on:<share in basis points> | on:variant=<name> | on:<share>:variant=<name>
 *   change.<seq> = <time> <who> <key> <that> | forgotten     (the newest of each flag, and the last 200 of all)
 *   tidegate.change.<seq> = <what it was> [<why>]            (a name that controls of older versions pass over)
 *   definitions  = <n>:<release>     (`<stack>.flags.<n>` holds as long as that release is live)
 */
import * as z from 'zod';
import { flagDefinition, flagKeyPattern, wholeShare } from './flag-definition.ts';
import { corruptLabel } from './failures.ts';

/** Content of `<stack>.flags.<n>`. Immutable. */
export const flagDefinitions = z.strictObject({
  format: z.literal(1),
  /** The release they hold with. */
  release: z.int().positive(),
  commit: z.string(),
  by: z.string(),
  at: z.string(),
  flags: z.array(flagDefinition),
});
export type FlagDefinitions = z.infer<typeof flagDefinitions>;

/**
 * `on:2500`: on for a quarter of the users for whom no rule says otherwise; `on:variant=quick`: all of them get that
 * variant, whatever the definition says they get.
 */
export type FlagSetting =
  'off' | 'on' | `on:${number}` | `on:variant=${string}` | `on:${number}:variant=${string}`;

/** `forgotten`: what was said of a flag that no release defines any more was removed. */
export type FlagState = FlagSetting | 'forgotten';

const written = /^on(?::(0|[1-9]\d{0,4}))?(?::variant=(\S+))?$/;

/** Basis points; `null`: no share was said. */
export function shareOf(setting: FlagSetting | undefined): number | null {
  const share = written.exec(setting ?? '')?.[1];
  return share === undefined ? null : Number(share);
}

/** `null`: no variant was said, the definition's holds. */
export function variantOf(setting: FlagSetting | undefined): string | null {
  return written.exec(setting ?? '')?.[2] ?? null;
}

/** What users of a flag that is on are to get. `share`: basis points. */
export interface OnFor {
  readonly share: number | null;
  readonly variant: string | null;
}

export function settingFor({ share, variant }: OnFor): FlagSetting {
  if (variant === null) return share === null ? 'on' : `on:${share}`;
  return share === null ? `on:variant=${variant}` : `on:${share}:variant=${variant}`;
}

function isSetting(text: string): text is FlagSetting {
  if (text === 'off') return true;
  const [whole, share = 0, variant] = written.exec(text) ?? [];
  const isVariant = variant === undefined || flagKeyPattern.test(variant);
  return whole !== undefined && Number(share) <= wholeShare && isVariant;
}

export interface FlagChange {
  /** Counts up. */
  readonly seq: number;
  /** RFC 3339. */
  readonly at: string;
  /** No spaces: `ann@laptop`. */
  readonly by: string;
  readonly key: string;
  readonly to: FlagState;
  /** What it was; `forgotten`: nobody had switched it. `null`: written before that was kept. */
  readonly from: FlagState | null;
  /** One line, as somebody wrote it. */
  readonly reason: string | null;
}

/** What a change is made of; the ledger knows what was before. */
export interface Switching extends Pick<FlagChange, 'at' | 'by' | 'key' | 'to'> {
  readonly reason?: string | null;
}

export interface Flags {
  /** Those that somebody has switched. */
  readonly states: ReadonlyMap<string, FlagSetting>;
  /** Oldest first. */
  readonly changes: readonly FlagChange[];
  readonly definitions: { readonly object: number; readonly release: number } | undefined;
}

export const noFlags: Flags = { states: new Map(), changes: [], definitions: undefined };

const keptChanges = 200;

/** Switches a flag and says who did; the same object when it is so already. */
export function withChange(flags: Flags, change: Switching): Flags {
  const { at, by, key, to, reason = null } = change;
  const from = flags.states.get(key) ?? 'forgotten';
  if (from === to) return flags;
  const states = new Map(flags.states);
  if (to === 'forgotten') states.delete(key);
  else states.set(key, to);
  const seq = (flags.changes.at(-1)?.seq ?? 0) + 1;
  return { ...flags, states, changes: newest([...flags.changes, { seq, at, by, key, to, from, reason }]) };
}

function newest(changes: readonly FlagChange[]): readonly FlagChange[] {
  const last = new Map(changes.map(({ key, seq }) => [key, seq]));
  const recent = changes.length - keptChanges;
  return changes.filter(({ key, seq }, index) => index >= recent || last.get(key) === seq);
}

/** Throws `ledger.corrupt`. */
export function parseFlags(object: string, labels: Readonly<Record<string, string>>): Flags {
  const states = new Map<string, FlagSetting>();
  const changes: FlagChange[] = [];
  const details = detailsOf(object, labels);
  let definitions: Flags['definitions'];
  for (const [label, text] of Object.entries(labels)) {
    const rest = label.slice(label.indexOf('.') + 1);
    if (label.startsWith('tidegate.')) continue;
    if (label.startsWith('flag.') && flagKeyPattern.test(rest) && isSetting(text)) states.set(rest, text);
    else if (label.startsWith('change.'))
      changes.push({ ...parseChange(object, label, text), ...details(rest) });
    else if (label === 'definitions') definitions = parsePointer(object, text);
    else throw corruptLabel(object, label, text);
  }
  return { states, changes: changes.sort((a, b) => a.seq - b.seq), definitions };
}

export function formatFlags({ states, changes, definitions }: Flags): Record<string, string> {
  return {
    ...Object.fromEntries([...states].map(([key, setting]) => [`flag.${key}`, setting])),
    ...Object.fromEntries(
      changes.map(({ seq, at, by, key, to }) => [`change.${seq}`, `${at} ${by} ${key} ${to}`]),
    ),
    ...Object.fromEntries(
      changes.flatMap(({ seq, from, reason }) =>
        from === null ? [] : [[`${detailLabel}${seq}`, reason === null ? from : `${from} ${reason}`]],
      ),
    ),
    ...(definitions && { definitions: `${definitions.object}:${definitions.release}` }),
  };
}

const detailLabel = 'tidegate.change.';
type Details = Pick<FlagChange, 'from' | 'reason'>;

/** By the number of the change. A program of an older version leaves them out when it writes. */
function detailsOf(object: string, labels: Readonly<Record<string, string>>): (seq: string) => Details {
  return (seq) => {
    const label = `${detailLabel}${seq}`;
    const text = labels[label];
    if (text === undefined) return { from: null, reason: null };
    const [, from, reason] = /^(\S+)(?: (.+))?$/.exec(text) ?? [];
    if (from === undefined || !isState(from)) throw corruptLabel(object, label, text);
    return { from, reason: reason ?? null };
  };
}

function isState(text: string): text is FlagState {
  return text === 'forgotten' || isSetting(text);
}

function parseChange(object: string, label: string, text: string): Omit<FlagChange, keyof Details> {
  const [, seq] = /^change\.([1-9]\d{0,14})$/.exec(label) ?? [];
  const [, at, by, key, to] = /^(\S+) (\S+) (\S+) (\S+)$/.exec(text) ?? [];
  if (seq === undefined || at === undefined || by === undefined || key === undefined || to === undefined)
    throw corruptLabel(object, label, text);
  if (!isState(to)) throw corruptLabel(object, label, text);
  return { seq: Number(seq), at, by, key, to };
}

function parsePointer(object: string, text: string): NonNullable<Flags['definitions']> {
  const [, number, release] = /^([1-9]\d{0,14}):([1-9]\d{0,14})$/.exec(text) ?? [];
  if (number === undefined) throw corruptLabel(object, 'definitions', text);
  return { object: Number(number), release: Number(release) };
}
