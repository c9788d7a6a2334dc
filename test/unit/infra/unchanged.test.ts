import assert from 'node:assert/strict';
import { labels, names } from '../../../agent/common/names.ts';
import { renderServices } from '../../../agent/edge/services-config.ts';
import { routingOf } from '../../../agent/edge/routing.ts';
import { setUp, type SetupReport, type SetupRequest } from '../../../agent/infra/setup.ts';
import type { ReleaseEngine } from '../../../agent/release/engine.ts';
import { openChanges } from '../../../agent/swarm/changes.ts';
import { formatAck } from '../../../agent/swarm/ledger/acks.ts';
import { openLedger } from '../../../agent/swarm/ledger/ledger.ts';
import { emptyRoutes, formatRoutes } from '../../../agent/swarm/ledger/routes.ts';
import { aNode, aTask, promptCaller, type FakeCluster } from '../../support/fake-swarm.ts';
import { openBench, type Bench } from '../release/engine.ts';

const stack = 'shop-dev';

describe('setting up what is set up already', () => {
  let bench: Bench;
  let cluster: FakeCluster;
  let engine: ReleaseEngine;
  /** Calls to the engine. */
  let calls: number;
  let writes: number;

  beforeEach(async () => {
    bench = await openBench(stack);
    ({ cluster } = bench);
    cluster.images.add('edge:1').add('edge:2').add('control:1');
    const count = { ...promptCaller, before: () => Promise.resolve(void (calls += 1)) };
    const swarm = cluster.view(count);
    const base = bench.engine('test');
    engine = { ...base, swarm, ledger: openLedger(swarm, stack), changes: openChanges(swarm, bench.clock) };
    cluster.onWrite = (write) => {
      writes += 1;
      if (write.what === 'service' || write.name === names.routes(stack)) void run();
    };
    await setup();
  });

  async function setup(more: Partial<SetupRequest> = {}): Promise<SetupReport> {
    [calls, writes] = [0, 0];
    return setUp({
      engine,
      door: { http: 8080 },
      certificates: [],
      images: { edge: 'edge:1', control: 'control:1' },
      assets: { control: 'bundle', lua: 'lua' },
      upgradeEdge: false,
      signal: new AbortController().signal,
      onNote: () => undefined,
      ...more,
    });
  }

  /** A task of each service, and the edge's word. */
  async function run(): Promise<void> {
    const task = (service: string, id: string) =>
      aTask(id, { serviceId: cluster.service(service)?.id ?? 'none' });
    cluster.tasks = [task(names.edge(stack), 'e1'), task(names.control(stack), 'c1')];
    const routes = await bench.engine('run').ledger.routes.read();
    const { hash } = renderServices(routingOf(stack, routes, new Map()));
    const acks = cluster.config(names.acks(stack));
    const ack = formatAck({ object: routes.id, version: routes.version, hash, slots: {} });
    if (acks && acks.labels['ack.e1'] !== ack) cluster.setLabels(acks, { ...acks.labels, 'ack.e1': ack });
  }

  it('takes a few reads, whatever there is, and no write', async () => {
    assert.deepEqual(await setup(), { changes: [], pending: [], unset: [] });
    assert.equal(writes, 0);
    assert.ok(calls <= 9, `${calls} calls`);
  });

  it('tells certificates that nobody has set', async () => {
    assert.deepEqual((await setup({ certificates: ['shop'] })).unset, ['shop']);
    assert.equal(writes, 0);
  });

  /** What is made different, and what is asked for then. */
  const differences: Readonly<Record<string, () => Partial<SetupRequest>>> = {
    'a program of another version': () => ({ assets: { control: 'new', lua: 'lua' } }),
    'a network that is gone': () => {
      cluster.networks.delete(names.controlNetwork(stack));
      return {};
    },
    'a service that is gone': () => {
      cluster.removeService(cluster.service(names.control(stack))?.id ?? '');
      return {};
    },
    'another number of managers': () => {
      cluster.nodes = [aNode('n1'), aNode('n2', { availability: 'drain' })];
      return {};
    },
    'a key that is not there yet': () => {
      const keys = cluster.config(names.keys(stack));
      if (keys) cluster.setLabels(keys, { [labels.stack]: stack });
      return {};
    },
    'a certificate that nobody names any more': () => {
      const routes = cluster.config(names.routes(stack));
      const wanted = { ...emptyRoutes, certificates: { shop: 'a'.repeat(12) } };
      if (routes) cluster.setLabels(routes, { ...routes.labels, ...formatRoutes(wanted) });
      return {};
    },
  };
  for (const [what, make] of Object.entries(differences))
    it(`still brings ${what}`, async () => {
      const asked = make();
      await setup(asked);
      assert.ok(writes > 0, 'something was written');
      await setup(asked);
      assert.equal(writes, 0, 'and the second time nothing is left to do');
    });

  it('still tells an edge that it leaves as it is', async () => {
    const { pending } = await setup({ images: { edge: 'edge:2', control: 'control:1' } });
    assert.equal(pending.length, 1);
    assert.equal(writes, 0);
  });

  it('removes a secret that nothing needs', async () => {
    const own = { [labels.stack]: stack, [labels.object]: 'certificate' };
    await engine.swarm.secrets.create('old', 'x', own);
    await setup();
    assert.equal(cluster.secrets.size, 0);
  });
});
