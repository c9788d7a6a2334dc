/** Services that call each other, and a store that no release touches, spread over three nodes. */
import assert from 'node:assert/strict';
import { parseDocument } from 'yaml';
import { names } from '../../../agent/common/names.ts';
import { ask } from '../../support/ask.ts';
import { addChain, deployed, type Chain } from '../../support/chain.ts';
import { eventually } from '../../support/eventually.ts';
import { startLoad } from '../../support/load.ts';
import { canHaveNodes, openNodes, type Nodes } from '../../support/nodes.ts';
import { must, openShop, type Shop } from '../../support/shop.ts';
import { addTag } from '../release/commits.ts';

function chain(orders: string): Chain {
  return {
    web: { version: '1', next: 'http://orders:3002/', route: {}, port: 3000 },
    orders: {
      version: orders,
      next: 'http://store:4000/',
      route: { internal: true },
      port: 3002,
      fresh: true,
    },
    store: { version: '1', route: {}, port: 4000 },
  };
}

describe('an internal route and a backing service on three nodes', function () {
  this.timeout(240_000);
  let nodes: Nodes;
  let shop: Shop;
  const opened: { close(): Promise<void> }[] = [];

  before(async function () {
    if (!(await canHaveNodes())) this.skip();
    nodes = await openNodes({ count: 3, managers: 1 });
    opened.push(nodes);
    shop = await openShop({
      about: 'inner',
      on: nodes.test,
      address: nodes.all[0]?.address ?? '',
      registry: `${nodes.registry}/shop`,
      env: { DOCKER_CONFIG: nodes.logins.right },
    });
    opened.push(shop);
    for (const orders of ['1', '2']) {
      await addChain(shop, { tag: `raw-${orders}`, chain: chain(orders) });
      await addTag(shop.folder, {
        from: `raw-${orders}`,
        tag: `nodes-${orders}`,
        edit: { 'compose.yaml': spread, 'tidegate.yaml': withoutStore },
      });
    }
  });
  after(async () => {
    for (const one of opened.reverse()) await one.close();
  });

  it('answer at the edge of every node, wherever their tasks are', async () => {
    await deployed(shop, 'nodes-1');
    await eventually(async () => assert.deepEqual(await pages(), Array(3).fill('web=1 orders=1 store=1')));
    assert.equal((await nodesOf(names.mesh(shop.stack))).length, 2, 'the internal edge is on two nodes');
    assert.equal((await nodesOf(`${shop.stack}_orders-blue`)).length, 3);
    const [store] = await nodesOf(names.backing(shop.stack, 'store'));
    assert.notEqual(store, (await shop.swarm.info()).nodeId, 'the store is on a worker');
  });

  it('are swapped and brought back under load through every node: none fails, and the store stays', async () => {
    const before = await shop.swarm.tasks.list({ service: names.backing(shop.stack, 'store') });
    const loads = nodes.all.map(({ address }) =>
      startLoad({
        url: `http://${address}:${shop.port}`,
        host: 'shop.localhost',
        connections: 4,
        ratePerSecond: 60,
      }),
    );
    const result = await deployed(shop, 'nodes-2');
    assert.deepEqual(
      result.services.map(({ service }) => service),
      ['orders'],
    );
    await must(shop.cli('rollback', 'dev'));
    const back = performance.now();
    const swapped = 'web=1 orders=2 store=1';
    for (const load of loads) {
      const stats = await load.stop();
      assert.deepEqual(stats.failures, []);
      assert.ok((stats.versions[swapped] ?? 0) > 0, JSON.stringify(stats.versions));
      assert.equal(stats.startedAfter(swapped, back), 0, 'stale answers after the rollback');
    }
    assert.deepEqual(await pages(), Array(3).fill('web=1 orders=1 store=1'));
    const after = await shop.swarm.tasks.list({ service: names.backing(shop.stack, 'store') });
    const ids = (tasks: typeof after): readonly string[] => tasks.map(({ id, state }) => `${id} ${state}`);
    assert.deepEqual(ids(after), ids(before));
  });

  function pages(): Promise<readonly string[]> {
    return Promise.all(
      nodes.all.map(async ({ address }) => (await ask({ url: `http://${address}:${shop.port}/` })).text),
    );
  }

  async function nodesOf(service: string): Promise<readonly string[]> {
    const tasks = await shop.swarm.tasks.list({ service });
    return [...new Set(tasks.flatMap(({ state, nodeId }) => (state === 'running' ? [nodeId] : [])))];
  }
});

function spread(text: string): string {
  const document = parseDocument(text);
  for (const name of ['web', 'orders']) document.setIn(['services', name, 'deploy', 'replicas'], 3);
  document.setIn(
    ['services', 'store', 'deploy', 'placement'],
    document.createNode({ constraints: ['node.role == worker'] }),
  );
  return document.toString();
}

function withoutStore(text: string): string {
  const document = parseDocument(text);
  document.deleteIn(['services', 'store']);
  return document.toString();
}
