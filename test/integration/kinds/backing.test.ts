import assert from 'node:assert/strict';
import type { PlanResult } from '../../../agent/protocol/plan.ts';
import type { BackingResult } from '../../../agent/protocol/backing.ts';
import { must, openShop, type Shop } from '../../support/shop.ts';
import { addTag } from '../release/commits.ts';
import { inTask, runningTasks, store, withServices } from './kinds-shop.ts';

describe('a backing service', function () {
  this.timeout(120_000);
  let shop: Shop;

  before(async () => {
    shop = await openShop({ about: 'backing', replicas: 1 });
    const { folder, test } = shop;
    const image = test.images.node;
    const broken = { ...store(image), command: ['node', '-e', 'process.exit(3)'] };
    await addTag(folder, {
      from: 'v1.0.0',
      tag: 'one',
      edit: withServices({ compose: { store: store(image) } }),
    });
    await addTag(folder, {
      from: 'v1.1.0',
      tag: 'two',
      edit: withServices({ compose: { store: store(image, { MODE: 'fast', STORE_TOKEN: 'hunter2' }) } }),
    });
    await addTag(folder, { from: 'v1.1.0', tag: 'bad', edit: withServices({ compose: { store: broken } }) });
  });
  after(() => shop.leave());

  let first: readonly string[];

  it('is created by the first deploy, and found by its name', async () => {
    const { stderr } = await must(shop.cli('deploy', 'dev', 'one'));
    assert.match(stderr, /creating store/);
    first = await runningTasks(shop, 'store');
    assert.equal(first.length, 1);
    const tell = `fetch('http://store:4000', { method: 'POST', body: 'hello' }).then((r) => r.text()).then(console.log)`;
    assert.equal(await inTask(shop, 'web', tell), 'hello');
    const { stdout } = await must(shop.cli('status', 'dev'));
    assert.match(stdout, /store +\S+ +1\/1/);
  });

  it('is left alone by a deploy whose compose file changes it, which says so', async () => {
    const plan = JSON.parse((await must(shop.cli('plan', 'dev', 'two', '--json'))).stdout) as PlanResult;
    assert.deepEqual(plan.backing, [
      {
        service: 'store',
        action: 'differs',
        differences: [
          { field: 'environment.MODE', before: null, after: 'fast' },
          { field: 'environment.STORE_TOKEN', before: null, after: '***' },
        ],
      },
    ]);
    const { stderr } = await must(shop.cli('deploy', 'dev', 'two'));
    assert.match(
      stderr,
      /store differs from this commit: not changed; "tidegate backing apply dev store two"/,
    );
    assert.deepEqual(await runningTasks(shop, 'store'), first);
  });

  it('is changed by the command for it, once the differences were confirmed', async () => {
    const asked = await shop.cli('backing', 'apply', 'dev', 'store', 'two');
    assert.equal(asked.code, 2, asked.stderr);
    assert.match(asked.stderr, /\+ environment\.MODE: fast/);
    assert.doesNotMatch(asked.stderr, /hunter2/);
    assert.deepEqual(await runningTasks(shop, 'store'), first);
    await must(shop.cli('backing', 'apply', 'dev', 'store', 'two', '--yes'));
    const second = await runningTasks(shop, 'store');
    assert.notDeepEqual(second, first);
    assert.equal(await inTask(shop, 'store', 'console.log(process.env.MODE)'), 'fast');
    assert.equal(
      await inTask(shop, 'web', `fetch('http://store:4000').then((r) => r.text()).then(console.log)`),
      'hello',
    );
    const again = await must(shop.cli('backing', 'apply', 'dev', 'store', 'two', '--yes', '--json'));
    assert.equal((JSON.parse(again.stdout) as BackingResult).outcome, 'unchanged');
  });

  // Swarm takes its time to give up on tasks.
  if (process.env['TIDEGATE_TEST_FULL'] === '1')
    it('runs as before when what was applied does not come up', async () => {
      const run = await shop.cli('backing', 'apply', 'dev', 'store', 'bad', '--yes');
      assert.equal(run.code, 1, run.stderr);
      assert.match(run.stderr, /store does not come up/);
      assert.equal(await inTask(shop, 'store', 'console.log(process.env.MODE)'), 'fast');
    });
});
