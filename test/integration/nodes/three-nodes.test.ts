/** The main job on a Swarm of three nodes: images through a registry, visitors at the edge of every node. */
import assert from 'node:assert/strict';
import { canHaveNodes, openNodes, type Nodes } from '../../support/nodes.ts';
import { startLoad, type Load, type LoadStats } from '../../support/load.ts';
import { must, openShop, type Shop } from '../../support/shop.ts';

describe('on three nodes', function () {
  this.timeout(180_000);
  let nodes: Nodes;
  let shop: Shop;
  const opened: { close(): Promise<void> }[] = [];

  before(async function () {
    if (!(await canHaveNodes())) this.skip();
    nodes = await openNodes({ count: 3, managers: 1 });
    opened.push(nodes);
    shop = await openShop({
      about: 'nodes',
      on: nodes.test,
      address: nodes.all[0]?.address ?? '',
      registry: `${nodes.registry}/shop`,
      env: { DOCKER_CONFIG: nodes.logins.right },
      replicas: 3,
    });
    opened.push(shop);
  });
  after(async () => {
    for (const one of opened.reverse()) await one.close();
  });

  function visitors(): readonly Load[] {
    return nodes.all.map(({ address }) =>
      startLoad({
        url: `http://${address}:${shop.port}`,
        host: 'shop.localhost',
        connections: 4,
        path: '/version',
        ratePerSecond: 150,
      }),
    );
  }

  async function stopped(loads: readonly Load[]): Promise<readonly LoadStats[]> {
    return Promise.all(loads.map((load) => load.stop()));
  }

  it('pins what it runs by the manifest in the registry, and every node runs it', async () => {
    await must(shop.cli('deploy', 'dev', 'v1.0.0'));
    const record = await shop.ledger.releases.get(1);
    const { image = '', digest = '' } = record?.services['web'] ?? {};
    assert.equal(image, `${nodes.registry}/shop/web@${digest}`);
    const tasks = await shop.swarm.tasks.list({ service: `${shop.stack}_web-blue` });
    const running = tasks.filter(({ state }) => state === 'running');
    assert.equal(new Set(running.map(({ nodeId }) => nodeId)).size, 3, 'nodes with a task');
    assert.deepEqual(new Set(running.map((task) => task.image)), new Set([image]));
  });

  it('swaps and goes back under load through the edge of every node: none fails', async () => {
    const loads = visitors();
    const swapped: number[] = [];
    try {
      await must(shop.cli('deploy', 'dev', 'v1.1.0'));
      swapped.push(performance.now());
      await must(shop.cli('rollback', 'dev'));
      swapped.push(performance.now());
    } finally {
      const [, back = 0] = swapped;
      for (const stats of await stopped(loads)) {
        assert.deepEqual(stats.failures, []);
        assert.ok((stats.versions['1.1.0'] ?? 0) > 0, `v1.1.0 was seen: ${JSON.stringify(stats.versions)}`);
        assert.equal(stats.startedAfter('1.1.0', back), 0, 'stale answers after the rollback');
      }
    }
  });
});
