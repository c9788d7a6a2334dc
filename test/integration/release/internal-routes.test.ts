import assert from 'node:assert/strict';
import { names } from '../../../agent/common/names.ts';
import type { RolloutResult } from '../../../agent/protocol/methods.ts';
import { ask } from '../../support/ask.ts';
import { addChain, chainOf, chainText, deployed } from '../../support/chain.ts';
import { must, openShop, type Shop } from '../../support/shop.ts';

/** The heavy ones are in internal-routes.full.test.ts. */
describe('services that call each other by name', function () {
  this.timeout(180_000);
  let shop: Shop;
  const first = { web: '1', orders: '1', catalog: '1' };

  before(async () => {
    shop = await openShop({ about: 'chain' });
    await addChain(shop, { tag: 'chain-1', chain: chainOf(first) });
    await addChain(shop, { tag: 'chain-2', chain: chainOf({ ...first, orders: '2' }) });
    await addChain(shop, {
      tag: 'sick-3',
      chain: chainOf({ web: '3', orders: '3', catalog: '3' }, { orders: { broken: 'unhealthy' } }),
      rollout: { deadline: '6s', drain: '2s', keepWarm: '10m' },
    });
  });
  after(() => shop.leave());

  const page = async (): Promise<string> => (await ask({ url: shop.url })).text;

  it('go live together, though each is only there when the next one answers', async () => {
    const result = await deployed(shop, 'chain-1');
    assert.deepEqual(result.services.map(({ service }) => service).sort(), ['catalog', 'orders', 'web']);
    assert.equal(await page(), chainText(first));
  });

  it('are not to be had from outside, whatever name a visitor says', async () => {
    for (const host of ['orders', 'orders:3002', 'orders.tidegate.internal'])
      assert.match((await ask({ url: shop.url, headers: { host } })).text, /^web=1 /);
  });

  it('are shown with the internal edge, which has their names and is healthy', async () => {
    const { stdout } = await must(shop.cli('status', 'dev'));
    assert.match(stdout, /inside +current/);
    const mesh = await shop.swarm.services.get(names.mesh(shop.stack));
    assert.deepEqual(mesh?.spec.TaskTemplate.Networks?.[0]?.Aliases, ['catalog', 'orders']);
    assert.match(stdout, /orders +blue +active +\S+ .*1\/1/);
  });

  it('are swapped under load without a lost call, and nobody else is touched', async () => {
    const before = [await tasks('web-blue'), await tasks('catalog-blue'), await tasks('tidegate-mesh')];
    const load = shop.load({ connections: 8, ratePerSecond: 200 });
    const result = await deployed(shop, 'chain-2');
    const acknowledged = performance.now();
    assert.deepEqual(
      result.services.map(({ service }) => service),
      ['orders'],
    );
    const rollback = await must(shop.cli('rollback', 'dev', '--json'));
    assert.equal((JSON.parse(rollback.stdout) as RolloutResult).outcome, 'done');
    const back = performance.now();
    assert.equal(await page(), chainText(first));
    const stats = await load.stop();
    assert.deepEqual(stats.failures, []);
    const swapped = chainText({ ...first, orders: '2' });
    assert.deepEqual(Object.keys(stats.versions).sort(), [chainText(first), swapped].sort());
    const late = stats.samples.filter(({ start, end }) => start > acknowledged && end < back - 500);
    assert.ok(late.length > 0, 'calls between the swap and the way back');
    assert.equal(stats.startedAfter(swapped, back), 0);
    const after = [await tasks('web-blue'), await tasks('catalog-blue'), await tasks('tidegate-mesh')];
    assert.deepEqual(after, before);
  });

  it('are none of them swapped when the second of three never becomes healthy', async () => {
    const { routes } = (await shop.ledger.routes.read()).value;
    const run = await shop.cli('deploy', 'dev', 'sick-3', '--json');
    assert.equal(run.code, 1, run.stdout);
    assert.match((JSON.parse(run.stdout) as RolloutResult).message, /orders-(blue|green)/);
    assert.deepEqual((await shop.ledger.routes.read()).value.routes, routes);
    assert.equal(await page(), chainText(first));
    // It depends on what is not there, so there was no use in starting it.
    assert.deepEqual(await tasks('web-green'), []);
  });

  async function tasks(service: string): Promise<readonly string[]> {
    const all = await shop.swarm.tasks.list({ service: `${shop.stack}_${service}` });
    return all.map(({ id, state }) => `${id} ${state}`).sort();
  }
});
