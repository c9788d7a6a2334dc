import assert from 'node:assert/strict';
import { openGuard, type Guard } from '../../../agent/cluster/guard.ts';
import type { JournalEntry, Phase, RolloutHead, RolloutState } from '../../../agent/swarm/ledger/rollout.ts';
import type { Routes } from '../../../agent/swarm/ledger/routes.ts';
import { aHead, aPhase, aRecord, driver } from '../ledger/samples.ts';
import { aService } from '../release/model/agent.ts';
import { Process } from '../release/model/process.ts';
import { World } from '../release/model/world.ts';

interface Given {
  readonly head?: Partial<RolloutHead>;
  readonly state?: Partial<RolloutState>;
  readonly driven?: boolean;
  readonly active?: 'blue' | 'green';
}

const digest = `sha256:${'a'.repeat(64)}`;

/** One edge; release 1 in blue has the traffic, or has just lost it to release 2 in green. */
describe('the guard of rollouts that nobody attends', () => {
  let world: World;
  let ann: Process;
  let guards: Guard[];

  beforeEach(async () => {
    world = new World(1, 1);
    guards = [];
    await world.setUp();
    ann = new Process(world, 'ann/1');
  });
  afterEach(async () => {
    for (const guard of guards) guard.stop();
    await world.clock.advance(1_000);
  });

  const start = (name = 'control/1'): void => {
    guards.push(openGuard(new Process(world, name).engine));
  };
  const entry = async (): Promise<JournalEntry> => {
    const found = await world.clock.until(ann.engine.ledger.journals.get('r1'));
    assert.ok(found, 'found');
    return found.value;
  };

  /** A journal in this phase, slots that run, and the routes that belong to it. */
  async function given(
    phase: Phase,
    { head = {}, state = {}, driven = true, active = 'blue' }: Given = {},
  ): Promise<void> {
    const { ledger, swarm } = ann.engine;
    const web = aService({ content: digest, image: digest, digest, replicas: 1, steps: [] });
    const whole = aHead(head);
    await world.clock.until(
      (async () => {
        for (const id of ['r0', 'r1']) await ledger.releases.add(aRecord({ services: { web } }), id);
        for (const colour of ['blue', 'green'])
          await swarm.services.create({
            ...web.spec,
            Name: `shop-dev_web-${colour}`,
            TaskTemplate: { ContainerSpec: { Image: digest } },
          });
        await ledger.routes.change((routes): Routes => ({
          ...routes,
          routes: { web: { active, canary: 0 } },
          slots: { 'web-blue': 1, 'web-green': 2 },
          claims: { web: 'r1' },
        }));
        const write = {
          state: aPhase(phase, { release: 2, ...state }),
          driver: driven ? driver('ann/1') : undefined,
        };
        await ledger.journals.create(whole, write);
      })(),
    );
    await world.clock.advance(1_500);
    // The routes were put there by hand, not by a rollout.
    world.invariants.violations.length = 0;
  }

  it('takes a deploy back whose lease has run out, and not before', async () => {
    await given({ name: 'placing' });
    start();
    await world.clock.advance(2_500);
    assert.equal((await entry()).driver, 'ann/1');
    await world.clock.advance(20_000);
    const { state, driver: who } = await entry();
    assert.deepEqual([state.phase.name, state.reason, who], ['aborted', 'lease-expired', undefined]);
    assert.deepEqual(Object.keys(world.routes().value.slots), ['web-blue']);
    assert.deepEqual(world.routes().value.claims, {});
  });

  it('leaves a driver alone that renews its lease', async () => {
    await given({ name: 'placing' });
    start();
    for (let renewal = 2; renewal < 10; renewal += 1) {
      const { journals } = ann.engine.ledger;
      const write = { state: (await entry()).state, driver: driver('ann/1', renewal) };
      await world.clock.until(journals.write('r1', 'ann/1', write));
      await world.clock.advance(2_000);
    }
    assert.equal((await entry()).state.phase.name, 'placing');
  });

  it('brings a rollback to where it was going', async () => {
    await given({ name: 'promoted' }, { head: { kind: 'rollback', unattended: 'finish' } });
    start();
    await world.clock.advance(30_000);
    assert.equal(world.routes().value.routes['web']?.active, 'green');
    const { state } = await entry();
    assert.deepEqual([state.phase.name, state.reason], ['done', 'completed']);
  });

  it('leaves a rollout alone that is to be held', async () => {
    await given({ name: 'verifying' }, { head: { unattended: 'hold' } });
    start();
    await world.clock.advance(60_000);
    const { state, driver: who } = await entry();
    assert.deepEqual([state.phase.name, who], ['verifying', 'ann/1']);
  });

  it('leaves a rollout alone that waits for a person', async () => {
    const head = { steps: [{ share: 0, holdMs: null }] };
    await given({ name: 'shifting', step: 0, stage: 'holding' }, { head, driven: false });
    start();
    await world.clock.advance(60_000);
    assert.equal((await entry()).state.phase.name, 'shifting');
  });

  it('empties a warm slot when it has been kept long enough', async () => {
    const head = { keepWarmMs: 20_000 };
    await given({ name: 'settling', stage: 'warm' }, { head, driven: false, active: 'green' });
    start();
    await world.clock.advance(15_000);
    assert.ok(world.slotService('web-blue'), "world.slotService('web-blue')");
    await world.clock.advance(10_000);
    assert.equal(world.slotService('web-blue'), undefined);
    assert.equal((await entry()).state.phase.name, 'done');
    assert.deepEqual(world.routes().value.slots, { 'web-green': 2 });
  });

  it('ends a partial rollout when the missing edge is back', async () => {
    const [edge] = world.edges;
    assert.ok(edge, 'edge');
    await given(
      { name: 'partial', toward: 'promoted' },
      { driven: false, active: 'green', state: { moved: true } },
    );
    edge.restart();
    edge.isCutOff = true;
    start();
    await world.clock.advance(10_000);
    assert.equal((await entry()).state.phase.name, 'partial');
    edge.isCutOff = false;
    await world.clock.advance(10_000);
    assert.equal((await entry()).state.phase.name, 'done');
  });

  it('is one of two that takes over', async () => {
    await given({ name: 'placing' });
    start('control/1');
    start('control/2');
    await world.clock.advance(20_000);
    assert.equal((await entry()).state.phase.name, 'aborted');
    const phases = (await entry()).state.trail.map(({ phase }) => phase);
    assert.equal(new Set(phases).size, phases.length);
    assert.deepEqual(world.invariants.violations, []);
  });

  it('gives back the claims and the lock of a rollout whose journal is gone', async () => {
    const { routes } = ann.engine.ledger;
    const orphaned = routes.change((now) => ({
      ...now,
      claims: { web: 'r9' },
      lock: { holder: 'r9/ann', epoch: 4 },
    }));
    await world.clock.until(orphaned);
    start();
    await world.clock.advance(10_000);
    assert.deepEqual(world.routes().value.claims, {});
    assert.deepEqual(world.routes().value.lock, { holder: undefined, epoch: 4 });
  });
});
