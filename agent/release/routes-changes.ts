/**
 * Every change a rollout makes to the routes object, as pure functions for its compare-and-swap. Each checks
 * what must hold at the moment of writing, and throws when it does not.
 */
import { otherColour, slotKey, type SlotKey } from '../common/names.ts';
import type { Move, RolloutHead } from '../swarm/ledger/rollout.ts';
import type { Route, Routes } from '../swarm/ledger/routes.ts';
import { claimed, fencedOff, lockHeld, routeChanged } from './failures.ts';

/** Who writes: a driver of a rollout. */
export interface Writer {
  readonly rollout: string;
  readonly driver: string;
  /** Epoch of the lock we took; `undefined` while we do not hold it. */
  readonly epoch: number | undefined;
}

export function holderOf(writer: Writer): string {
  return `${writer.rollout}/${writer.driver}`;
}

/**
 * The same routes with the lock held by `writer`: as it is when it holds it already, else taken. A lock of the
 * same rollout is taken from its former driver, whose journal we have taken over; one of a rollout named in
 * `over` (it has ended, or is gone) likewise.
 */
export function locked(routes: Routes, writer: Writer, over: ReadonlySet<string>): Routes {
  const { holder, epoch } = routes.lock;
  const mine = holderOf(writer);
  if (writer.epoch !== undefined) {
    if (holder === mine && epoch === writer.epoch) return routes;
    throw fencedOff(writer.rollout, holder);
  }
  const rollout = holder?.split('/')[0];
  if (holder !== undefined && rollout !== writer.rollout && !over.has(rollout ?? '')) throw lockHeld(holder);
  return { ...routes, lock: { holder: mine, epoch: epoch + 1 } };
}

/** The same routes without our lock, or that of our rollout's former driver, which died with it in hand. */
export function unlocked(routes: Routes, writer: Writer): Routes {
  const { holder } = routes.lock;
  const inherited = writer.epoch === undefined && holder?.split('/')[0] === writer.rollout;
  if (holder !== holderOf(writer) && !inherited) return routes;
  return { ...routes, lock: { holder: undefined, epoch: routes.lock.epoch } };
}

/** Claims the services; the routes must be as they were when the rollout was planned. */
export function claimAll(routes: Routes, head: RolloutHead): Routes {
  for (const move of head.moves) {
    const owner = routes.claims[move.service];
    if (owner !== undefined && owner !== head.id) throw claimed(move.service, owner);
    // The colour alone does not tell: two swaps since the plan lead back to it, with another release in it.
    const active = routes.routes[move.service]?.active ?? null;
    const release = (active && routes.slots[slotKey(move.service, active)]) ?? null;
    if (active !== move.from || release !== move.fromRelease)
      throw routeChanged(
        move.service,
        { colour: move.from, release: move.fromRelease },
        { colour: active, release },
      );
  }
  const mine = head.moves.map((move) => [move.service, head.id] as const);
  return { ...routes, claims: { ...routes.claims, ...Object.fromEntries(mine) } };
}

export function unclaimAll(routes: Routes, rollout: string): Routes {
  const others = Object.entries(routes.claims).filter(([, owner]) => owner !== rollout);
  if (others.length === Object.keys(routes.claims).length) return routes;
  return { ...routes, claims: Object.fromEntries(others) };
}

/** The target slots hold the release from now on; nothing of them is cut. */
export function fill(routes: Routes, moves: readonly Move[], release: number): Routes {
  const slots = { ...routes.slots };
  for (const move of moves) slots[slotKey(move.service, move.to)] = release;
  return { ...routes, slots, cuts: withoutCuts(routes, moves) };
}

/** Gives the new slots a share of the traffic, in basis points. */
export function shift(routes: Routes, moves: readonly Move[], share: number): Routes {
  const next: Record<string, Route> = { ...routes.routes };
  // A service without an old slot has nobody to share with: it waits for the promotion.
  for (const { service, from } of moves) if (from !== null) next[service] = { active: from, canary: share };
  return { ...routes, routes: next };
}

/** The swap: all services of the rollout at once. */
export function promote(routes: Routes, moves: readonly Move[], release: number): Routes {
  const next: Record<string, Route> = { ...routes.routes };
  for (const { service, to } of moves) next[service] = { active: to, canary: 0 };
  return { ...fill(routes, moves, release), routes: next };
}

/** All traffic back to the old slots; a service without one has no version live again. */
export function revert(routes: Routes, moves: readonly Move[]): Routes {
  const next: Record<string, Route> = Object.fromEntries(
    Object.entries(routes.routes).filter(
      ([service]) => !moves.some((m) => m.service === service && m.from === null),
    ),
  );
  for (const { service, from } of moves) if (from !== null) next[service] = { active: from, canary: 0 };
  return { ...routes, routes: next };
}

export function isReverted(routes: Routes, moves: readonly Move[]): boolean {
  return moves.every(({ service, from }) => {
    const route = routes.routes[service];
    return from === null ? route === undefined : route?.active === from && route.canary === 0;
  });
}

export function cut(routes: Routes, slots: readonly SlotKey[], rollout: string): Routes {
  const idle = slots.filter((slot) => !hasTraffic(routes, slot) && routes.cuts[slot] === undefined);
  if (idle.length === 0) return routes;
  return { ...routes, cuts: { ...routes.cuts, ...Object.fromEntries(idle.map((slot) => [slot, rollout])) } };
}

/** Nothing is in these slots any more. */
export function clear(routes: Routes, gone: readonly SlotKey[]): Routes {
  const rest = <T>(all: Readonly<Record<SlotKey, T>>): Record<SlotKey, T> =>
    Object.fromEntries(Object.entries(all).filter(([slot]) => !gone.includes(slot as SlotKey)));
  return { ...routes, slots: rest(routes.slots), cuts: rest(routes.cuts) };
}

/** True while users' requests may be sent to the slot. */
export function hasTraffic(routes: Routes, slot: SlotKey): boolean {
  return Object.entries(routes.routes).some(
    ([service, { active, canary }]) =>
      slot === slotKey(service, active) || (canary > 0 && slot === slotKey(service, otherColour(active))),
  );
}

function withoutCuts(routes: Routes, moves: readonly Move[]): Record<SlotKey, string> {
  const filled = new Set<string>(moves.map((move) => slotKey(move.service, move.to)));
  return Object.fromEntries(Object.entries(routes.cuts).filter(([slot]) => !filled.has(slot)));
}
