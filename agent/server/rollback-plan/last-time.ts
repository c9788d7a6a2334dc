/** How long a rollout of this kind took when it was done last. Pure. */
import type { LastTime, RollbackPlan } from '../../protocol/rollback-plan.ts';
import type { HistoryEntry } from '../../release/history.ts';
import { tookMs } from '../methods/history.ts';

/** A warm slot takes milliseconds, one that is started anew seconds, a build minutes: they say nothing of each other. */
export function lastTime(
  entries: readonly HistoryEntry[],
  how: RollbackPlan['how'],
  tag: string | null,
): LastTime | null {
  const ended = [...entries].reverse().filter(({ state }) => ['settling', 'done'].includes(state.phase.name));
  const alike = ended.filter(({ head }) =>
    how === 'built' ? head.kind === 'deploy' : head.kind === 'rollback' && head.warm === (how === 'warm'),
  );
  // The same tag if it was there, else the newest of that kind.
  const found = alike.find(({ head }) => tag !== null && head.tag === tag) ?? alike[0];
  const took = found && tookMs(found.state);
  if (found === undefined || took === undefined || took === null) return null;
  const { at, by, ref, kind } = found.head;
  return { at, by, ref, kind, tookMs: took };
}
