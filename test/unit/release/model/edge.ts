/**
 * An edge, or a task of the mesh, and the part of control that speaks for it: learns the routes late, reports late, loses
 * its link.
 */
import { names, otherColour, parseSlotKey, slotKey, type SlotKey } from '../../../../agent/common/names.ts';
import { routingOf, type Routing } from '../../../../agent/edge/routing.ts';
import { renderServices } from '../../../../agent/edge/services-config.ts';
import { answersFor, serves, type Side } from '../../../../agent/edge/side.ts';
import { hasTraffic } from '../../../../agent/release/routes-changes.ts';
import { formatAck, formatProof, type Ack, type Answer } from '../../../../agent/swarm/ledger/acks.ts';
import type { Routes } from '../../../../agent/swarm/ledger/routes.ts';
import type { Stored, Task } from '../../../../agent/swarm/port.ts';
import { aTask } from '../../../support/fake-swarm.ts';
import { stack, type World } from './world.ts';

interface Rendered {
  readonly version: number;
  readonly hash: string;
  readonly routing: Routing;
  readonly slots: readonly SlotKey[];
}

export class ModelEdge {
  readonly node: string;
  readonly side: Side;
  /** Of a task of the mesh. */
  readonly aliases: readonly string[];
  /** It is to go: it hears nothing more, and goes on with what it knows for those who are connected to it. */
  isLeaving = false;
  isGone = false;
  task = '';
  /** What it runs; `undefined`: it has just started, and answers 503. */
  applied: Stored<Routes> | undefined;
  isCutOff = false;
  readonly #world: World;
  #rendered: Rendered | undefined;
  /** When the requests that are open in a slot without traffic will have ended. */
  #open: Record<SlotKey, number[]> = {};
  #closed: Record<SlotKey, number> = {};
  /** How late it sees what its servers do. */
  readonly lagMs: number;

  constructor(world: World, node: string, inside?: { readonly aliases: readonly string[] }) {
    this.#world = world;
    this.node = node;
    this.side = inside ? 'inside' : 'outside';
    this.aliases = inside?.aliases ?? [];
    this.lagMs = world.random.between(10, 250);
    this.restart();
    this.#work();
  }

  /** Its container is replaced: a new task, without state. */
  restart(): void {
    const { cluster } = this.#world;
    const old = this.task;
    this.task = cluster.id('edge');
    this.applied = undefined;
    this.#open = {};
    this.#closed = {};
    const { side, aliases } = this;
    const serviceId = cluster.service((side === 'inside' ? names.mesh : names.edge)(stack))?.id ?? '';
    cluster.tasks = cluster.tasks.filter((task) => task.id !== old);
    // Swarm calls a task of the mesh running when it is ready, and an edge when it has started.
    const state = side === 'inside' ? 'starting' : 'running';
    cluster.tasks.push(aTask(this.task, { serviceId, nodeId: this.node, state, aliases }));
    this.#label(`ack.${old}`, undefined);
    this.#label(`proof.${old}`, undefined);
  }

  /** A task of the mesh that is to go, but for those who are connected to it. */
  leave(): void {
    this.isLeaving = true;
    this.#setTask({ desired: 'shutdown' });
  }

  end(): void {
    this.isGone = true;
    this.#setTask({ desired: 'shutdown', state: 'shutdown' });
  }

  #setTask(change: Partial<Task>): void {
    const { cluster } = this.#world;
    cluster.tasks = cluster.tasks.map((task) => (task.id === this.task ? { ...task, ...change } : task));
  }

  /** Whether it has to do with the slot, in the state it runs. */
  knows(slot: SlotKey): boolean {
    if (!this.applied) return false;
    const { routing } = this.#configuration(this.applied);
    const service = routing.services.find((one) => one.service === parseSlotKey(slot)?.service);
    return service !== undefined && serves(service, this.side);
  }

  /** True while its users may be sent to the slot. */
  sendsTo(slot: SlotKey): boolean {
    return this.applied !== undefined && hasTraffic(this.applied.value, slot) && this.knows(slot);
  }

  openIn(slot: SlotKey): number {
    const now = this.#world.clock.monotonic();
    return (this.#open[slot] ?? []).filter((until) => until > now).length;
  }

  #work(): void {
    if (this.isGone) return;
    if (!this.isCutOff && !this.isLeaving && this.#world.cluster.config(names.acks(stack))) {
      this.#learn();
      this.#report();
      if (this.side === 'inside') this.#setTask({ state: 'running' });
    }
    this.#world.clock.at(this.#world.random.between(40, 250), () => {
      this.#work();
    });
  }

  #learn(): void {
    const routes = this.#world.routes();
    if (this.applied?.version === routes.version) return;
    const slots = Object.keys({ ...routes.value.slots, ...this.applied?.value.slots }) as SlotKey[];
    for (const slot of slots) {
      if (this.sendsTo(slot) && !hasTraffic(routes.value, slot)) this.#open[slot] = this.#requests();
      if (hasTraffic(routes.value, slot)) this.#open[slot] = [];
      if (routes.value.cuts[slot] !== undefined && this.openIn(slot) > 0) {
        this.#closed[slot] = (this.#closed[slot] ?? 0) + this.openIn(slot);
        this.#open[slot] = [];
      }
    }
    this.applied = routes;
    this.#world.invariants.edgeChanged(this);
  }

  /** Ends of the requests that were under way when the slot lost its traffic. */
  #requests(): number[] {
    const { clock, random } = this.#world;
    return Array.from({ length: random.between(0, 2) }, () => clock.monotonic() + random.between(0, 2_500));
  }

  #report(): void {
    const { applied } = this;
    if (!applied) return;
    const { hash, slots } = this.#configuration(applied);
    const report = (slot: SlotKey): Ack['slots'][SlotKey] => ({
      healthy: this.knows(slot) ? this.#world.healthy(slot, this.lagMs) : 0,
      sessions: this.openIn(slot),
      closed: this.#closed[slot] ?? 0,
    });
    const { id: object, version } = applied;
    const reports = Object.fromEntries(slots.map((slot) => [slot, report(slot)]));
    this.#label(`ack.${this.task}`, formatAck({ object, version, hash, slots: reports }));
    const answers = this.#answers(applied);
    this.#label(`proof.${this.task}`, formatProof({ object, version, answers }));
  }

  #configuration(applied: Stored<Routes>): Rendered {
    if (this.#rendered?.version === applied.version) return this.#rendered;
    const routing = routingOf(stack, applied, this.#world.releases);
    const slots = routing.services.flatMap((service) => service.slots.map(({ slot }) => slot));
    this.#rendered = { version: applied.version, hash: renderServices(routing).hash, routing, slots };
    return this.#rendered;
  }

  #answers(applied: Stored<Routes>): Record<string, Answer> {
    const { routing } = this.#configuration(applied);
    const routes = applied.value;
    const answers: Record<string, Answer> = {};
    const answer = (way: string, slot: SlotKey): void => {
      if (this.#world.healthy(slot, this.lagMs) === 0) return;
      const digest = this.#world.imageOf(slot);
      answers[way] = { slot, release: routes.slots[slot] ?? 0, digest, status: 200 };
    };
    for (const service of routing.services.filter((one) => answersFor(one, this.side))) {
      for (const { slot } of service.slots) answer(slot, slot);
      if (service.route) answer(service.service, slotKey(service.service, service.route.active));
    }
    return answers;
  }

  #label(label: string, text: string | undefined): void {
    const acks = this.#world.cluster.config(names.acks(stack));
    if (acks?.labels[label] === text || !acks) return;
    const others = Object.entries(acks.labels).filter(([key]) => key !== label);
    const added = text === undefined ? [] : [[label, text] as const];
    this.#world.cluster.setLabels(acks, Object.fromEntries([...others, ...added]));
  }
}

/** The one service without a route, of which no edge knows. */
export const workerName = 'mailer';

export function isWorker(slot: SlotKey): boolean {
  return parseSlotKey(slot)?.service === workerName;
}

/** The slots of a service's route that have traffic. */
export function slotsWithTraffic(routes: Routes): readonly SlotKey[] {
  const all = Object.entries(routes.routes).filter(([service]) => service !== workerName);
  return all.flatMap(([service, { active, canary }]) =>
    canary > 0
      ? [slotKey(service, active), slotKey(service, otherColour(active))]
      : [slotKey(service, active)],
  );
}
