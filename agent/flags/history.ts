/** What was switched when, by whom and why: what the ledger remembers, and what can be told from it. Pure. */
import { failure } from '../common/errors.ts';
import { withChange, type FlagChange, type Flags, type FlagState } from '../swarm/ledger/flags.ts';
import { toldState } from './words.ts';

const longestReason = 200;

/** One line: a label of the ledger holds it. `null`: nobody said why. */
export function reasonLine(text: string | undefined): string | null {
  const line = (text ?? '').replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ').trim();
  if (line.length <= longestReason) return line === '' ? null : line;
  throw failure('usage.invalid', {
    message: `The reason has ${line.length} characters, and the ledger keeps at most ${longestReason}.`,
    hint: 'Say it shorter, or name where it is written down.',
  });
}

/** Newest first. Older ones may be forgotten: the ledger keeps the newest of each flag, and the last 200 of all. */
export function historyOf(flags: Flags, key: string): readonly FlagChange[] {
  return flags.changes
    .map((change) => ({ ...change, from: before(flags, change) }))
    .filter((change) => change.key === key)
    .reverse();
}

/** Whether no change of any flag from this one on is missing. */
function isComplete(flags: Flags, from: number): boolean {
  const since = flags.changes.filter(({ seq }) => seq >= from);
  return since.length === (flags.changes.at(-1)?.seq ?? 0) - from + 1;
}

/** What a flag was before a change of it; `null`: nobody can tell any more. */
function before(flags: Flags, { seq, key, from }: FlagChange): FlagState | null {
  if (from !== null) return from;
  const previous = flags.changes.findLast((change) => change.key === key && change.seq < seq);
  if (previous) return isComplete(flags, previous.seq) ? previous.to : null;
  return isComplete(flags, 1) ? 'forgotten' : null;
}

export interface Undoing {
  readonly key: string;
  /** The change that is to be undone, as somebody saw it. */
  readonly seq: number;
  readonly at: string;
  readonly by: string;
}

/** Throws where the change is not the last one of its flag any more. */
export function undo(flags: Flags, { key, seq, at, by }: Undoing): { flags: Flags; to: FlagState } {
  const last = flags.changes.findLast((change) => change.key === key);
  if (!last) throw nothingToUndo(key);
  if (last.seq !== seq) throw changedSince(last, seq);
  const to = before(flags, last);
  if (to === null) throw unknownBefore(last);
  const reason = `undoes change ${seq} by ${last.by}`;
  return { flags: withChange(flags, { key, to, at, by, reason }), to };
}

export function lastChange(flags: Flags, key: string): FlagChange | undefined {
  return flags.changes.findLast((change) => change.key === key);
}

/** What each flag was at a time, going back from now; `undefined`: the ledger does not remember as far as that. */
export function statesAt(flags: Flags, time: number): ReadonlyMap<string, FlagState> | undefined {
  const states = new Map<string, FlagState>(flags.states);
  const later = flags.changes.filter(({ at }) => Date.parse(at) > time);
  const [first] = later;
  if (first && !isComplete(flags, first.seq)) return undefined;
  // The oldest change that is left may have had others behind it that are gone.
  const earlier = flags.changes.findLast(({ seq }) => seq < (first?.seq ?? 0));
  if (first && first.seq > 1 && earlier?.seq !== first.seq - 1) return undefined;
  for (const change of [...later].reverse()) {
    const was = before(flags, change);
    if (was === null) return undefined;
    states.set(change.key, was);
  }
  return states;
}

export function nothingToUndo(key: string): Error {
  return failure('flags.nothing-to-undo', {
    message: `Nobody has switched ${key} here, as far as the ledger remembers.`,
    hint: 'There is nothing to undo. "tidegate flags list" shows what every flag is.',
    data: { flag: key },
  });
}

function changedSince(last: FlagChange, seq: number): Error {
  return failure('flags.changed-since', {
    message: `Change ${seq} of ${last.key} is not its last one: ${last.by} made it ${toldState(last.to)} at ${last.at} (change ${last.seq}).`,
    hint: 'Nothing was changed. Look at "tidegate flags history", and undo the last change, or switch the flag.',
    data: { flag: last.key, change: last.seq, by: last.by, at: last.at },
  });
}

function unknownBefore(last: FlagChange): Error {
  return failure('flags.states-unknown', {
    message: `What ${last.key} was before its last change (by ${last.by}, ${last.at}) is not in the ledger any more.`,
    hint: 'Nothing was changed. Switch it: "tidegate flags on" or "off".',
    data: { flag: last.key, change: last.seq },
  });
}
