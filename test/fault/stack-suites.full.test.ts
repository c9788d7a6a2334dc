/** More of `stack-suites.test.ts`. */
import assert from 'node:assert/strict';
import type { RolloutResult } from '../../agent/protocol/methods.ts';
import type { Load } from '../support/load.ts';
import type { Shop } from '../support/shop.ts';
import { noFailure } from './shop-facts.ts';
import { killedInItsSuite, nothingIsLeft, openTestedShop } from './tested-shop.ts';

describe('suites that hang on the networks of the stack', function () {
  this.timeout(120_000);
  let shop: Shop;
  let load: Load;

  before(async () => {
    shop = await openTestedShop('hang', ['v2.3.0', 'v2.4.0']);
    load = shop.load({ connections: 4, ratePerSecond: 100 });
  });
  afterEach(() => nothingIsLeft(shop));
  after(async () => {
    await load.stop();
    noFailure(load);
    assert.deepEqual(Object.keys(load.stats().versions), ['1.0.0'], 'what users saw');
    shop.leave();
  });

  it('are killed at their timeout, deaf to every signal', async () => {
    const run = await shop.cli('deploy', 'dev', 'v2.3.0', '--json');
    assert.equal(run.code, 1, run.stdout + run.stderr);
    const { message } = JSON.parse(run.stdout) as RolloutResult;
    assert.match(message, /smoke did not end within 1 s \(its timeout\) and was killed/);
  });

  it('whose agent is killed before users see the release: control takes it back and the suite away', () =>
    killedInItsSuite(shop, 'v2.4.0'));
});
