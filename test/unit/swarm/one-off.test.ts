import assert from 'node:assert/strict';
import { hasCode } from '../../../agent/common/errors.ts';
import type { OutputChunk } from '../../../agent/swarm/container-output.ts';
import type { Containers } from '../../../agent/swarm/containers.ts';
import { openOneOffs, type OneOffs } from '../../../agent/swarm/one-off.ts';
import type { Task } from '../../../agent/swarm/port.ts';
import { FakeClock, turn } from '../../support/fake-clock.ts';
import { aTask, FakeCluster } from '../../support/fake-swarm.ts';

const signal = new AbortController().signal;

interface Bench {
  readonly cluster: FakeCluster;
  readonly clock: FakeClock;
  readonly oneOffs: OneOffs;
  /** What was asked of containers, in order. */
  readonly asked: string[];
  readonly put: (task: Partial<Task>) => void;
}

function openBench({ hasStarted = true } = {}): Bench {
  const cluster = new FakeCluster();
  const clock = new FakeClock();
  const asked: string[] = [];
  const containers = {
    logs: (id: string) => {
      asked.push(`logs ${id}`);
      return Promise.resolve((async function* (): AsyncGenerator<OutputChunk> {})());
    },
    hasStarted: () => Promise.resolve(hasStarted),
    kill: (id: string) => {
      asked.push(`kill ${id}`);
      return Promise.resolve();
    },
    list: (labels: Readonly<Record<string, string>>) => {
      asked.push(`list ${JSON.stringify(labels)}`);
      return Promise.resolve([{ id: 'c1', labels }]);
    },
    remove: (id: string) => {
      asked.push(`remove ${id}`);
      return Promise.resolve();
    },
  } as unknown as Containers;
  const oneOffs = openOneOffs({ swarm: cluster.view(), containers, clock });
  const put = (task: Partial<Task>): void => {
    const service = [...cluster.services.keys()][0] ?? '';
    cluster.tasks = [aTask('t1', { serviceId: service, ...task })];
  };
  return { cluster, clock, oneOffs, asked, put };
}

const request = {
  name: 'shop-dev_tidegate-rabc',
  labels: { 'tidegate.stack': 'shop-dev', 'tidegate.object': 'suite' },
  container: { Image: 'sha256:1', Command: ['true'] },
  networks: ['n1'],
};

describe('a task that runs once', () => {
  it('is a job that is never started again, on the node whose engine is asked, and carries its labels', async () => {
    const { cluster, oneOffs } = openBench();
    await oneOffs.create(request);
    const { spec } = cluster.service(request.name) ?? assert.fail('no service');
    assert.deepEqual(spec.Mode, { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 1 } });
    const { RestartPolicy, Placement, Networks, ContainerSpec } = spec.TaskTemplate;
    assert.deepEqual(
      [RestartPolicy, Placement, Networks],
      [{ Condition: 'none' }, { Constraints: ['node.id==n1'] }, [{ Target: 'n1' }]],
    );
    const own = { ...request.labels, 'tidegate.run': request.name };
    assert.deepEqual(ContainerSpec.Labels, own);
    assert.deepEqual(spec.Labels, { ...own, 'com.docker.stack.namespace': 'shop-dev' });
  });

  it('is waited for until it runs, and then listened to', async () => {
    const { clock, oneOffs, asked, put } = openBench();
    const id = await oneOffs.create(request);
    put({ state: 'preparing' });
    const starting = oneOffs.start(id, signal);
    await turn();
    assert.deepEqual(asked, []);
    put({ state: 'running', containerId: 'c1' });
    await clock.advance(100);
    await starting;
    await oneOffs.kill(id);
    assert.deepEqual(asked, ['logs c1', 'kill c1']);
  });

  it('that is over before anybody looked has its output as well', async () => {
    const { oneOffs, asked, put } = openBench();
    const id = await oneOffs.create(request);
    put({ state: 'complete', containerId: 'c1' });
    await oneOffs.start(id, signal);
    assert.deepEqual(asked, ['logs c1']);
  });

  for (const [what, task] of [
    ['has no container', { state: 'rejected', error: 'No such image: sha256:1' }],
    ['has a container that never ran', { state: 'failed', error: 'no such program', containerId: 'c1' }],
  ] as const)
    it(`that ${what} could not be started, in Swarm's words`, async () => {
      const { oneOffs, put } = openBench({ hasStarted: false });
      const id = await oneOffs.create(request);
      put(task);
      await assert.rejects(
        oneOffs.start(id, signal),
        (error) => hasCode(error, 'engine.failed') && error.message === task.error,
      );
    });

  it('that Swarm finds no node for is given up', async () => {
    const { clock, oneOffs, put } = openBench();
    const id = await oneOffs.create(request);
    put({ state: 'pending', error: 'no suitable node' });
    const starting = oneOffs.start(id, signal);
    starting.catch(() => undefined);
    for (let second = 0; second <= 610; second++) {
      await turn();
      await clock.advance(100);
    }
    await assert.rejects(starting, /did not start it within 60 s: no suitable node/);
  });

  it('goes with its container, which the engine would keep', async () => {
    const { cluster, oneOffs, asked } = openBench();
    const id = await oneOffs.create(request);
    await oneOffs.remove(id);
    assert.equal(cluster.services.size, 0);
    assert.deepEqual(asked, [`list {"tidegate.run":"${request.name}"}`, 'remove c1']);
  });
});
