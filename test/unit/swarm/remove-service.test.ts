import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isAtRest, removeService } from '../../../agent/swarm/remove-service.ts';
import type { ServiceSpec, Task } from '../../../agent/swarm/port.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { aTask, FakeCluster } from '../../support/fake-swarm.ts';

const name = 'shop-dev_web-blue';

function spec(Mode: ServiceSpec['Mode']): ServiceSpec {
  return { Name: name, Labels: {}, TaskTemplate: { ContainerSpec: { Image: 'i' } }, Mode };
}

/** A Swarm that forgets each task some time after it has ended. */
function bench(mode: ServiceSpec['Mode'], tasks: readonly Partial<Task>[]) {
  const clock = new FakeClock();
  const cluster = new FakeCluster(() => clock.now());
  const serviceId = cluster.putService(undefined, spec(mode));
  cluster.tasks = tasks.map((task, index) => aTask(`t${index}`, { serviceId, ...task }));
  const forget = (id: string) => (cluster.tasks = cluster.tasks.filter((task) => task.id !== id));
  return { clock, cluster, forget, parts: { swarm: cluster.view(), clock } };
}

describe('removing a service', () => {
  it('waits until Swarm has forgotten the tasks that have ended', async () => {
    const { clock, cluster, forget, parts } = bench({ Replicated: { Replicas: 2 } }, [
      { desired: 'remove', state: 'shutdown' },
      { desired: 'remove', state: 'running' },
    ]);
    clock.at(250, () => forget('t0'));
    await clock.until(removeService(parts, name));
    assert.equal(cluster.service(name), undefined);
    assert.ok(clock.monotonic() >= 250, 'not before');
  });

  it('waits for none that still runs, nor for what is kept of former ones', async () => {
    const { clock, cluster, parts } = bench({ Replicated: { Replicas: 1 } }, [
      { desired: 'remove', state: 'running' },
      { desired: 'shutdown', state: 'failed' },
    ]);
    await removeService(parts, name);
    assert.equal(cluster.service(name), undefined);
    assert.equal(clock.monotonic(), 0);
  });

  it('tells it first to have no tasks, so that none comes meanwhile', async () => {
    for (const mode of [
      { Replicated: { Replicas: 3 } },
      { Global: {} },
      { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 1 } },
    ]) {
      const { cluster, parts } = bench(mode, []);
      let wasTold = false;
      cluster.onWrite = (write) => {
        if (write.what === 'service' && write.before && write.after)
          wasTold = !isAtRest(write.before.spec) && isAtRest(write.after.spec);
      };
      await removeService(parts, name);
      assert.ok(wasTold, JSON.stringify(mode));
      assert.equal(cluster.service(name), undefined);
    }
  });

  it('is done when there is none', async () => {
    const { parts } = bench({ Global: {} }, []);
    await removeService(parts, 'another');
  });

  it('never meets a task that is being forgotten, whenever each of them ends', async () => {
    const times = fc.array(fc.integer({ min: 0, max: 1500 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(times, fc.nat(1800), async (ends, start) => {
        const tasks = ends.map(() => ({ desired: 'remove', state: 'running' }));
        const { clock, cluster, forget, parts } = bench({ Replicated: { Replicas: 0 } }, tasks);
        ends.forEach((end, index) => {
          clock.at(end, () => {
            cluster.tasks = cluster.tasks.map((task) =>
              task.id === `t${index}` ? { ...task, state: 'shutdown' } : task,
            );
          });
          clock.at(end + 250, () => forget(`t${index}`));
        });
        await clock.advance(start);
        await clock.until(removeService(parts, name));
        assert.equal(cluster.service(name), undefined);
      }),
      { numRuns: 60 },
    );
  });
});
