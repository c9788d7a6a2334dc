import { hasCode } from '../../common/errors.ts';
import { labels, slotServiceName, type SlotKey } from '../../common/names.ts';
import { routingOf } from '../../edge/routing.ts';
import { serves, sides, type Side } from '../../edge/side.ts';
import type { ReleasedService, ReleaseRecord } from '../../swarm/ledger/release.ts';
import type { Routes } from '../../swarm/ledger/routes.ts';
import type { Stored } from '../../swarm/port.ts';
import type { Unacknowledged } from '../../edge/expected.ts';
import { awaitEdges, describeMissing, missingEdges, releasesInSlots } from '../edges.ts';
import type { ReleaseEngine, Rollout } from '../engine.ts';
import { writeRoutes } from '../lock.ts';
import { webMoves } from '../plan.ts';
import type { RolloutEvent } from '../machine.ts';
import { withFileIds } from '../mounted-files.ts';
import { clear, fill } from '../routes-changes.ts';
import { slotNetworks } from '../networks.ts';
import { slotSpec } from '../slot-spec.ts';
import { letRequestsEnd } from './let-requests-end.ts';
import { supersede } from './supersede.ts';
import { contentOf, targetRelease } from './target.ts';
import { ensureMesh } from '../mesh.ts';
import { placingOrder } from '../order.ts';
import { newSlots, subjectOf, vacateSlot, type Slot } from './slots.ts';
import { diagnose, type Trouble } from './trouble.ts';

/**
 * Places the release in its slots: what is in them goes first, and only when every edge sees nothing of it the
 * new tasks come, stage by stage, those that others depend on first. Done when Swarm runs them and every edge sees as
 * many `L7OK` servers as there are replicas.
 */
export async function place(rollout: Rollout, signal: AbortSignal): Promise<RolloutEvent> {
  const release = await targetRelease(rollout);
  const slots = newSlots(rollout.head.moves);
  if (slots.length === 0) return { type: 'placed' };
  const before = await rollout.engine.ledger.routes.read();
  const occupied = await makeRoom(rollout, slots, { release: release.number, routes: before, signal });
  if (occupied.length > 0) return unacknowledged(occupied);
  const routes = await writeRoutes(
    rollout,
    (now) => fill(now, webMoves(rollout.head.moves), release.number),
    signal,
  );
  await supersede(rollout);
  await ensureMesh(rollout.engine, routes);
  const { clock } = rollout.engine;
  const deadline = clock.monotonic() + rollout.head.deadlineMs;
  const empty = await seenAnew(rollout.engine, slots, { before, after: routes });
  if (empty.length > 0) {
    const limitMs = rollout.head.deadlineMs;
    const unsure = await awaitEdges(rollout.engine, { routes, require: { empty }, limitMs, signal });
    if (unsure.length > 0) return unacknowledged(unsure);
  }
  const placed: Slot[] = [];
  for (const stage of placingOrder(slots, release)) {
    for (const slot of stage) await createSlot(rollout, slot, release);
    placed.push(...stage);
    const limitMs = Math.max(0, deadline - clock.monotonic());
    const event = await untilHealthy(rollout, placed, { release, routes, limitMs, signal });
    if (event.type !== 'placed') return event;
  }
  return { type: 'placed' };
}

function unacknowledged(missing: readonly Unacknowledged[]): RolloutEvent {
  return { type: 'failed', reason: 'edges-unacknowledged', detail: describeMissing(missing) };
}

/**
 * Those that were in use and that one side knows only from now on: it was not asked whether it sees their former tasks,
 * which Swarm may not have stopped yet.
 */
async function seenAnew(
  { ledger }: ReleaseEngine,
  slots: readonly Slot[],
  { before, after }: { readonly before: Stored<Routes>; readonly after: Stored<Routes> },
): Promise<readonly SlotKey[]> {
  const used = slots.filter(({ key }) => before.value.slots[key] !== undefined);
  if (used.length === 0) return [];
  const sidesIn = async (routes: Stored<Routes>): Promise<(service: string) => readonly Side[]> => {
    const { services } = routingOf(ledger.stack, routes, await releasesInSlots(ledger, routes.value));
    return (name) => {
      const found = services.find(({ service }) => service === name);
      return found ? sides.filter((side) => serves(found, side)) : [];
    };
  };
  const [had, has] = [await sidesIn(before), await sidesIn(after)];
  return used
    .filter(({ service }) => has(service).some((side) => !had(service).includes(side)))
    .map(({ key }) => key);
}

/** Empties the slots unless they hold this very release already (a driver before us died while placing). */
async function makeRoom(
  rollout: Rollout,
  slots: readonly Slot[],
  {
    release,
    routes,
    signal,
  }: { readonly release: number; readonly routes: Stored<Routes>; readonly signal: AbortSignal },
): Promise<readonly Unacknowledged[]> {
  const { swarm, ledger, limits } = rollout.engine;
  const { stack } = ledger;
  const found = await Promise.all(
    slots.map(async (slot): Promise<readonly Slot[]> => {
      const service = await swarm.services.get(slotServiceName(stack, slot.service, slot.colour));
      const known = routes.value.slots[slot.key];
      if (service?.labels[labels.release] === String(release) && known === release) return [];
      return !service && known === undefined ? [] : [slot];
    }),
  );
  const occupied = found.flat();
  if (occupied.length === 0) return [];
  // An earlier rollout that drained them may have been superseded in the middle (invariant 3).
  const silent = await awaitEdges(rollout.engine, { routes, limitMs: limits.acknowledge, signal });
  if (silent.length > 0) return silent;
  await letRequestsEnd(rollout, occupied, { isMine: () => true, signal });
  const missing = await Promise.all(occupied.map((slot) => vacateSlot(rollout, slot, signal)));
  await writeRoutes(
    rollout,
    (now) =>
      clear(
        now,
        occupied.map((slot) => slot.key),
      ),
    signal,
  );
  return missing.flat();
}

export async function createSlot(rollout: Rollout, slot: Slot, release: ReleaseRecord): Promise<void> {
  const { swarm, ledger } = rollout.engine;
  const { stack } = ledger;
  const content = await withFileIds(swarm, release.number, contentOf(release, slot.service));
  const networks = await slotNetworks(swarm, stack, content);
  const [flagsToken] = (await ledger.keys.sdkAccess()).tokens;
  const spec = slotSpec({ ...slot, stack, release: release.number, content, networks, flagsToken });
  try {
    await swarm.services.create(spec);
  } catch (error) {
    // It is there already: placed before the driver before us died.
    if (!hasCode(error, 'swarm.conflict')) throw error;
  }
}

interface Healing {
  readonly release: ReleaseRecord;
  /** Those that name the slots. */
  readonly routes: Stored<Routes>;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

async function untilHealthy(
  rollout: Rollout,
  slots: readonly Slot[],
  { release, routes, limitMs, signal }: Healing,
): Promise<RolloutEvent> {
  const { changes, ledger } = rollout.engine;
  const { stack } = ledger;
  const healthy = healthyServers(slots, (slot) => contentOf(release, slot.service));
  let missing: readonly Unacknowledged[] = [];
  const found = await changes.until<Trouble | 'healthy'>(
    async () => {
      missing = await missingEdges(rollout.engine, routes, { healthy });
      if (missing.length === 0) return 'healthy';
      for (const slot of slots) {
        const trouble = await diagnose(rollout.engine, subjectOf(stack, slot), { final: false });
        if (trouble) return trouble;
      }
      return undefined;
    },
    // What edges see comes with events; only what is wrong with tasks is polled.
    { limitMs, pollMs: 400, signal },
  );
  if (found === 'healthy') return { type: 'placed' };
  return { type: 'failed', ...(found ?? (await overdue(rollout, slots, missing))) };
}

/** The deadline is over: the tasks' trouble if they have one, else what the edges miss. */
async function overdue(
  rollout: Rollout,
  slots: readonly Slot[],
  missing: readonly Unacknowledged[],
): Promise<Trouble> {
  const { stack } = rollout.engine.ledger;
  for (const slot of slots) {
    const trouble = await diagnose(rollout.engine, subjectOf(stack, slot), { final: true });
    if (trouble) return trouble;
  }
  const seconds = Math.round(rollout.head.deadlineMs / 1000);
  return {
    reason: 'never-healthy',
    detail: `not healthy at the edge after ${seconds} s: ${describeMissing(missing)}`,
  };
}

export function healthyServers(
  slots: readonly Slot[],
  content: (slot: Slot) => ReleasedService,
): Record<Slot['key'], number> {
  return Object.fromEntries(slots.map((slot) => [slot.key, content(slot).replicas]));
}
