/** After the swap, or on the way back: let requests finish, close what stays open, take the slot away. */
import { hasCode } from '../../common/errors.ts';
import { slotServiceName } from '../../common/names.ts';
import type { Routes } from '../../swarm/ledger/routes.ts';
import { missingEdges } from '../edges.ts';
import type { Rollout } from '../engine.ts';
import { claimed } from '../failures.ts';
import { releaseLock, writeRoutes } from '../lock.ts';
import type { RolloutEvent } from '../machine.ts';
import { clear, hasTraffic, unclaimAll } from '../routes-changes.ts';
import { letRequestsEnd } from './let-requests-end.ts';
import { emptySlot, newSlots, oldSlots, type Slot } from './slots.ts';
import { prove } from './traffic.ts';

/** Nobody is sent to the slots any more; what is under way there may end (invariant 3). */
export async function drain(
  rollout: Rollout,
  which: 'old' | 'new',
  signal: AbortSignal,
): Promise<RolloutEvent> {
  const slots = slotsOf(rollout, which);
  // Settling claims nothing: somebody may deploy, or go back to the slot that is kept warm.
  if (which === 'old') await releaseLock(rollout, (routes) => unclaimAll(routes, rollout.head.id));
  const isMine = (slot: Slot, routes: Routes): boolean => holdsOurs(rollout, which, slot, routes);
  const closed = await letRequestsEnd(rollout, slots, { isMine, signal });
  return { type: 'drained', closed };
}

/** Takes the slots away, under the claim and the lock, unless they hold something else by now or have traffic. */
export async function empty(rollout: Rollout, which: 'old' | 'new'): Promise<RolloutEvent> {
  const { engine } = rollout;
  const wanted = slotsOf(rollout, which);
  if (which === 'old') await claimAgain(rollout, wanted);
  const { value: routes } = await engine.ledger.routes.read();
  const mine: Slot[] = [];
  for (const slot of wanted)
    if (!hasTraffic(routes, slot.key) && (await isOurs(rollout, which, slot, routes))) mine.push(slot);
  // A rollout that placed nothing does not wait for the lock of the one that was faster.
  if (which === 'new' && mine.length === 0) return { type: 'emptied' };
  for (const slot of mine) await emptySlot(rollout, slot);
  await writeRoutes(rollout, (now) =>
    clear(
      now,
      mine.map((slot) => slot.key),
    ),
  );
  return { type: 'emptied' };
}

/** What is missing for a `partial` rollout, looked at once. */
export async function lookAgain(rollout: Rollout, toward: 'promoted' | 'aborting'): Promise<RolloutEvent> {
  const routes = await rollout.engine.ledger.routes.read();
  if (toward === 'promoted') return prove(rollout, routes, { acknowledge: 500, prove: 2_000 });
  const missing = await missingEdges(rollout.engine, routes);
  return missing.length === 0
    ? { type: 'reverted' }
    : { type: 'unacknowledged', detail: rollout.state.detail };
}

/** Gives back claims and lock; the last effect of every rollout. */
export async function finish(rollout: Rollout): Promise<void> {
  try {
    await releaseLock(rollout, (routes) => unclaimAll(routes, rollout.head.id));
  } catch (error) {
    // The environment has been taken down meanwhile: then there is nothing left to give back.
    if (!hasCode(error, 'environment.not-set-up')) throw error;
  }
}

function slotsOf({ head }: Rollout, which: 'old' | 'new'): readonly Slot[] {
  return which === 'old' ? oldSlots(head.moves) : newSlots(head.moves);
}

/** A slot is ours to empty only while the ledger says that it holds what this rollout put, or found, there. */
function holdsOurs({ head, state }: Rollout, which: 'old' | 'new', slot: Slot, routes: Routes): boolean {
  const holds = routes.slots[slot.key];
  if (which === 'new') return holds !== undefined && holds === state.release;
  const move = head.moves.find((candidate) => candidate.service === slot.service);
  return holds !== undefined && holds === move?.fromRelease;
}

async function isOurs(rollout: Rollout, which: 'old' | 'new', slot: Slot, routes: Routes): Promise<boolean> {
  if (holdsOurs(rollout, which, slot, routes)) return true;
  return which === 'new' && rollout.state.release !== null && (await isHalfEmptied(rollout, slot));
}

/** A driver before us died while it took away what was in the slot: the ledger names a release nobody runs. */
async function isHalfEmptied({ engine }: Rollout, slot: Slot): Promise<boolean> {
  const { swarm, ledger } = engine;
  const service = await swarm.services.get(slotServiceName(ledger.stack, slot.service, slot.colour));
  return !service || service.spec.Mode.Replicated?.Replicas === 0;
}

/** Only services whose old slot is still ours: a newer rollout may have the others, and keep them for long. */
export async function claimAgain(rollout: Rollout, slots: readonly Slot[]): Promise<void> {
  const { head } = rollout;
  await writeRoutes(rollout, (routes) => {
    const left = slots.filter((slot) => holdsOurs(rollout, 'old', slot, routes));
    for (const { service } of left) {
      const owner = routes.claims[service];
      if (owner !== undefined && owner !== head.id) throw claimed(service, owner);
    }
    const mine = Object.fromEntries(left.map(({ service }) => [service, head.id]));
    return { ...routes, claims: { ...routes.claims, ...mine } };
  });
}
