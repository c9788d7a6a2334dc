import assert from 'node:assert/strict';
import { otherColour, slotKey, slotServiceName, type Colour } from '../../agent/common/names.ts';
import type { Load } from '../support/load.ts';
import { eventually } from '../support/eventually.ts';
import { must, openShop, type Shop } from '../support/shop.ts';
import { addVersion, comesToRestOn, noFailure } from './shop-facts.ts';

describe('rollbacks', function () {
  this.timeout(180_000);
  let shop: Shop;
  let load: Load;

  before(async () => {
    shop = await openShop({ about: 'back' });
    await addVersion(shop, { from: 'v1.1.0', tag: 'v1.1.1' });
    await must(shop.cli('deploy', 'dev', 'v1.0.0'));
    load = shop.load({ connections: 4, ratePerSecond: 100 });
  });

  after(async () => {
    await load.stop();
    shop.leave();
  });

  async function deployed(...tags: readonly string[]): Promise<void> {
    for (const tag of tags) await must(shop.cli('deploy', 'dev', tag));
  }

  async function activeColour(): Promise<Colour> {
    const route = (await shop.ledger.routes.read()).value.routes['web'];
    assert.ok(route, 'route');
    return route.active;
  }

  async function scale(colour: Colour, replicas: number): Promise<void> {
    const name = slotServiceName(shop.stack, 'web', colour);
    await eventually(async () => {
      const service = await shop.swarm.services.get(name);
      assert.ok(service, 'service');
      await shop.swarm.services.update(service, {
        ...service.spec,
        Mode: { Replicated: { Replicas: replicas } },
      });
    });
    await eventually(
      async () => {
        const [ack] = Object.values((await shop.ledger.acks.read()).acks);
        assert.equal(ack?.slots[slotKey('web', colour)]?.healthy, replicas, 'servers the edge sees');
      },
      { withinMs: 60_000 },
    );
  }

  it('go further back when repeated, never to the version that was left', async () => {
    await deployed('v1.1.1', 'v1.1.0');
    await must(shop.cli('rollback', 'dev'));
    await comesToRestOn(shop, 'v1.1.1');
    await must(shop.cli('rollback', 'dev'));
    await comesToRestOn(shop, 'v1.0.0');
    const third = await shop.cli('rollback', 'dev');
    assert.equal(third.code, 1, third.stdout + third.stderr);
    assert.match(third.stderr, /release\.nothing-to-go-back-to/);
    await comesToRestOn(shop, 'v1.0.0');
    noFailure(load);
  });

  it('are not led astray by somebody who scaled the live slot', async () => {
    await deployed('v1.1.0');
    const live = await activeColour();
    await scale(live, 3);
    await must(shop.cli('rollback', 'dev', 'v1.0.0'));
    await comesToRestOn(shop, 'v1.0.0');
    assert.equal(await activeColour(), otherColour(live));
    noFailure(load);
  });

  it('place the release anew where somebody scaled its warm slot down', async () => {
    await deployed('v1.1.0');
    const warm = otherColour(await activeColour());
    await scale(warm, 1);
    await must(shop.cli('rollback', 'dev', 'v1.0.0'));
    await comesToRestOn(shop, 'v1.0.0');
    const service = await shop.swarm.services.get(slotServiceName(shop.stack, 'web', await activeColour()));
    assert.equal(service?.spec.Mode.Replicated?.Replicas, 2);
    noFailure(load);
  });
});
