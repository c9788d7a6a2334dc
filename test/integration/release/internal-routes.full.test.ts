/** Minutes; what every run has of it is in internal-routes.test.ts. */
import assert from 'node:assert/strict';
import { labels, names } from '../../../agent/common/names.ts';
import type { RolloutResult } from '../../../agent/protocol/methods.ts';
import { ask } from '../../support/ask.ts';
import { addChain, chainOf, chainText, deployed, type Chain, type Versions } from '../../support/chain.ts';
import { eventually } from '../../support/eventually.ts';
import type { Load } from '../../support/load.ts';
import { must, openShop, type Shop } from '../../support/shop.ts';

describe('a chain of services under load', function () {
  this.timeout(240_000);
  let shop: Shop;
  let load: Load;
  const live = { web: '1', orders: '1', catalog: '1' };

  before(async () => {
    shop = await openShop({ about: 'chains' });
    await release('chain-1', chainOf(live));
  });
  after(() => shop.leave());
  beforeEach(() => {
    load = shop.load({ connections: 8, ratePerSecond: 150 });
  });
  afterEach(() => load.stop());

  async function release(tag: string, chain: Chain): Promise<RolloutResult> {
    await addChain(shop, { tag, chain });
    return deployed(shop, tag);
  }

  /** Deploys the change, and waits until users have had it for a while. */
  async function change(change: Partial<Versions>): Promise<void> {
    Object.assign(live, change);
    const result = await release(`chain-${Object.values(live).join('-')}`, chainOf(live));
    assert.deepEqual(result.services.map(({ service }) => service).sort(), Object.keys(change).sort());
    const acknowledged = performance.now();
    await eventually(() => {
      const seen = load.stats().startedAfter(chainText(live), acknowledged);
      assert.ok(seen >= 50, `${seen} answers of ${chainText(live)}`);
    });
    const stats = load.stats();
    const others = stats.samples.filter((s) => s.start > acknowledged && s.version !== chainText(live));
    assert.deepEqual(others, [], 'answers of what was replaced, asked for after the acknowledgement');
  }

  async function noneFailed(): Promise<void> {
    assert.deepEqual((await load.stop()).failures, []);
  }

  it('loses no request when the called and the calling are swapped, in both orders, and all at once', async () => {
    await change({ catalog: '2' });
    await change({ orders: '2' });
    await change({ orders: '3' });
    await change({ catalog: '3' });
    await change({ web: '4', orders: '4', catalog: '4' });
    await noneFailed();
  });

  it('goes back as a whole when one of it fails after the swap', async () => {
    const { routes } = (await shop.ledger.routes.read()).value;
    const sick = chainOf({ web: '5', orders: '5', catalog: '5' }, { orders: { broken: 'in-use' } });
    await addChain(shop, { tag: 'sick-5', chain: sick });
    const run = await shop.cli('deploy', 'dev', 'sick-5', '--json');
    assert.equal(run.code, 3, run.stdout);
    assert.equal((JSON.parse(run.stdout) as RolloutResult).outcome, 'reverted');
    assert.deepEqual((await shop.ledger.routes.read()).value.routes, routes);
    assert.equal((await ask({ url: shop.url })).text, chainText(live));
    const { versions } = await load.stop();
    assert.ok((versions[chainText(live)] ?? 0) > 0, 'answers of the release that stays');
  });

  it('loses no request when services with a new internal and a new public route are added', async () => {
    const mesh = await meshTasks();
    const chain = chainOf(live, { catalog: { next: 'http://stock:3001/' } });
    const result = await release('more-6', {
      ...chain,
      stock: { version: '1', route: { internal: true }, port: 3001 },
      outlet: { version: '1', next: 'http://orders:3002/', route: { hosts: ['outlet.test'] }, port: 3000 },
    });
    assert.deepEqual(result.services.map(({ service }) => service).sort(), ['catalog', 'outlet', 'stock']);
    const added = `${chainText(live)} stock=1`;
    assert.equal((await ask({ url: shop.url })).text, added);
    const outlet = await ask({ url: shop.url, headers: { host: 'outlet.test' } });
    assert.equal(outlet.text, added.replace(/^web=\d+/, 'outlet=1'));
    assert.ok(
      (await meshTasks()).every((task) => !mesh.includes(task)),
      'a new name takes new tasks',
    );
    await noneFailed();
  });

  it('loses no request when a service gets a name inside besides its public route', async () => {
    const chain = chainOf(live, {
      web: { route: { internal: 'also' } },
      catalog: { next: 'http://stock:3001/' },
    });
    const stock = { version: '1', route: { internal: true }, port: 3001 };
    await release('named-7', {
      ...chain,
      stock,
      outlet: { version: '2', next: 'http://web:3000/', route: { hosts: ['outlet.test'] }, port: 3000 },
    });
    const outlet = await ask({ url: shop.url, headers: { host: 'outlet.test' } });
    assert.equal(outlet.text, `outlet=2 ${chainText(live)} stock=1`);
    await noneFailed();
  });

  it('loses no request when the agent dies while a new name is brought, and the next agent completes it', async () => {
    const stock = { version: '1', route: { internal: true }, port: 3001 };
    const prices = { version: '1', route: { internal: true }, port: 3004 };
    const next = { ...stock, next: 'http://prices:3004/' };
    const chain = chainOf(live, { catalog: { next: 'http://stock:3001/' } });
    await addChain(shop, { tag: 'more-8', chain: { ...chain, stock: next, prices } });
    const { child, done } = shop.start(['deploy', 'dev', 'more-8']);
    let told = '';
    child.stderr?.on('data', (text: string) => (told += text));
    await eventually(() => assert.match(told, /^placing/m), { withinMs: 60_000, everyMs: 5 });
    child.kill('SIGKILL');
    assert.equal((await done).code, null);
    assert.equal((await ask({ url: shop.url })).text, `${chainText(live)} stock=1`);
    await deployed(shop, 'more-8');
    assert.equal((await ask({ url: shop.url })).text, `${chainText(live)} stock=1 prices=1`);
    await noneFailed();
  });

  it('loses no request when setup makes the internal edge anew', async () => {
    const service = await shop.swarm.services.get(names.mesh(shop.stack));
    assert.ok(service, 'there is a mesh');
    const before = await meshTasks();
    // Somebody changed it by hand: it is not what this version brings.
    const { spec } = service;
    const { ContainerSpec } = spec.TaskTemplate;
    const container = { ...ContainerSpec, Env: [...(ContainerSpec.Env ?? []), 'BY_HAND=1'] };
    await shop.swarm.services.update(service, {
      ...spec,
      Labels: { ...spec.Labels, [labels.spec]: 'by hand' },
      TaskTemplate: { ...spec.TaskTemplate, ContainerSpec: container },
    });
    const byHand = await renewed(before);
    await must(shop.cli('setup', 'dev'));
    await renewed([...before, ...byHand]);
    await noneFailed();
  });

  /** The tasks of the mesh when none of these is left. */
  async function renewed(old: readonly string[]): Promise<readonly string[]> {
    return eventually(
      async () => {
        const all = await shop.swarm.tasks.list({ service: names.mesh(shop.stack) });
        const running = all.filter(({ state }) => state === 'running').map(({ id }) => id);
        assert.equal(running.length, 2);
        assert.ok(!running.some((id) => old.includes(id)), 'tasks that are to go still run');
        return running;
      },
      { withinMs: 60_000 },
    );
  }

  async function meshTasks(): Promise<readonly string[]> {
    const all = await shop.swarm.tasks.list({ service: names.mesh(shop.stack) });
    return all.filter(({ desired }) => desired === 'running').map(({ id }) => id);
  }
});
