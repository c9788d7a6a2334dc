/** A scenario: what people, machines and bad luck do to an environment, and what must hold in the end. */
import * as fc from 'fast-check';
import { openGuard, type Guard } from '../../../../agent/cluster/guard.ts';
import { hasCode, messageOf } from '../../../../agent/common/errors.ts';
import { aNode } from '../../../support/fake-swarm.ts';
import { decide, deploy, goBack, never, policy, type Wish } from './agent.ts';
import { Process } from './process.ts';
import { replicasOf, World } from './world.ts';
import { isWorker } from './edge.ts';
import type { SlotKey } from '../../../../agent/common/names.ts';

export type Happening =
  | { readonly do: 'deploy'; readonly wish: Wish; readonly who: Who; readonly cancelAfter: number | null }
  | { readonly do: 'rollback'; readonly who: Who }
  | { readonly do: 'promote' | 'abort'; readonly who: Who }
  | { readonly do: 'cut-off' | 'restart-edge' | 'lose-node'; readonly edge: number; readonly forMs: number }
  | { readonly do: 'kill-control'; readonly forMs: number };

interface Who {
  readonly host: 'ann' | 'bob';
  /** Dies at this call to the cluster. */
  readonly dieAt: number | null;
  /** Between its plan and its first write: somebody else may be faster. */
  readonly pauseMs: number;
}

export interface Scenario {
  readonly seed: number;
  readonly edges: number;
  /** Some services are called by their names. */
  readonly inside: boolean;
  /** A release is live when it begins. */
  readonly live: boolean;
  /** How much later than the one before each begins: they overlap. */
  readonly happenings: readonly { readonly after: number; readonly what: Happening }[];
}

const dieAt = fc.option(fc.integer({ min: 1, max: 150 }), { freq: 1 });
const pauseMs = fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 0, max: 4_000 }));
const who: fc.Arbitrary<Who> = fc.record({
  host: fc.constantFrom('ann' as const, 'bob' as const),
  dieAt,
  pauseMs,
});
const wish: fc.Arbitrary<Wish> = fc.record({
  content: fc.integer({ min: 1, max: 4 }),
  nature: fc.constantFrom('good', 'good', 'good', 'good', 'never', 'crash', 'flaky', 'flaky'),
  services: fc.constantFrom(['web'], ['web'], ['api', 'web'], ['api'], ['mailer'], ['web', 'mailer']),
  steps: fc.constantFrom(
    [],
    [],
    [{ share: 2_500, holdMs: 300 }],
    [
      { share: 500, holdMs: 0 },
      { share: 5_000, holdMs: 100 },
    ],
  ),
  hold: fc.integer({ min: 0, max: 3 }).map((number) => number === 0),
  live: fc.constantFrom('none', 'none', 'pass', 'fail'),
  command: fc.constantFrom('none', 'none', 'none', 'pass', 'pass', 'fail'),
});
const trouble = fc.record({
  do: fc.constantFrom('cut-off' as const, 'restart-edge' as const, 'lose-node' as const),
  edge: fc.integer({ min: 0, max: 2 }),
  forMs: fc.integer({ min: 50, max: 9_000 }),
});
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('deploy' as const),
      wish,
      who,
      cancelAfter: fc.option(fc.integer({ min: 10, max: 4_000 }), { freq: 6 }).map(swapNull),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('rollback' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('promote' as const, 'abort' as const), who }) },
  { weight: 2, arbitrary: trouble },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('kill-control' as const),
      forMs: fc.integer({ min: 100, max: 8_000 }),
    }),
  },
);

/** `fc.option` gives few nulls; cancelling is to be the rare case. */
function swapNull(value: number | null): number | null {
  return value !== null && value % 5 === 0 ? value : null;
}

export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.integer(),
  edges: fc.integer({ min: 1, max: 3 }),
  inside: fc.boolean(),
  live: fc.integer({ min: 0, max: 4 }).map((number) => number > 0),
  happenings: fc.array(
    fc.record({
      after: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 7_000 })),
      what: happening,
    }),
    { minLength: 2, maxLength: 7 },
  ),
});

export interface Told {
  readonly violations: readonly string[];
  readonly story: readonly string[];
}

export async function play(scenario: Scenario): Promise<Told> {
  const stage = new Stage(scenario);
  await stage.play();
  const { violations, story } = stage.world.invariants;
  return { violations, story };
}

const quietMs = 15_000;

/** What ended tasks leave on an engine is not of this world. */
const noContainers: Parameters<typeof openGuard>[1] = {
  list: () => Promise.resolve([]),
  remove: () => Promise.resolve(),
};

class Stage {
  readonly world: World;
  readonly #scenario: Scenario;
  readonly #running = new Set<Promise<void>>();
  #control: { process: Process; guard: Guard };
  #agents = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.world = new World(scenario.seed, scenario.edges, scenario.inside);
    this.world.invariants.drainMs = policy.drainMs;
    this.#control = this.#startControl();
  }

  async play(): Promise<void> {
    const { clock } = this.world;
    await this.world.setUp();
    await clock.advance(500);
    if (this.#scenario.live) await this.#deployFirst();
    for (const { after, what } of this.#scenario.happenings) {
      await clock.advance(after);
      this.world.invariants.tell(JSON.stringify(what));
      this.#begin(what);
    }
    await clock.until(Promise.all([...this.#running]), 300_000);
    await this.#endWell();
  }

  async #deployFirst(): Promise<void> {
    const wish: Wish = {
      content: 1,
      nature: 'good',
      services: ['api', 'web', 'mailer'],
      steps: [],
      hold: false,
      live: 'none',
      command: 'none',
    };
    const first = this.#agent({ host: 'bob', dieAt: null, pauseMs: 0 }, (process) =>
      deploy(this.world, process, wish, never),
    );
    await this.world.clock.until(first);
    await this.world.clock.advance(500);
  }

  /** With everybody back, everything comes to an end, nothing is left over, and a deploy goes through. */
  async #endWell(): Promise<void> {
    const { clock, invariants } = this.world;
    invariants.tell('everybody is back');
    await clock.advance(quietMs);
    // What waits for a person: nobody has decided about it yet.
    for (const service of ['api', 'web', 'mailer']) {
      invariants.tell(`what is held goes back, for ${service} at the latest`);
      await clock.until(
        this.#agent({ host: 'ann', dieAt: null, pauseMs: 0 }, (process) => decide(process, 'abort')),
      );
      await clock.advance(quietMs);
    }
    this.#nothingIsLeft();
    const wish: Wish = {
      content: 9,
      nature: 'good',
      services: ['web'],
      steps: [],
      hold: false,
      live: 'pass',
      command: 'pass',
    };
    let phase = '';
    const last = this.#agent({ host: 'bob', dieAt: null, pauseMs: 0 }, async (process) => {
      const end = await deploy(this.world, process, wish, never);
      phase = `${end?.phase.name ?? 'unchanged'} ${end?.detail ?? ''}`;
    });
    await clock.until(last);
    if (!phase.startsWith('settling') && !phase.startsWith('done'))
      this.#violated(`a good deploy at the end is ${phase}`);
    await clock.advance(quietMs);
    this.#nothingIsLeft();
    this.#control.guard.stop();
    await clock.advance(1_000);
  }

  #nothingIsLeft(): void {
    const { value } = this.world.routes();
    if (Object.keys(value.claims).length > 0)
      this.#violated(`claims are left: ${JSON.stringify(value.claims)}`);
    if (value.lock.holder !== undefined) this.#violated(`the lock is left with ${value.lock.holder}`);
    const active = Object.entries(value.routes).map(([service, route]) => `${service}-${route.active}`);
    const allowed = new Set(active);
    for (const slot of [...Object.keys(value.slots), ...Object.keys(value.cuts)])
      if (!allowed.has(slot)) this.#violated(`the ledger keeps ${slot}, which has no traffic`);
    for (const slot of active.filter((key) => isWorker(key as SlotKey)))
      if (replicasOf(this.world.slotService(slot as SlotKey)) === 0) this.#violated(`${slot} does not work`);
    for (const { name } of this.world.cluster.services.values()) {
      const slot = name.slice(name.indexOf('_') + 1);
      if (!['tidegate-edge', 'tidegate-mesh'].includes(slot) && !allowed.has(slot))
        this.#violated(`the service ${name} is left`);
    }
    for (const config of this.world.cluster.configs.values()) {
      const state = config.labels['state'];
      if (state !== undefined && !/"phase":\{"name":"(done|aborted)"/.test(state))
        this.#violated(`${config.name} has not ended: ${state.slice(0, 200)}`);
    }
  }

  #violated(text: string): void {
    this.world.invariants.tell(`VIOLATED ${text}`);
    this.world.invariants.violations.push(text);
  }

  #begin(what: Happening): void {
    switch (what.do) {
      case 'deploy': {
        const cancel = new AbortController();
        if (what.cancelAfter !== null)
          this.world.clock.at(what.cancelAfter, () => {
            cancel.abort();
          });
        void this.#agent(what.who, (process) => deploy(this.world, process, what.wish, cancel.signal));
        return;
      }
      case 'rollback':
        void this.#agent(what.who, (process) => goBack(this.world, process, never));
        return;
      case 'promote':
      case 'abort':
        void this.#agent(what.who, (process) => decide(process, what.do));
        return;
      case 'kill-control':
        this.#killControl(what.forMs);
        return;
      default:
        this.#troubleAtEdge(what.do, what.edge, what.forMs);
    }
  }

  #agent(who: Who, work: (process: Process) => Promise<unknown>): Promise<void> {
    this.#agents += 1;
    const name = `${who.host}/${this.#agents}`;
    const process = new Process(this.world, name, who);
    this.world.livingDrivers.add(name);
    const done = Promise.race([work(process), process.died])
      .then(
        () => undefined,
        (error: unknown) => {
          this.world.invariants.tell(`${name} failed: ${messageOf(error)}`);
          // A lost race and a change of the driver are what may happen; everything else is a defect.
          if (!hasCode(error, 'ledger.busy', 'ledger.fenced', 'release.cannot-be-restored'))
            this.#violated(`${name} failed: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
        },
      )
      .finally(() => {
        this.world.livingDrivers.delete(name);
        process.kill();
        this.#running.delete(done);
      });
    this.#running.add(done);
    return done;
  }

  #startControl(): { process: Process; guard: Guard } {
    this.#agents += 1;
    const process = new Process(this.world, `control/${this.#agents}`);
    return { process, guard: openGuard(process.engine, noContainers) };
  }

  #killControl(forMs: number): void {
    this.#control.process.kill();
    this.world.clock.at(forMs, () => {
      this.#control.process.kill();
      this.#control = this.#startControl();
    });
  }

  #troubleAtEdge(what: 'cut-off' | 'restart-edge' | 'lose-node', index: number, forMs: number): void {
    const { cluster, clock } = this.world;
    const doors = this.world.doors();
    const edge = doors[index % doors.length];
    if (!edge || edge.isLeaving) return;
    if (what === 'restart-edge') {
      edge.restart();
      return;
    }
    edge.isCutOff = true;
    const state = (now: 'down' | 'ready'): void => {
      if (what === 'lose-node' && edge.side === 'outside')
        cluster.nodes = cluster.nodes.map((node) =>
          node.id === edge.node ? aNode(edge.node, { state: now }) : node,
        );
    };
    state('down');
    clock.at(forMs, () => {
      edge.isCutOff = false;
      state('ready');
    });
  }
}
