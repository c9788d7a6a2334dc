import assert from 'node:assert/strict';
import type { RolloutResult } from '../../../agent/protocol/methods.ts';
import { eventually } from '../../support/eventually.ts';
import { must, openShop, type Shop } from '../../support/shop.ts';
import { addTag } from '../release/commits.ts';
import { inTask, runningTasks, store, withServices, worker } from './kinds-shop.ts';

describe('workers', function () {
  this.timeout(120_000);
  let shop: Shop;

  before(async () => {
    shop = await openShop({ about: 'workers', replicas: 1 });
    const { folder, test } = shop;
    const image = test.images.node;
    const services = (version: string, broken = false) =>
      withServices({
        compose: {
          store: store(image),
          mailer: worker(image, 'mailer', version),
          packer: { ...worker(image, 'packer', version), ...(broken && { command: ['node', '-e', '""'] }) },
        },
        tidegate: {
          mailer: { worker: { drain: '5s' } },
          packer: { worker: { order: 'stop-first', drain: '5s' } },
        },
      });
    await addTag(folder, { from: 'v1.0.0', tag: 'one', edit: services('1') });
    await addTag(folder, { from: 'v1.0.0', tag: 'two', edit: services('2') });
    await addTag(folder, { from: 'v1.0.0', tag: 'bad', edit: services('3', true) });
    await must(shop.cli('deploy', 'dev', 'one'));
  });
  after(() => shop.leave());

  it('are placed, swapped with the rest, and their old tasks end: beside or before the new ones', async () => {
    const result = JSON.parse(
      (await must(shop.cli('deploy', 'dev', 'two', '--json'))).stdout,
    ) as RolloutResult;
    assert.deepEqual(result.services.map(({ service, to }) => `${service} ${to}`).sort(), [
      'mailer green',
      'packer green',
    ]);
    await onlyGreenRuns();
    // A start-first worker begins before the former one is told to end; a stop-first one afterwards.
    assert.deepEqual(await told('mailer'), ['start 1', 'start 2', 'end 1']);
    assert.deepEqual(await told('packer'), ['start 1', 'end 1', 'start 2']);
    const { stdout } = await must(shop.cli('status', 'dev'));
    assert.match(stdout, /mailer[^\n]*\n +green +active +two \(#2\) +– +1\/1/);
  });

  it('go back when one of them does not stay up, and the old one works again', async () => {
    const run = await shop.cli('deploy', 'dev', 'bad');
    assert.equal(run.code, 1, run.stderr);
    assert.match(run.stdout, /packer-blue: its tasks do not stay up/);
    await onlyGreenRuns();
    assert.deepEqual((await told('packer')).slice(3), ['end 2', 'start 2']);
    assert.equal((await shop.ledger.routes.read()).value.routes['packer']?.active, 'green');
  });

  it('come back by a rollback', async () => {
    await must(shop.cli('rollback', 'dev'));
    assert.equal((await told('packer')).at(-1), 'start 1');
    await eventually(async () => assert.equal((await told('mailer')).at(-1), 'end 2'));
    assert.equal((await shop.ledger.routes.read()).value.routes['mailer']?.active, 'blue');
  });

  /** What the worker told the store. */
  async function told(name: string): Promise<readonly string[]> {
    const log = await inTask(
      shop,
      'store',
      `fetch('http://store:4000').then((r) => r.text()).then(console.log)`,
    );
    return log
      .split(/\r?\n/)
      .flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []));
  }

  async function onlyGreenRuns(): Promise<void> {
    await eventually(async () => {
      const slots = ['mailer-blue', 'packer-blue', 'mailer-green', 'packer-green'];
      const counts = await Promise.all(slots.map(async (slot) => (await runningTasks(shop, slot)).length));
      assert.deepEqual(counts, [0, 0, 1, 1]);
    });
    await eventually(async () =>
      assert.ok((await told('mailer')).includes('end 1'), 'the old mailer has ended'),
    );
  }
});
