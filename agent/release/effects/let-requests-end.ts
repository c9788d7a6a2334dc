/** Before a slot is reduced: its requests end, or are ended at the drain limit (invariant 3). */
import type { Routes } from '../../swarm/ledger/routes.ts';
import { awaitEdges, edgeReports } from '../edges.ts';
import type { Rollout } from '../engine.ts';
import { cut } from '../routes-changes.ts';
import type { Slot } from './slots.ts';

/**
 * Waits until no edge has a request open in the slots, or the drain limit is over: then what is still open
 * there (streams) is closed, and counted apart. Only slots that are `isMine` when the cut is written are cut: a
 * newer rollout may have filled them meanwhile. Gives the number of streams that were closed.
 */
export async function letRequestsEnd(
  { engine, head }: Rollout,
  slots: readonly Slot[],
  options: {
    readonly isMine: (slot: Slot, routes: Routes) => boolean;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const { ledger, limits } = engine;
  const { isMine, signal } = options;
  const idle = slots.map((slot) => slot.key);
  const before = await ledger.routes.read();
  const open = await awaitEdges(engine, {
    routes: before,
    require: { idle },
    limitMs: head.drainMs,
    signal,
  });
  if (open.length === 0) return 0;
  const routes = await ledger.routes.change((now) => {
    const mine = slots.filter((slot) => isMine(slot, now)).map((slot) => slot.key);
    return cut(now, mine, head.id);
  });
  await awaitEdges(engine, { routes, require: { idle }, limitMs: limits.acknowledge, signal });
  const { outside, inside } = await edgeReports(engine.swarm, ledger);
  const acks = [...Object.values(outside.acks), ...Object.values(inside.acks)];
  const closed = acks.flatMap((ack) => idle.map((slot) => ack.slots[slot]?.closed ?? 0));
  return closed.reduce((sum, count) => sum + count, 0);
}
