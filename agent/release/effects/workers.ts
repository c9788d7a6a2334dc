/**
 * Workers: services without a route. No edge could keep work from one, so its new tasks start as late as can be, just
 * before the swap, and its old ones do not stay warm: they would take jobs twice.
 */
import { hasCode } from '../../common/errors.ts';
import { labels } from '../../common/names.ts';
import type { ReleaseRecord } from '../../swarm/ledger/release.ts';
import type { Move } from '../../swarm/ledger/rollout.ts';
import type { Routes } from '../../swarm/ledger/routes.ts';
import type { Rollout } from '../engine.ts';
import { releaseLock, writeRoutes } from '../lock.ts';
import type { RolloutEvent } from '../machine.ts';
import { workerMoves } from '../plan.ts';
import { clear, fill, hasTraffic, unclaimAll } from '../routes-changes.ts';
import { untilRunning } from '../running.ts';
import { createSlot } from './place.ts';
import { claimAgain } from './settle.ts';
import { isAtRest, removeService } from '../../swarm/remove-service.ts';
import { endTasks, slotFrom, slotTo, subjectOf, type Slot } from './slots.ts';
import { supersede } from './supersede.ts';
import { contentOf, targetRelease } from './target.ts';
import type { Trouble } from './trouble.ts';

/** The new tasks start, beside the old ones or behind them, and run. */
export async function replace(rollout: Rollout, signal: AbortSignal): Promise<RolloutEvent> {
  const { engine, head } = rollout;
  const release = await targetRelease(rollout);
  const moves = workerMoves(head.moves);
  for (const move of moves) {
    if (await holds(rollout, slotTo(move), release.number)) continue;
    if (!(await hasEnded(rollout, slotTo(move), signal))) return stillRunning(slotTo(move));
  }
  await writeRoutes(rollout, (now) => fill(now, moves, release.number), signal);
  // Warm slots are somebody else's until the swap.
  if (!head.warm) await supersede(rollout);
  for (const move of moves) {
    for (const old of move.worker === 'stop-first' ? slotFrom(move) : [])
      if (!(await hasEnded(rollout, old, signal))) return stillRunning(old);
    await createSlot(rollout, slotTo(move), release);
  }
  const troubles = await Promise.all(
    moves.map((move) => runs(rollout, slotTo(move), { release, signal, steadyMs: engine.limits.steady })),
  );
  const trouble = troubles.find((one) => one !== undefined);
  return trouble ? { type: 'failed', ...trouble } : { type: 'replaced' };
}

/** Empty when the new tasks run at this moment: a driver before us may have waited for them long ago. */
export async function workersNotRunning(rollout: Rollout, signal: AbortSignal): Promise<string> {
  const release = await targetRelease(rollout);
  for (const move of workerMoves(rollout.head.moves)) {
    const trouble = await runs(rollout, slotTo(move), { release, signal, steadyMs: 0 });
    if (trouble) return trouble.detail;
  }
  return '';
}

/**
 * The way back: the new tasks end, and old ones that had to make room are started again. A worker that this rollout
 * never claimed is another's: that its old tasks rest may be what the other wants just now.
 */
export async function restore(rollout: Rollout, signal: AbortSignal): Promise<RolloutEvent> {
  const { engine, head, state } = rollout;
  const { ledger } = engine;
  const troubles: string[] = [];
  for (const move of workerMoves(head.moves)) {
    const { slots, claims } = (await ledger.routes.read()).value;
    if (claims[move.service] !== head.id) continue;
    const next = slotTo(move);
    if (state.release !== null && slots[next.key] === state.release) {
      await endTasks(engine, subjectOf(ledger.stack, next).service);
      await writeRoutes(rollout, (now) => clear(now, [next.key]));
    }
    const trouble = await startAgain(rollout, move, signal);
    if (trouble) troubles.push(`the old tasks of ${move.service} do not come up again: ${trouble.detail}`);
  }
  if (troubles.length === 0) return { type: 'restored' };
  return { type: 'restored', detail: [state.detail, ...troubles].join('\n') };
}

/** Under the claim: somebody may be going back to the very slot. Its tasks end within their stop grace. */
export async function retire(rollout: Rollout): Promise<RolloutEvent> {
  const { engine, head } = rollout;
  const moves = workerMoves(head.moves);
  await claimAgain(rollout, moves.flatMap(slotFrom));
  const { value: routes } = await engine.ledger.routes.read();
  const old = moves.flatMap((move) => slotFrom(move).filter((slot) => isLeft(routes, move, slot)));
  for (const slot of old) await removeService(engine, subjectOf(engine.ledger.stack, slot).service);
  const gone = old.map(({ key }) => key);
  await writeRoutes(rollout, (now) => clear(now, gone));
  await releaseLock(rollout, (now) => unclaimAll(now, head.id));
  return { type: 'retired' };
}

function isLeft(routes: Routes, move: Move, { key }: Slot): boolean {
  return routes.slots[key] === move.fromRelease && !hasTraffic(routes, key);
}

/** True when this very release is in the slot: a driver before us placed it. */
async function holds({ engine }: Rollout, slot: Slot, release: number): Promise<boolean> {
  const { swarm, ledger } = engine;
  const { slots } = (await ledger.routes.read()).value;
  const service = await swarm.services.get(subjectOf(ledger.stack, slot).service);
  return slots[slot.key] === release && service?.labels[labels.release] === String(release);
}

async function hasEnded({ engine }: Rollout, slot: Slot, signal: AbortSignal): Promise<boolean> {
  return (await endTasks(engine, subjectOf(engine.ledger.stack, slot).service, signal)) === 'ended';
}

function stillRunning({ key }: Slot): RolloutEvent {
  return {
    type: 'failed',
    reason: 'place-failed',
    detail: `${key}: its tasks did not end within their stop grace`,
  };
}

interface Awaited {
  readonly release: ReleaseRecord;
  readonly signal: AbortSignal;
  readonly steadyMs: number;
}

function runs(
  { engine, head }: Rollout,
  slot: Slot,
  { release, signal, steadyMs }: Awaited,
): Promise<Trouble | undefined> {
  const { image, spec } = contentOf(release, slot.service);
  const tasks = spec.Mode.Replicated?.Replicas ?? 'every-node';
  const wanted = { ...subjectOf(engine.ledger.stack, slot), image, tasks } as const;
  return untilRunning(engine, wanted, { limitMs: head.deadlineMs, signal, steadyMs });
}

/** Does nothing where the old tasks were never told to end. */
async function startAgain(rollout: Rollout, move: Move, signal: AbortSignal): Promise<Trouble | undefined> {
  const { swarm, ledger, limits } = rollout.engine;
  for (const old of move.worker === 'stop-first' ? slotFrom(move) : []) {
    const { service: name } = subjectOf(ledger.stack, old);
    const service = await swarm.services.get(name);
    if (service && !isAtRest(service.spec)) continue;
    await endTasks(rollout.engine, name);
    const release = move.fromRelease === null ? undefined : await ledger.releases.get(move.fromRelease);
    if (!release) return { reason: 'place-failed', detail: 'its record is not in the ledger any more' };
    try {
      await createSlot(rollout, old, release);
    } catch (error) {
      if (!hasCode(error, 'release.cannot-be-restored')) throw error;
      return { reason: 'place-failed', detail: error.message };
    }
    return runs(rollout, old, { release, signal, steadyMs: limits.steady });
  }
  return undefined;
}
