/** What flags were switched to while a release was live, and bringing that back with the release. */
import { statesAt } from '../flags/history.ts';
import { switchOfState, toldState } from '../flags/words.ts';
import { messageOf } from '../common/errors.ts';
import type { FlagLeft } from '../protocol/flag-settling.ts';
import type { Call, RolloutResult } from '../protocol/methods.ts';
import type { FlagStatesPlan } from '../protocol/rollback-plan.ts';
import { history, type HistoryEntry } from '../release/history.ts';
import { noFlags, withChange, type Flags, type FlagState } from '../swarm/ledger/flags.ts';
import type { Ledger } from '../swarm/ledger/ledger.ts';
import type { ReleaseRecord } from '../swarm/ledger/release.ts';
import type { Stored } from '../swarm/port.ts';
import { flagStatesUnknown } from './failures.ts';
import { served } from './methods/flags.ts';
import type { Place } from './place.ts';

export interface StateChange {
  readonly key: string;
  readonly from: FlagState;
  readonly to: FlagState;
}

export type ReleaseStates = { readonly changes: readonly StateChange[] } | { readonly unknown: string };

/** `release`: where a rollback would go; `undefined`: to what was never released here. Reads only. */
export async function statesOfRelease(
  ledger: Ledger,
  release: ReleaseRecord | undefined,
): Promise<ReleaseStates> {
  if (!release) return { unknown: 'it was never live here' };
  const flags = (await ledger.flags.find())?.value ?? noFlags;
  return statesWhenLive(flags, release, await history(ledger));
}

/** Those of the flags that it defines, as they were when another release took its place. Pure. */
export function statesWhenLive(
  flags: Flags,
  { number, flags: defined = [] }: Pick<ReleaseRecord, 'number' | 'flags'>,
  entries: readonly HistoryEntry[],
): ReleaseStates {
  const end = endOf(number, entries);
  if (end === undefined) return { unknown: 'the rollouts that are remembered do not say when it was live' };
  if (end === 'now') return { changes: [] };
  const then = statesAt(flags, end);
  if (!then) return { unknown: 'flags were switched so often since then that the ledger has forgotten' };
  return {
    changes: defined.flatMap(({ key }) => {
      const from: FlagState = flags.states.get(key) ?? 'forgotten';
      const to = then.get(key) ?? 'forgotten';
      return from === to ? [] : [{ key, from, to }];
    }),
  };
}

/** Milliseconds; `now`: it is still live. */
function endOf(release: number, entries: readonly HistoryEntry[]): number | 'now' | undefined {
  const swaps = entries
    .filter(({ state }) => ['settling', 'done'].includes(state.phase.name))
    .flatMap(({ state }) => {
      const swap = state.trail.findLast(({ phase }) => phase === 'promoted');
      return swap ? [{ release: state.release, at: swap.at }] : [];
    })
    .sort((a, b) => a.at - b.at);
  const began = swaps.findLastIndex((swap) => swap.release === release);
  if (began < 0) return undefined;
  return swaps[began + 1]?.at ?? 'now';
}

export function plannedStates(states: ReleaseStates): FlagStatesPlan {
  if ('unknown' in states) return { unknown: states.unknown, changes: [] };
  return {
    unknown: null,
    changes: states.changes.map(({ key, from, to }) => ({
      key,
      from: switchOfState(from),
      to: switchOfState(to),
    })),
  };
}

/** Throws, before anything is done, where nobody can tell. */
export async function statesToBring(
  ledger: Ledger,
  release: ReleaseRecord | undefined,
  name: string,
): Promise<readonly StateChange[]> {
  const states = await statesOfRelease(ledger, release);
  if ('unknown' in states) throw flagStatesUnknown(name, states.unknown);
  return states.changes;
}

export interface Bringing {
  readonly place: Place;
  readonly changes: readonly StateChange[];
  readonly by: string;
  readonly call: Call;
}

/** Once the release is live: one compare-and-swap. What somebody switched since the rollback began stays as it is. */
export async function withStates(result: RolloutResult, bringing: Bringing): Promise<RolloutResult> {
  const { changes } = bringing;
  if (changes.length === 0) return { ...result, flags: { changed: [], left: [] } };
  if (result.outcome !== 'done' && result.outcome !== 'unchanged') {
    const left = changes.map(({ key }) => ({ key, why: 'the release is not live' }));
    return { ...result, flags: { changed: [], left }, message: `${result.message}\nFlags stay as they are.` };
  }
  try {
    return await broughtTo(result, bringing);
  } catch (error) {
    // The release is live, whatever else: that must not be lost in an error.
    const why = messageOf(error);
    const left = changes.map(({ key }) => ({ key, why }));
    const message = `${result.message}\nIts flags could not be brought along: ${why}`;
    return { ...result, outcome: 'partial', flags: { changed: [], left }, message };
  }
}

async function broughtTo(
  result: RolloutResult,
  { place, changes, by, call }: Bringing,
): Promise<RolloutResult> {
  const { ledger, clock } = place.engine;
  const at = new Date(clock.now()).toISOString();
  const reason = `back with ${result.to?.tag ?? 'its release'}`;
  let left: readonly FlagLeft[] = [];
  const stored: Stored<Flags> = await ledger.flags.change((flags) => {
    const isSame = ({ key, from }: StateChange): boolean => (flags.states.get(key) ?? 'forgotten') === from;
    left = changes
      .filter((change) => !isSame(change))
      .map(({ key }) => ({ key, why: 'somebody switched it meanwhile' }));
    return changes
      .filter(isSame)
      .reduce((all, { key, to }) => withChange(all, { key, to, at, by, reason }), flags);
  });
  const changed = changes.filter(({ key }) => !left.some((one) => one.key === key));
  const word = await served(place, stored, call);
  const told = changed.map(({ key, to }) => `${key} is ${toldState(to)}`).join(', ');
  const lines = [
    ...(changed.length === 0 ? [] : [`Flags as they were: ${told}.`]),
    ...(left.length === 0 ? [] : [`Left: ${left.map(({ key, why }) => `${key} (${why})`).join('; ')}.`]),
    ...(word.missing.length === 0 ? [] : [`Flags are not everywhere yet: ${word.missing.join('; ')}.`]),
  ];
  return {
    ...result,
    outcome: word.missing.length > 0 ? 'partial' : changed.length > 0 ? 'done' : result.outcome,
    message: [result.message, ...lines].join('\n'),
    flags: { changed: plannedStates({ changes: changed }).changes, left },
  };
}
