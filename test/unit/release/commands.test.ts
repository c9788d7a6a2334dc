import assert from 'node:assert/strict';
import { hasCode } from '../../../agent/common/errors.ts';
import { endOf } from '../../../agent/release/command-run.ts';
import { endCommand, runCommand } from '../../../agent/release/effects/commands.ts';
import type { CommandOutput, Rollout } from '../../../agent/release/engine.ts';
import { writeRoutes } from '../../../agent/release/lock.ts';
import type { RolloutEvent } from '../../../agent/release/machine.ts';
import type { Reason } from '../../../agent/swarm/ledger/rollout.ts';
import type { ServiceObject, Task } from '../../../agent/swarm/port.ts';
import { aTask } from '../../support/fake-swarm.ts';
import { aHead, aPhase, aRecord, driver } from '../ledger/samples.ts';
import { openBench, type Bench } from './engine.ts';
import { aService } from './model/agent.ts';

const commands = [
  { service: 'web', command: ['migrate'], timeoutMs: 120_000 },
  { service: 'web', command: ['seed'], timeoutMs: 5_000 },
];
const signal = new AbortController().signal;
const output: CommandOutput = { follow: () => Promise.resolve(['line one', 'line two']) };

describe('release commands', () => {
  let bench: Bench;
  let rollout: Rollout;

  beforeEach(async () => {
    bench = await openBench();
    const engine = bench.engine('me');
    const web = aService({ content: 'c', image: 'shop:1', digest: 'd', replicas: 2, steps: [] });
    web.spec.TaskTemplate.ContainerSpec.Args = ['serve'];
    web.spec.TaskTemplate.ContainerSpec.Env = ['DB=db'];
    web.spec.UpdateConfig = { Parallelism: 1 };
    await engine.ledger.releases.add(aRecord({ services: { web } }), 'r1');
    const state = aPhase({ name: 'releasing', command: 0 }, { release: 1 });
    rollout = { engine, head: aHead({ commands }), state, epoch: undefined };
    await engine.ledger.journals.create(rollout.head, { state, driver: driver('me') });
  });

  const runs = (): readonly ServiceObject[] =>
    [...bench.cluster.services.values()].filter(
      ({ labels }) => labels['tidegate.object'] === 'release-command',
    );
  const only = (): ServiceObject => {
    const [run, ...more] = runs();
    assert.ok(run, 'a run');
    assert.deepEqual(more, []);
    return run;
  };
  function task(change: Partial<Task>): void {
    const serviceId = only().id;
    bench.cluster.tasks = [aTask('t1', { serviceId, containerId: 'c1', ...change })];
  }
  const run = (index = 0): Promise<RolloutEvent> => runCommand(rollout, { command: index, output }, signal);
  async function started(index = 0): Promise<{ readonly event: Promise<RolloutEvent> }> {
    const event = run(index);
    await bench.clock.advance(1_000);
    return { event };
  }
  async function ends(change: Partial<Task>, index = 0): Promise<RolloutEvent> {
    const { event } = await started(index);
    task(change);
    return bench.clock.until(event);
  }

  it('run as a job in the new image, with all that the service has, and without the lock', async () => {
    await writeRoutes(rollout, (same) => same);
    const { event } = await started();
    assert.equal((await rollout.engine.ledger.routes.read()).value.lock.holder, undefined);
    const { spec, labels } = only();
    const { ContainerSpec: container, RestartPolicy, Networks, Placement } = spec.TaskTemplate;
    assert.deepEqual(spec.Mode, { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 1 } });
    assert.equal(spec.UpdateConfig, undefined);
    assert.deepEqual(
      [container.Image, container.Command, container.Args],
      ['shop:1', ['migrate'], undefined],
    );
    assert.equal(container.StopGracePeriod, 1e9);
    assert.deepEqual(container.Healthcheck, { Test: ['NONE'] });
    const env = container.Env ?? [];
    assert.ok(env.includes('DB=db') && env.includes('TIDEGATE_RELEASE=1'), env.join());
    assert.deepEqual(RestartPolicy, { Condition: 'none' });
    assert.equal(Networks?.length, 1);
    assert.deepEqual(Placement, { Constraints: ['node.id==n1'] });
    assert.equal(labels['tidegate.rollout'], 'r1');
    task({ state: 'complete' });
    assert.deepEqual(await bench.clock.until(event), { type: 'command-done' });
  });

  it('that end with another code stop the rollout, with their last words', async () => {
    const event = await ends({ state: 'failed', exitCode: 3, error: 'task: non-zero exit (3)' });
    assert.deepEqual(event, {
      type: 'failed',
      reason: 'command-failed',
      detail:
        'the release command of web ended with exit code 3\n  last lines of its output:\n    line one\n    line two\n' +
        '  nothing was placed; what the command changed until then stays: repair it, then deploy again',
    });
  });

  it('that cannot be started say so, and that they changed nothing', async () => {
    const event = await ends({ state: 'rejected', error: 'No such image: shop:1', containerId: undefined });
    assert.match(JSON.stringify(event), /could not be started: No such image: shop:1.*changed nothing/);
  });

  it('that no node takes are not waited for until their timeout', async () => {
    const { event } = await started();
    task({ state: 'pending', message: 'no suitable node', containerId: undefined });
    assert.match(JSON.stringify(await bench.clock.until(event, 61_000)), /no node took it.*no suitable node/);
  });

  it('that take too long stop the rollout', async () => {
    const event = await ends({}, 1);
    assert.match(JSON.stringify(event), /did not end within 5 s \(its timeout\)/);
  });

  it('are found again by the next driver, and not started a second time', async () => {
    void started();
    await bench.clock.advance(1_000);
    const first = only().id;
    task({});
    const { event } = await started();
    assert.equal(only().id, first);
    task({ state: 'complete' });
    assert.deepEqual(await bench.clock.until(event), { type: 'command-done' });
  });

  it('are not started by a driver that has lost the rollout', async () => {
    const { journals } = rollout.engine.ledger;
    const entry = await journals.get('r1');
    assert.ok(entry, 'entry');
    await journals.takeOver(entry, { state: rollout.state, driver: driver('control', 2) });
    await assert.rejects(run(), (error) => hasCode(error, 'ledger.fenced'));
    assert.deepEqual(runs(), []);
  });

  async function back(reason: Reason): Promise<RolloutEvent> {
    rollout.state = aPhase({ name: 'aborting', stage: 'ending-command' }, { release: 1, reason });
    const event = endCommand(rollout, signal);
    await bench.clock.advance(1_000);
    return event;
  }

  it('are told to end when somebody aborts, and are gone before anything else goes back', async () => {
    void started();
    await bench.clock.advance(1_000);
    task({});
    const event = back('aborted-by-user');
    await bench.clock.advance(2_000);
    assert.equal(only().spec.Mode.ReplicatedJob?.TotalCompletions, 0);
    bench.cluster.tasks = [];
    assert.deepEqual(await bench.clock.until(event), { type: 'command-ended' });
    assert.deepEqual(runs(), []);
  });

  it('whose driver is gone are waited for, and it is told how they ended', async () => {
    void started();
    await bench.clock.advance(1_000);
    task({});
    const event = back('lease-expired');
    await bench.clock.advance(60_000);
    assert.equal(only().spec.Mode.ReplicatedJob?.TotalCompletions, 1);
    task({ state: 'complete' });
    const ended = await bench.clock.until(event);
    assert.match(JSON.stringify(ended), /command-ended.*was waited for: it ended with exit code 0, and what/);
    assert.deepEqual(runs(), []);
  });

  it('that never started are no matter on the way back', async () => {
    assert.deepEqual(await back('interrupted'), { type: 'command-ended' });
  });

  it('have ended in every state of a task from which Swarm leads nowhere', () => {
    const end = (change: Partial<Task>): string | undefined => endOf(aTask('t', change))?.how;
    for (const state of ['new', 'pending', 'assigned', 'accepted', 'preparing', 'starting', 'running'])
      assert.equal(end({ state }), undefined, state);
    assert.equal(end({ state: 'complete' }), 'exited');
    assert.equal(end({ state: 'failed', exitCode: 1 }), 'exited');
    const notFound = 'starting container failed: exec: "migrate": executable file not found';
    assert.equal(end({ state: 'failed', exitCode: 127, error: notFound }), 'not-started');
    for (const state of ['shutdown', 'orphaned', 'remove']) assert.equal(end({ state }), 'lost', state);
  });
});
