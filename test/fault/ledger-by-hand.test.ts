import assert from 'node:assert/strict';
import { names } from '../../agent/common/names.ts';
import type { Load } from '../support/load.ts';
import { eventually } from '../support/eventually.ts';
import { must, openShop, type Shop } from '../support/shop.ts';
import { answering, comesToRestOn, noFailure } from './shop-facts.ts';

describe('a ledger that was edited by hand', function () {
  this.timeout(180_000);
  let shop: Shop;
  let load: Load;

  before(async () => {
    shop = await openShop({ about: 'hand', replicas: 1 });
    await must(shop.cli('deploy', 'dev', 'v1.0.0'));
    load = shop.load({ connections: 4, ratePerSecond: 100 });
  });

  after(async () => {
    await load.stop();
    shop.leave();
  });

  /** Gives what the label was. */
  async function edit(label: string, text: string): Promise<string> {
    return eventually(async () => {
      const object = await shop.swarm.configs.get(names.routes(shop.stack));
      assert.ok(object, 'object');
      await shop.swarm.configs.updateLabels(object, { ...object.labels, [label]: text });
      return object.labels[label] ?? '';
    });
  }

  const nonsense: readonly (readonly [string, string])[] = [
    ['route.web', 'purple:0'],
    ['slot.web-blue', 'the good one'],
    ['lock', 'mine!'],
  ];
  for (const [label, text] of nonsense)
    it(`is refused by its object and label, and changes nothing at the edge: ${label}=${text}`, async () => {
      const was = await edit(label, text);
      try {
        const refused = await shop.cli('deploy', 'dev', 'v1.1.0');
        assert.equal(refused.code, 1, refused.stdout + refused.stderr);
        assert.match(refused.stderr, /ledger\.corrupt/);
        assert.ok(refused.stderr.includes(names.routes(shop.stack)), refused.stderr);
        assert.ok(refused.stderr.includes(`${label}="${text}"`), refused.stderr);
        const { code, stdout } = await shop.cli('status', 'dev');
        assert.equal(code, 1, 'nothing of it could be read');
        assert.match(stdout, /corrupt/);
        assert.ok(stdout.includes(label), stdout);
        assert.equal(await answering(shop), 'v1.0.0');
      } finally {
        await edit(label, was);
      }
      noFailure(load);
    });

  it('is used again when it is put right', async () => {
    const was = await edit('route.web', '');
    await edit('route.web', was);
    await must(shop.cli('deploy', 'dev', 'v1.1.0'));
    await comesToRestOn(shop, 'v1.1.0');
    await must(shop.cli('rollback', 'dev'));
    await comesToRestOn(shop, 'v1.0.0');
    noFailure(load);
  });
});
