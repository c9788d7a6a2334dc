/** Invariant 9: what does not come up changes nothing for the users of the environment. */
import assert from 'node:assert/strict';
import type { Load } from '../support/load.ts';
import { eventually } from '../support/eventually.ts';
import { must, openShop, type CliRun, type Shop } from '../support/shop.ts';
import { activeTasks, addVersion, comesToRestOn, noFailure } from './shop-facts.ts';

describe('a release that does not come up', function () {
  this.timeout(180_000);
  let shop: Shop;
  let load: Load;
  let tasksBefore: readonly string[];

  before(async () => {
    shop = await openShop({ about: 'bad', healthChecks: true });
    await addVersion(shop, {
      from: 'v1.1.0',
      tag: 'v2.0.0',
      change: {
        file: 'src/main.js',
        edit: (text) => `console.error('no currency is configured');\nprocess.exit(7);\n${text}`,
      },
    });
    await addVersion(shop, {
      from: 'v1.1.0',
      tag: 'v2.1.0',
      change: {
        file: 'compose.yaml',
        edit: (text) => text.replace('memory: 256M', 'memory: 900G').replace('memory: 48M', 'memory: 900G'),
      },
    });
    await must(shop.cli('deploy', 'dev', 'v1.0.0'));
    tasksBefore = await activeTasks(shop);
    assert.equal(tasksBefore.length, 2);
    load = shop.load({ connections: 4, ratePerSecond: 100 });
  });

  after(async () => {
    await load.stop();
    shop.leave();
  });

  async function changedNothing(): Promise<void> {
    await comesToRestOn(shop, 'v1.0.0');
    assert.deepEqual(await activeTasks(shop), tasksBefore, 'tasks of the live slot');
    assert.deepEqual(Object.keys(load.stats().versions), ['1.0.0'], 'versions that answered');
    noFailure(load);
  }

  async function fails(tag: string, reason: string): Promise<CliRun> {
    const run = await shop.cli('deploy', 'dev', tag);
    assert.equal(run.code, 1, run.stdout + run.stderr);
    const journals = (await shop.ledger.journals.list()).map(({ value }) => value);
    const last = journals.find(({ head }) => head.tag === tag);
    assert.equal(last?.state.reason, reason);
    return run;
  }

  it('is never healthy: told with the answer of the last probe and what its containers wrote', async () => {
    const { stdout } = await fails('v1.3.0', 'never-healthy');
    assert.match(stdout, /last health check: exit code 1/);
    assert.match(stdout, /503/);
    assert.match(stdout, /last lines of its containers:\n\s+\S/);
    await changedNothing();
  });

  it('does not build: told with the step and its output', async () => {
    const { stdout, stderr } = await fails('v1.4.0', 'build-failed');
    assert.match(stdout + stderr, /RUN node src\/check-products\.js/);
    await changedNothing();
  });

  it('crashes as soon as it starts: told with its exit code and its last words', async () => {
    const { stdout } = await fails('v2.0.0', 'crash-loop');
    assert.match(stdout, /non-zero exit \(7\)/);
    assert.match(stdout, /no currency is configured/);
    await changedNothing();
  });

  it('fits on no node: told so, not waited for until the deadline', async () => {
    const { stdout } = await fails('v2.1.0', 'no-node');
    assert.match(stdout, /no node has room/);
    assert.match(stdout, /insufficient resources/);
    await changedNothing();
  });

  it('is cancelled while it is placed: exit code 130, and all is as before', async () => {
    const { child, done } = shop.start(['deploy', 'dev', 'v1.1.0']);
    let told = '';
    child.stderr?.on('data', (text: string) => (told += text));
    await eventually(() => assert.match(told, /^placing/m), { withinMs: 60_000, everyMs: 10 });
    child.kill('SIGINT');
    const { code, stdout, stderr } = await done;
    assert.equal(code, 130, stdout + stderr);
    await changedNothing();
  });
});
