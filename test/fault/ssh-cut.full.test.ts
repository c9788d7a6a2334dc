/** The ssh connection an agent works over is lost in the middle of a rollout, while users are there. */
import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import type { Load } from '../support/load.ts';
import { must, type CliRun } from '../support/shop.ts';
import { openSshShop, type SshShop } from '../support/ssh-shop.ts';
import { comesToRestOn, noFailure } from './shop-facts.ts';

describe('an ssh connection that is lost in the middle of a rollout', function () {
  this.timeout(180_000);
  let far: SshShop | undefined;
  let load: Load | undefined;

  before(async function () {
    far = await openSshShop({ about: 'cut', replicas: 1 });
    if (!far) return this.skip();
    await must(far.shop.cli('deploy', 'dev', 'v1.1.0'));
    await must(far.shop.cli('deploy', 'dev', 'v1.0.0'));
    load = far.shop.load({ connections: 4, ratePerSecond: 100 });
  });

  beforeEach(async () => {
    await there().server.mend();
    await comesToRestOn(there().shop, 'v1.0.0');
  });

  after(async () => {
    await load?.stop();
    await far?.close();
  });

  function there(): SshShop {
    assert.ok(far, 'the shop');
    return far;
  }

  /** Starts a deploy, and cuts its connection once it is in that phase. */
  async function cutWhile(phase: string, leaseSeconds: number): Promise<CliRun> {
    const { shop, server } = there();
    const env = { TIDEGATE_LEASE_SECONDS: String(leaseSeconds) };
    const { done } = shop.start(['deploy', 'dev', 'v1.1.0'], { env });
    await eventually(
      async () => {
        const open = (await shop.ledger.journals.list()).map(({ value }) => value.state.phase.name as string);
        assert.ok(open.includes(phase), `phases: ${open.join(', ')}`);
      },
      { everyMs: 10 },
    );
    await server.cut();
    return done;
  }

  it('and comes back within seconds: the deploy ends well', async () => {
    const { shop, server } = there();
    const cut = cutWhile('placing', 30);
    await eventually(() => assert.ok(server.isCut(), 'not cut yet'), { everyMs: 50 });
    const until = performance.now() + 2_000;
    await eventually(() => assert.ok(performance.now() > until, 'not over'), { everyMs: 50 });
    await server.mend();
    await must(cut);
    await comesToRestOn(shop, 'v1.1.0');
    await must(shop.cli('rollback', 'dev'));
    noFailure(load);
  });

  it('for good: the agent says who goes on, and control takes everything back', async () => {
    const { shop, server } = there();
    const { code, stderr } = await cutWhile('placing', 3);
    assert.equal(code, 4, stderr);
    assert.match(stderr, /rollout\.left/);
    assert.match(stderr, /in the middle of bringing v1\.1\.0 to dev/);
    assert.match(stderr, /control goes on with the rollout inside the Swarm/);
    assert.ok(stderr.includes(server.host), stderr);
    await comesToRestOn(shop, 'v1.0.0');
    noFailure(load);
  });

  it('for good, with a lease that still runs: the next deploy goes on where it was', async () => {
    const { shop, server } = there();
    const { code, stderr } = await cutWhile('placing', 120);
    assert.equal(code, 4, stderr);
    await server.mend();
    const next = await must(shop.cli('deploy', 'dev', 'v1.1.0'));
    assert.match(next.stdout + next.stderr, /finishing the interrupted rollout/);
    await comesToRestOn(shop, 'v1.1.0');
    await must(shop.cli('rollback', 'dev'));
    noFailure(load);
  });
});
