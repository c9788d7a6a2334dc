import type { Params, ReleaseName, Results } from '../../protocol/methods.ts';
import type { PastRollout } from '../../protocol/project.ts';
import { history, type HistoryEntry } from '../../release/history.ts';
import type { RolloutState } from '../../swarm/ledger/rollout.ts';
import type { Agent } from '../agent.ts';
import { openPlace } from '../place.ts';
import { nameOf } from '../rollouts.ts';

/** What was rolled out here, by whom, and how it ended; also what never became a release. */
export async function projectHistory(agent: Agent, params: Params<'history'>): Promise<Results['history']> {
  const { engine } = await openPlace(agent, params.folder, params.environment);
  const { ledger } = engine;
  const [entries, records] = await Promise.all([history(ledger), ledger.releases.list()]);
  const kept = new Map(records.map((record) => [record.number, nameOf(record)]));
  return {
    stack: ledger.stack,
    rollouts: [...entries].reverse().map((entry) => pastRollout(entry, kept)),
  };
}

export function pastRollout(
  { head, state }: HistoryEntry,
  kept: ReadonlyMap<number, ReleaseName>,
): PastRollout {
  const outcome = outcomeOf(state);
  const before = Math.max(0, ...head.moves.map(({ fromRelease }) => fromRelease ?? 0));
  return {
    rollout: head.id,
    kind: head.kind,
    by: head.by,
    at: head.at,
    ref: head.ref,
    from: kept.get(before) ?? (before === 0 ? null : { number: before, tag: null, commit: '' }),
    to: { number: state.release, tag: head.tag, commit: head.commit },
    services: head.moves.map(({ service }) => service),
    outcome,
    reason: outcome === 'running' ? null : (state.reason ?? 'completed'),
    detail: state.detail,
    tookMs: tookMs(state),
    trail: state.trail.map(({ phase, at }) => ({ phase, at: new Date(at).toISOString() })),
  };
}

function outcomeOf({ phase, moved }: RolloutState): PastRollout['outcome'] {
  switch (phase.name) {
    case 'settling':
    case 'done':
      return 'live';
    case 'aborting':
    case 'aborted':
      return moved ? 'reverted' : 'failed';
    case 'partial':
      return 'partial';
    default:
      return 'running';
  }
}

/** Settling goes on behind the end that counts for people: that users have it, or have it no more. */
export function tookMs({ trail }: RolloutState): number | null {
  const ends = /^(settling|done|aborting: draining|aborted|partial)/;
  const end = trail.find(({ phase }) => ends.test(phase));
  const [first] = trail;
  return end === undefined || first === undefined ? null : Math.round(end.at - first.at);
}
