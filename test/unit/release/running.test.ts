import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { untilRunning, upTasks, type Running } from '../../../agent/release/running.ts';
import type { Task } from '../../../agent/swarm/port.ts';
import { aTask } from '../../support/fake-swarm.ts';
import { openBench } from './engine.ts';

const wanted: Running = { key: 'store', service: 'shop-dev_store', image: 'sha256:1', tasks: 2 };
const up = (id: string, change: Partial<Task> = {}): Task => aTask(id, { image: 'sha256:1', ...change });

describe('tasks that no edge is asked about', () => {
  it('are up when there are enough and all that should run do', () => {
    const old = up('old', { state: 'shutdown', desired: 'shutdown' });
    assert.equal(upTasks([up('a'), up('b'), old], wanted)?.length, 2);
    assert.equal(upTasks([up('a')], wanted), undefined);
    assert.equal(upTasks([up('a'), up('b'), up('c', { state: 'starting' })], wanted), undefined);
    assert.equal(upTasks([], { ...wanted, tasks: 'every-node' }), undefined);
    assert.equal(upTasks([up('a')], { ...wanted, tasks: 'every-node' })?.length, 1);
  });

  it('are not up with another image, or from before the change', () => {
    fc.assert(
      fc.property(fc.subarray(['a', 'b', 'c']), fc.subarray(['a', 'b', 'c']), (others, former) => {
        const tasks = ['a', 'b', 'c'].map((id) => up(id, others.includes(id) ? { image: 'sha256:2' } : {}));
        const good = ['a', 'b', 'c'].filter((id) => !former.includes(id));
        const expected = good.length >= 2 && !good.some((id) => others.includes(id));
        const found = upTasks(tasks, { ...wanted, former: new Set(former) });
        assert.equal(found !== undefined, expected);
      }),
    );
  });

  it('have to stay up for a while when they have no health check', async () => {
    const bench = await openBench();
    const engine = bench.engine('a');
    const id = bench.cluster.putService(undefined, {
      Name: wanted.service,
      Labels: {},
      TaskTemplate: { ContainerSpec: { Image: 'sha256:1' } },
      Mode: { Replicated: { Replicas: 2 } },
    });
    bench.cluster.tasks = [up('a', { serviceId: id }), up('b', { serviceId: id })];
    const signal = new AbortController().signal;
    const waiting = untilRunning(engine, wanted, { limitMs: 60_000, signal });
    const began = bench.clock.monotonic();
    const trouble = await bench.clock.until(waiting);
    assert.equal(trouble, undefined);
    assert.ok(bench.clock.monotonic() - began >= engine.limits.steady, 'it waited for as long as that takes');
  });

  it('are told as never running at the end of the time', async () => {
    const bench = await openBench();
    const signal = new AbortController().signal;
    const waiting = untilRunning(bench.engine('a'), wanted, { limitMs: 5_000, signal });
    const trouble = await bench.clock.until(waiting);
    assert.match(trouble?.detail ?? '', /store: its tasks do not run after 5 s/);
  });
});
