/** Suites that ask a release on its stack's networks: before users see it, and once they do. */
import assert from 'node:assert/strict';
import type { RolloutResult } from '../../agent/protocol/methods.ts';
import type { Load } from '../support/load.ts';
import { must, type Shop } from '../support/shop.ts';
import { comesToRestOn, noFailure } from './shop-facts.ts';
import { killedInItsSuite, nothingIsLeft, openTestedShop } from './tested-shop.ts';

describe('suites on the networks of the stack', function () {
  this.timeout(120_000);
  let shop: Shop;
  let load: Load;

  before(async () => {
    shop = await openTestedShop('smoke', ['v2.0.0', 'v2.1.0', 'v2.2.0', 'v2.5.0']);
  });
  beforeEach(() => {
    load = shop.load({ connections: 4, ratePerSecond: 100 });
  });
  afterEach(async () => {
    await load.stop();
    noFailure(load);
    await nothingIsLeft(shop);
  });
  after(() => shop.leave());

  const versionsSeen = (): readonly string[] => Object.keys(load.stats().versions).sort();

  async function fails(tag: string, code: number): Promise<RolloutResult> {
    const run = await shop.cli('deploy', 'dev', tag, '--json');
    assert.equal(run.code, code, run.stdout + run.stderr);
    return JSON.parse(run.stdout) as RolloutResult;
  }

  it('that fails before users see it: they never do, and the test that failed is named', async () => {
    const { outcome, reason, message } = await fails('v2.1.0', 1);
    assert.deepEqual([outcome, reason], ['failed', 'suite-failed']);
    assert.match(message, /smoke has 1 of 2 tests failed\n {2}checkout pays \(smoke.js:7\)\n {4}1 is not 2/);
    await comesToRestOn(shop, 'v1.0.0');
    assert.deepEqual(versionsSeen(), ['1.0.0']);
  });

  it('that fails once it is live takes it back, without a lost request', async () => {
    const { outcome, reason, message } = await fails('v2.2.0', 3);
    assert.deepEqual([outcome, reason], ['reverted', 'suite-failed']);
    assert.match(
      message,
      /the suite users ended with exit code 1\n.*\n {4}it is 2\.2\.0 in release \d+ true/,
    );
    assert.match(message, /v1\.0\.0 has all the traffic again/);
    await comesToRestOn(shop, 'v1.0.0');
    assert.deepEqual(versionsSeen(), ['1.0.0', '2.2.0']);
  });

  it('whose agent is killed once it is live: control takes the release back and the suite away', async () => {
    await killedInItsSuite(shop, 'v2.5.0');
    assert.deepEqual(versionsSeen(), ['1.0.0', '2.5.0']);
  });

  it('that pass: before a hold they ask the new version; promoting it runs those of its commit for users', async () => {
    const { stderr } = await must(shop.cli('deploy', 'dev', 'v2.0.0', '--hold'));
    assert.match(
      stderr,
      /^verifying\nsuite smoke \| it is 2\.0\.0 in release (\d+) true\nsuite smoke \| it is 1\.0\.0 in release \1 true\nsuite smoke: passed\n/m,
    );
    const promoted = await must(shop.cli('promote', 'dev'));
    assert.match(
      promoted.stderr,
      /^promoted\ntesting-live\nsuite users \| it is 2\.0\.0 in .*\nsuite users: passed\nsettling/m,
    );
    await comesToRestOn(shop, 'v2.0.0');
  });
});
