/** The rollouts an environment remembers: journals, and the pages ended ones were gathered into. */
import type { Ledger } from '../swarm/ledger/ledger.ts';
import type { RolloutHead, RolloutState } from '../swarm/ledger/rollout.ts';

export interface HistoryEntry {
  readonly head: RolloutHead;
  readonly state: RolloutState;
}

/** Oldest first. `asked`: the journals, where somebody has asked for them already. */
export async function history(
  ledger: Ledger,
  asked = ledger.journals.list(),
): Promise<readonly HistoryEntry[]> {
  const [pages, journals] = await Promise.all([ledger.audit.list(), asked]);
  const all = new Map<string, HistoryEntry>();
  for (const { head, state } of [...pages, ...journals.map((journal) => journal.value)])
    all.set(head.id, { head, state });
  return [...all.values()].sort((a, b) => (a.head.at < b.head.at ? -1 : 1));
}

/** Release numbers that users have been served by: their rollout got past the proof. */
export function wentLive(entries: readonly HistoryEntry[]): ReadonlySet<number> {
  const live = entries.filter(({ state }) => ['settling', 'done'].includes(state.phase.name));
  return new Set(live.flatMap(({ state }) => (state.release === null ? [] : [state.release])));
}
