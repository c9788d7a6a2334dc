/** An edge and the part of control that speaks for it: learns the routes late, reports late, loses its link. */
import { names, otherColour, slotKey, type SlotKey } from '../../../../agent/common/names.ts';
import { routingOf } from '../../../../agent/edge/routing.ts';
import { renderServices } from '../../../../agent/edge/services-config.ts';
import { hasTraffic } from '../../../../agent/release/routes-changes.ts';
import { formatAck, formatProof, type Ack, type Answer } from '../../../../agent/swarm/ledger/acks.ts';
import type { Routes } from '../../../../agent/swarm/ledger/routes.ts';
import type { Stored } from '../../../../agent/swarm/port.ts';
import { aTask } from '../../../support/fake-swarm.ts';
import { stack, type World } from './world.ts';

export class ModelEdge {
  readonly node: string;
  task = '';
  /** What it runs; `undefined`: it has just started, and answers 503. */
  applied: Stored<Routes> | undefined;
  isCutOff = false;
  readonly #world: World;
  #rendered: { version: number; hash: string; slots: readonly SlotKey[] } | undefined;
  /** When the requests that are open in a slot without traffic will have ended. */
  #open: Record<SlotKey, number[]> = {};
  #closed: Record<SlotKey, number> = {};
  /** How late it sees what its servers do. */
  readonly lagMs: number;

  constructor(world: World, node: string) {
    this.#world = world;
    this.node = node;
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
    const serviceId = cluster.service(names.edge(stack))?.id ?? '';
    cluster.tasks = cluster.tasks.filter((task) => task.id !== old);
    cluster.tasks.push(aTask(this.task, { serviceId, nodeId: this.node }));
    this.#label(`ack.${old}`, undefined);
    this.#label(`proof.${old}`, undefined);
  }

  /** True while its users may be sent to the slot. */
  sendsTo(slot: SlotKey): boolean {
    return this.applied !== undefined && hasTraffic(this.applied.value, slot);
  }

  openIn(slot: SlotKey): number {
    const now = this.#world.clock.monotonic();
    return (this.#open[slot] ?? []).filter((until) => until > now).length;
  }

  #work(): void {
    if (!this.isCutOff && this.#world.cluster.config(names.acks(stack))) {
      this.#learn();
      this.#report();
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
      healthy: this.#world.healthy(slot, this.lagMs),
      sessions: this.openIn(slot),
      closed: this.#closed[slot] ?? 0,
    });
    const { id: object, version } = applied;
    const reports = Object.fromEntries(slots.map((slot) => [slot, report(slot)]));
    this.#label(`ack.${this.task}`, formatAck({ object, version, hash, slots: reports }));
    const answers = this.#answers(applied.value, slots);
    this.#label(`proof.${this.task}`, formatProof({ object, version, answers }));
  }

  #configuration(applied: Stored<Routes>): { readonly hash: string; readonly slots: readonly SlotKey[] } {
    if (this.#rendered?.version === applied.version) return this.#rendered;
    const routing = routingOf(stack, applied, this.#world.releases);
    const slots = routing.services.flatMap((service) => service.slots.map(({ slot }) => slot));
    this.#rendered = { version: applied.version, hash: renderServices(routing).hash, slots };
    return this.#rendered;
  }

  #answers(routes: Routes, slots: readonly SlotKey[]): Record<string, Answer> {
    const answers: Record<string, Answer> = {};
    const answer = (way: string, slot: SlotKey): void => {
      if (this.#world.healthy(slot, this.lagMs) === 0) return;
      const digest = this.#world.imageOf(slot);
      answers[way] = { slot, release: routes.slots[slot] ?? 0, digest, status: 200 };
    };
    for (const slot of slots) answer(slot, slot);
    for (const [service, { active }] of Object.entries(routes.routes))
      answer(service, slotKey(service, active));
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

/** The slots of a service's route that have traffic. */
export function slotsWithTraffic(routes: Routes): readonly SlotKey[] {
  return Object.entries(routes.routes).flatMap(([service, { active, canary }]) =>
    canary > 0
      ? [slotKey(service, active), slotKey(service, otherColour(active))]
      : [slotKey(service, active)],
  );
}
