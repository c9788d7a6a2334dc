/** Invariants 1, 3 and 5 of the design, held against the world at every write and at every edge that learns. */
import { gunzipSync } from 'node:zlib';
import { labels, names, parseSlotKey, slotKey, type SlotKey } from '../../../../agent/common/names.ts';
import { routingOf } from '../../../../agent/edge/routing.ts';
import { serves } from '../../../../agent/edge/side.ts';
import { parseAcks } from '../../../../agent/swarm/ledger/acks.ts';
import { parseRoutes, type Routes } from '../../../../agent/swarm/ledger/routes.ts';
import type { ServiceObject } from '../../../../agent/swarm/port.ts';
import { rolloutHead, rolloutState } from '../../../../agent/swarm/ledger/rollout.ts';
import type { Write } from '../../../support/fake-swarm.ts';
import { isWorker, slotsWithTraffic, workerName, type ModelEdge } from './edge.ts';
import { replicasOf, stack, type World } from './world.ts';

/** "At that moment" in a cluster where reading takes time. */
const momentMs = 400;

export class Invariants {
  readonly violations: string[] = [];
  /** What happened, for people who look for the reason of a violation. */
  readonly story: string[] = [];
  drainMs = 0;
  readonly #world: World;
  readonly #enoughUntil = new Map<SlotKey, number>();
  readonly #enough = new Set<SlotKey>();
  readonly #withoutTrafficSince = new Map<SlotKey, number>();

  constructor(world: World) {
    this.#world = world;
  }

  tell(text: string): void {
    this.story.push(`${Math.round(this.#world.clock.monotonic())} ${text}`);
  }

  check(write: Write): void {
    if (write.what === 'service') {
      this.#slotChanged(write.name, write.before, write.after);
      return;
    }
    if (write.name === names.acks(stack)) this.#look();
    else this.#tellOf(write);
    if (write.name !== names.routes(stack) || !write.after) return;
    const before = parseRoutes(write.name, write.before ?? {});
    this.#routesChanged(before, parseRoutes(write.name, write.after));
    this.#look();
  }

  /** One that was asked is gone: what the others say may be enough now. */
  doorGone(): void {
    this.#look();
  }

  /** An edge follows the ledger: what it sends users to has to be there. */
  edgeChanged(edge: ModelEdge): void {
    for (const slot of slotsWithTraffic(edge.applied?.value ?? { ...this.#world.routes().value, routes: {} }))
      if (edge.knows(slot) && replicasOf(this.#world.slotService(slot)) === 0)
        this.#violated(5, `the edge of ${edge.node} (${edge.side}) sends users to ${slot}, which is empty`);
  }

  #violated(invariant: number, text: string): void {
    this.violated(`invariant ${invariant}`, text);
  }

  violated(what: string, text: string): void {
    const sentence = `${what}: ${text}`;
    this.tell(`VIOLATED ${sentence}`);
    this.violations.push(sentence);
  }

  #routesChanged(before: Routes, after: Routes): void {
    const had = slotsWithTraffic(before);
    const has = slotsWithTraffic(after);
    const now = this.#world.clock.monotonic();
    for (const slot of had) if (!has.includes(slot)) this.#withoutTrafficSince.set(slot, now);
    for (const slot of has) {
      this.#filled(slot, after);
      if (!had.includes(slot) && !this.#isGoingBack(after)) this.#healthyEnough(slot);
    }
  }

  #filled(slot: SlotKey, routes: Routes): void {
    if (replicasOf(this.#world.slotService(slot)) === 0)
      this.#violated(5, `${slot} has traffic and is empty`);
    if (routes.slots[slot] === undefined) this.#violated(5, `${slot} has traffic and holds no release`);
  }

  /** The old slot gets its traffic back whatever its health: nothing else is there. */
  #isGoingBack(after: Routes): boolean {
    const rollout = after.lock.holder?.split('/')[0] ?? '';
    const state = this.#world.cluster.config(names.rollout(stack, rollout))?.labels['state'];
    return state?.includes('"phase":{"name":"aborting"') === true;
  }

  #healthyEnough(slot: SlotKey): void {
    const until = this.#enough.has(slot) ? Number.POSITIVE_INFINITY : this.#enoughUntil.get(slot);
    const ago = this.#world.clock.monotonic() - (until ?? Number.NEGATIVE_INFINITY);
    if (ago > momentMs)
      this.#violated(
        1,
        `${slot} gets traffic, and not every edge saw enough healthy servers of it for ${ago} ms`,
      );
  }

  /** Notes which slots every expected edge sees enough healthy servers of now. */
  #look(): void {
    const { cluster } = this.#world;
    const acks = cluster.config(names.acks(stack));
    if (!acks || !cluster.config(names.routes(stack))) return;
    const reports = parseAcks(acks.name, acks.labels).acks;
    const routes = this.#world.routes().value;
    const expected = this.#expected();
    for (const slot of Object.keys(routes.slots) as SlotKey[]) {
      const wanted = Math.max(1, replicasOf(this.#world.slotService(slot)));
      const doors = expected.filter((edge) => this.#serves(edge, slot));
      const enough =
        doors.length > 0 && doors.every(({ task }) => (reports[task]?.slots[slot]?.healthy ?? 0) >= wanted);
      if (enough) this.#enough.add(slot);
      else if (this.#enough.delete(slot)) this.#enoughUntil.set(slot, this.#world.clock.monotonic());
    }
  }

  #slotChanged(name: string, before: ServiceObject | undefined, after: ServiceObject | undefined): void {
    const slot = slotOf(name);
    if (slot === undefined) return;
    this.tell(`${slot}: ${replicasOf(before)} > ${after ? replicasOf(after) : 'gone'}`);
    if (isWorker(slot)) {
      if (!before && after) this.#workerStarts(slot, after);
      return;
    }
    if (!before && after) this.#filledAnew(slot);
    if (replicasOf(after) < replicasOf(before)) this.#reduced(slot);
  }

  /** A slot is empty for every edge before it is filled anew. */
  #filledAnew(slot: SlotKey): void {
    for (const edge of this.#expected())
      if (edge.knows(slot) && this.#world.healthy(slot, edge.lagMs) > 0)
        this.#violated(1, `${slot} is filled while the edge of ${edge.node} still sees its former servers`);
  }

  /** Of a worker that is told to be alone, no two versions run. */
  #workerStarts(slot: SlotKey, { labels: own }: ServiceObject): void {
    const content = this.#world.releases.get(Number(own[labels.release]))?.services[workerName];
    if (content?.kind !== 'worker' || content.order !== 'stop-first') return;
    const { service = workerName, colour } = parseSlotKey(slot) ?? {};
    const other = this.#world.slotService(slotKey(service, colour === 'blue' ? 'green' : 'blue'));
    const runs = this.#world.cluster.tasks.some(
      ({ serviceId, state }) => serviceId === other?.id && ['starting', 'running'].includes(state),
    );
    if (runs) this.violated('workers', `${slot} starts while the other slot still runs`);
  }

  #reduced(slot: SlotKey): void {
    const routes = this.#world.routes().value;
    if (slotsWithTraffic(routes).includes(slot)) this.#violated(3, `${slot} is reduced and has traffic`);
    const since = this.#withoutTrafficSince.get(slot) ?? Number.NEGATIVE_INFINITY;
    const limitPassed = this.#world.clock.monotonic() - since >= this.drainMs;
    for (const edge of this.#expected()) {
      if (edge.sendsTo(slot))
        this.#violated(3, `${slot} is reduced and the edge of ${edge.node} sends users to it`);
      if (edge.openIn(slot) > 0 && !limitPassed)
        this.#violated(3, `${slot} is reduced and requests are open in it at the edge of ${edge.node}`);
    }
  }

  #expected(): readonly ModelEdge[] {
    const { forgotten } = this.#world.routes().value;
    // Swarm sends nobody to a task of the mesh that has no state yet.
    const isThere = ({ side, applied }: ModelEdge): boolean => side === 'outside' || applied !== undefined;
    return this.#world.doors().filter((edge) => forgotten[edge.node] === undefined && isThere(edge));
  }

  /** By what the ledger says now, whatever the edge knows of it. */
  #serves({ side }: ModelEdge, slot: SlotKey): boolean {
    const { value, ...stored } = this.#world.routes();
    const routing = routingOf(stack, { ...stored, value }, this.#world.releases);
    const service = routing.services.find((one) => one.service === parseSlotKey(slot)?.service);
    return service !== undefined && serves(service, side);
  }

  /** What its suites said no to does not stay; unless an edge was missing, and nobody could run them. */
  #suitesSaidYes(journal: string, state: string): void {
    const data = this.#world.cluster.config(journal)?.data;
    if (!data || !state.includes('"phase":{"name":"settling"') || state.includes('"partial (promoted)"'))
      return;
    const head = rolloutHead.parse(JSON.parse(gunzipSync(data).toString()));
    if (head.liveSuites && head.ref === 'fail') this.#violated(9, `${journal} stays, and its suites failed`);
  }

  #commandsAreOver(journal: string, state: string): void {
    if (state === '') return;
    this.#world.jobs.phaseOf(journal.split('.').at(-1) ?? '', rolloutState.parse(JSON.parse(state)));
  }

  #tellOf(write: Write & { what: 'config' }): void {
    const { before = {}, after = {} } = write;
    const keys = Object.keys({ ...before, ...after }).filter((key) => before[key] !== after[key]);
    const state = after['state'] ?? '';
    if (write.name.includes('.rollout.') && before['state'] !== state) {
      this.#suitesSaidYes(write.name, state);
      this.#commandsAreOver(write.name, state);
    }
    const value = (key: string): string =>
      key === 'state' ? phaseIn(after[key] ?? '') : `${key}=${after[key] ?? '-'}`;
    this.tell(`${write.name} ${keys.map(value).join(' ')}`);
  }
}

function phaseIn(state: string): string {
  return /"phase":\{[^}]*\},"reason":[^,]*/.exec(state)?.[0].replaceAll('"', '') ?? state;
}

function slotOf(name: string): SlotKey | undefined {
  const key = name.slice(stack.length + 1);
  return parseSlotKey(key) ? (key as SlotKey) : undefined;
}
