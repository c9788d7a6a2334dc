/** The engine goes away, or its disk is full, as an agent sees it; the Swarm itself goes on. */
import assert from 'node:assert/strict';
import { otherColour, slotServiceName } from '../../agent/common/names.ts';
import { openEngineProxy, type EngineProxy } from '../support/engine-proxy.ts';
import { eventually } from '../support/eventually.ts';
import type { Load } from '../support/load.ts';
import { must, openShop, type Shop } from '../support/shop.ts';
import { activeTasks, comesToRestOn, noFailure } from './shop-facts.ts';

describe('an engine that an agent loses', function () {
  this.timeout(180_000);
  let shop: Shop;
  let load: Load | undefined;
  let proxy: EngineProxy | undefined;

  before(async function () {
    shop = await openShop({ about: 'lost' });
    if (!shop.test.host.startsWith('unix://')) this.skip();
    await must(shop.cli('deploy', 'dev', 'v1.1.0'));
    await must(shop.cli('deploy', 'dev', 'v1.0.0'));
    load = shop.load({ connections: 4, ratePerSecond: 100 });
  });

  beforeEach(async () => {
    await comesToRestOn(shop, 'v1.0.0');
    proxy = await openEngineProxy(shop.test.host.slice('unix://'.length));
  });

  afterEach(() => proxy?.close());

  after(async () => {
    await load?.stop();
    await shop.close();
  });

  const cut = (): Promise<void> => theProxy().cut();

  function theProxy(): EngineProxy {
    assert.ok(proxy, 'proxy');
    return proxy;
  }

  function deploy(tag: string, leaseSeconds = 30): ReturnType<Shop['start']> {
    const env = { DOCKER_HOST: theProxy().host, TIDEGATE_LEASE_SECONDS: String(leaseSeconds) };
    return shop.start(['deploy', 'dev', tag], { env });
  }

  /** The new slot's tasks are being started: the agent waits for them. */
  async function placing(): Promise<void> {
    const { routes } = (await shop.ledger.routes.read()).value;
    const service = slotServiceName(shop.stack, 'web', otherColour(routes['web']?.active ?? 'blue'));
    const old = new Set((await shop.swarm.tasks.list({ service })).map(({ id }) => id));
    await eventually(
      async () => {
        const tasks = await shop.swarm.tasks.list({ service });
        assert.ok(
          tasks.some(({ id, state }) => !old.has(id) && ['preparing', 'starting'].includes(state)),
          "tasks.some(({ id, state }) => !old.has(id) && ['preparing', 'starting'].includes(state))",
        );
      },
      { withinMs: 60_000, everyMs: 20 },
    );
  }

  it('for 3 s while it places: the deploy ends well all the same', async () => {
    const { done } = deploy('v1.1.0');
    await placing();
    await cut();
    await eventually(pastSeconds(3), { everyMs: 100 });
    await theProxy().mend();
    await must(done);
    await comesToRestOn(shop, 'v1.1.0');
    await must(shop.cli('rollback', 'dev'));
    noFailure(load);
  });

  it('for good while it places: the agent says so, and control takes everything back', async () => {
    const tasks = await activeTasks(shop);
    const { done } = deploy('v1.1.0', 3);
    await placing();
    await cut();
    await comesToRestOn(shop, 'v1.0.0');
    assert.deepEqual(await activeTasks(shop), tasks, 'tasks of the live slot');
    const { code, stderr } = await done;
    assert.equal(code, 4, stderr);
    assert.match(stderr, /rollout\.left/);
    assert.ok(stderr.includes(theProxy().host), stderr);
    noFailure(load);
  });

  it('whose disk is full when the rollout begins: said so, and nothing is changed', async () => {
    const tasks = await activeTasks(shop);
    theProxy().fail(/^POST \S*\/configs\/create/, 'write /var/lib/docker/x: no space left on device');
    const { code, stderr } = await deploy('v1.1.0').done;
    assert.equal(code, 1, stderr);
    assert.match(stderr, /engine\.disk-full/);
    assert.ok(theProxy().failures() > 0, 'theProxy().failures() > 0');
    await comesToRestOn(shop, 'v1.0.0');
    assert.deepEqual(await activeTasks(shop), tasks, 'tasks of the live slot');
    noFailure(load);
  });

  it('whose disk is full when a slot is to be filled: said so, and all is as before', async () => {
    const tasks = await activeTasks(shop);
    theProxy().fail(/^POST \S*\/services\/create/, 'write /var/lib/docker/x: no space left on device');
    const { code, stdout } = await deploy('v1.1.0').done;
    assert.equal(code, 1, stdout);
    assert.match(stdout, /The disk of Docker at \S+ is full/);
    assert.ok(theProxy().failures() > 0, 'theProxy().failures() > 0');
    await comesToRestOn(shop, 'v1.0.0');
    assert.deepEqual(await activeTasks(shop), tasks, 'tasks of the live slot');
    noFailure(load);
  });
});

function pastSeconds(seconds: number): () => void {
  const end = performance.now() + seconds * 1000;
  return () => assert.ok(performance.now() > end, 'performance.now() > end');
}
