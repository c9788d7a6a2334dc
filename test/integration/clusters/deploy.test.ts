/** A whole release over ssh: what an agent does is the same, however far its engine is. */
import assert from 'node:assert/strict';
import type { Load } from '../../support/load.ts';
import { must } from '../../support/shop.ts';
import { openSshShop, type SshShop } from '../../support/ssh-shop.ts';

describe('an environment on a cluster behind ssh', function () {
  this.timeout(120_000);
  let far: SshShop | undefined;
  let load: Load | undefined;

  before(async function () {
    far = await openSshShop({ about: 'far', replicas: 1 });
    if (!far) this.skip();
  });

  after(async () => {
    await load?.stop();
    await far?.close();
  });

  it('is deployed to and brought back, and nobody notices', async () => {
    assert.ok(far, 'the shop');
    const { shop } = far;
    await must(shop.cli('deploy', 'dev', 'v1.0.0'));
    load = shop.load({ connections: 4, ratePerSecond: 100 });
    await must(shop.cli('deploy', 'dev', 'v1.1.0'));
    await must(shop.cli('rollback', 'dev'));
    assert.equal((await shop.ledger.releases.list()).length, 3);
    assert.deepEqual((await load.stop()).failures, []);
  });

  it('is told with the way to it', async () => {
    assert.ok(far, 'the shop');
    const { stdout } = await far.shop.cli('doctor', 'dev');
    assert.match(stdout, /engine of dev: Docker \S+ at ssh:\/\/\S+.*\(through ssh; from DOCKER_CONTEXT\)/);
    assert.match(stdout, /swarm of dev: Swarm \w{12} of \d+ nodes?; its manager \S+ answers/);
  });
});
