import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { EnvironmentStatus, ReleaseEntry, RolloutResult } from '../../../agent/protocol/methods.ts';
import { ask } from '../../support/ask.ts';
import type { Load } from '../../support/load.ts';
import { must, openShop, type CliRun, type Shop } from '../../support/shop.ts';
import { git } from './commits.ts';

const host = 'shop.localhost';

/** What `npm test` leaves out, and counts as skipped. */
const inFullRun = process.env['TIDEGATE_TEST_FULL'] === '1' ? it : it.skip;

describe('a release goes live and comes back', function () {
  this.timeout(180_000);
  let shop: Shop;
  let load: Load;

  before(async () => {
    shop = await openShop({ about: 'deploy', healthChecks: true });
    await must(shop.cli('deploy', 'dev', 'v1.0.0'));
    load = shop.load({ connections: 8, ratePerSecond: 100 });
  });
  after(async () => {
    await load.stop();
    shop.leave();
  });
  // Users are there all the time: whatever a test does, none of them notices.
  afterEach(() => assert.deepEqual(load.stats().failures, []));

  it('from v1.0.0 to v1.1.0 and back, without a failed request or a stale one', async () => {
    for (const [args, version, old] of [
      [['deploy', 'dev', 'v1.1.0'], '1.1.0', '1.0.0'],
      [['rollback', 'dev'], '1.0.0', '1.1.0'],
    ] as const) {
      const result = resultOf(await must(shop.cli(...args, '--json')));
      const acknowledged = performance.now();
      assert.equal(result.outcome, 'done');
      assert.equal(result.to?.tag, `v${version}`);
      assert.equal(await liveVersion(), version);
      assert.equal(load.stats().startedAfter(old, acknowledged), 0);
    }
  });

  it('what runs already stays as it is', async () => {
    const before = await tasks();
    const result = resultOf(await must(shop.cli('deploy', 'dev', 'v1.0.0', '--json')));
    assert.equal(result.outcome, 'unchanged');
    assert.equal(result.rollout, null);
    const back = await must(shop.cli('rollback', 'dev', 'v1.0.0'));
    assert.match(back.stdout, /^unchanged: .*v1\.0\.0 already/);
    assert.deepEqual(await tasks(), before);
  });

  it('held, it is seen with the preview link only, until it is aborted', async () => {
    const held = resultOf(await must(shop.cli('deploy', 'dev', 'v1.1.0', '--hold', '--json')));
    assert.equal(held.outcome, 'held');
    assert.equal(await liveVersion(), '1.0.0');
    assert.equal(await previewVersion(held.preview), '1.1.0');
    const forged = held.preview?.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    assert.notEqual(await previewVersion(forged ?? null), '1.1.0');
    const aborted = resultOf(await shop.cli('abort', 'dev', '--json'));
    assert.equal(aborted.reason, 'aborted-by-user');
    assert.equal(await liveVersion(), '1.0.0');
    assert.notEqual(await previewVersion(held.preview), '1.1.0', 'the link ends with its release');
    const none = await shop.cli('promote', 'dev');
    assert.equal(none.code, 1);
    assert.match(none.stderr, /^error rollout\.none: /m);
  });

  it('held, it goes live when it is promoted', async () => {
    const held = resultOf(await must(shop.cli('deploy', 'dev', 'v1.1.0', '--hold', '--json')));
    assert.equal(held.outcome, 'held');
    assert.match((await must(shop.cli('promote', 'dev'))).stdout, /^done: v1\.1\.0 is live in dev/);
    assert.equal(await liveVersion(), '1.1.0');
  });

  it('a release that never becomes healthy, or does not build, changes nothing for anybody', async () => {
    const active = await tasks('green', 'blue');
    const serving = active.filter((task) => task.includes(' running'));
    for (const [tag, reason, detail] of [
      ['v1.3.0', 'never-healthy', /never became healthy[\s\S]*last health check/],
      ['v1.4.0', 'build-failed', /check-products/],
    ] as const) {
      const run = await shop.cli('deploy', 'dev', tag, '--json');
      assert.equal(run.code, 1, run.stdout);
      const result = resultOf(run);
      assert.equal(result.outcome, 'failed');
      assert.equal(result.reason, reason);
      assert.match(result.message, detail);
      assert.match(result.message, /v1\.1\.0 has all the traffic; nothing changed for its users/);
      assert.equal(await liveVersion(), '1.1.0');
    }
    const now = new Set(await tasks());
    assert.ok(serving.filter((task) => now.has(task)).length >= 2, 'the tasks that serve are the same');
  });

  inFullRun('back to a tag that was never released: it is built', async () => {
    const run = await must(shop.cli('rollback', 'dev', 'v1.5.0', '--json'));
    assert.equal(resultOf(run).outcome, 'done');
    assert.match(run.stderr, /v1\.5\.0 has not been released here yet: it is built/);
    assert.equal(await liveVersion(), '1.5.0');
  });

  inFullRun('only what is committed: a changed working tree is named, and not deployed', async () => {
    await git(shop.folder, 'checkout', '-q', 'v1.1.0');
    const settings = path.join(shop.folder, 'src/version.js');
    try {
      await writeFile(settings, "export const version = 'not-committed';\n");
      const run = await must(shop.cli('deploy', 'dev', '--json'));
      assert.match(run.stderr, /changes that are not committed: they are not deployed/);
      assert.match(run.stderr, /HEAD is [0-9a-f]{8} \(v1\.1\.0\)/);
      assert.equal(await liveVersion(), '1.1.0');
    } finally {
      await rm(settings);
      await git(shop.folder, 'checkout', '-q', '-f', 'main');
    }
  });

  inFullRun('releases, status and logs tell what became of all this', async () => {
    const { releases } = JSON.parse((await must(shop.cli('releases', 'dev', '--json'))).stdout) as {
      releases: ReleaseEntry[];
    };
    const told = releases.map(({ tag, state, kind }) => `${tag ?? ''} ${kind} ${state}`);
    assert.equal(told[0], 'v1.1.0 deploy live');
    assert.equal(told[1], 'v1.5.0 rollback warm');
    assert.ok(told.includes('v1.3.0 deploy failed'), told.join());
    assert.ok(told.includes('v1.0.0 rollback kept'), told.join());
    const { environments } = JSON.parse((await must(shop.cli('status', 'dev', '--json'))).stdout) as {
      environments: EnvironmentStatus[];
    };
    const slots = environments[0]?.services[0]?.slots ?? [];
    const active = slots.find(({ state }) => state === 'active');
    assert.equal(active?.release?.tag, 'v1.1.0');
    assert.equal(active.share, 100);
    assert.deepEqual([active.healthy, active.desired], [2, 2]);
    assert.equal(active.answering?.release, active.release.number);
    assert.equal(environments[0]?.edges[0]?.state, 'current');
    const logs = await must(shop.cli('logs', 'dev', 'web', '--tail', '1'));
    assert.match(logs.stdout, /^web-(blue|green) \| shop 1\.1\.0 listens on 3000$/m);
  });

  async function liveVersion(): Promise<unknown> {
    const answer = await ask({ url: `${shop.url}/version`, headers: { host } });
    assert.equal(answer.status, 200, answer.text);
    return answer.headers['x-shop-version'];
  }

  /** What a browser sees that follows the link and keeps its cookie; the status when it is turned away. */
  async function previewVersion(link: string | null): Promise<unknown> {
    const { pathname, search } = new URL(link ?? '');
    const opened = await ask({ url: shop.url + pathname + search, headers: { host } });
    const cookie = opened.headers['set-cookie']?.[0]?.split(';')[0];
    if (cookie === undefined) return opened.status;
    const seen = await ask({ url: `${shop.url}/version`, headers: { host, cookie } });
    return seen.status === 200 ? seen.headers['x-shop-version'] : seen.status;
  }

  async function tasks(...colours: readonly string[]): Promise<readonly string[]> {
    const slots = colours.length > 0 ? colours : ['blue', 'green'];
    const all = await Promise.all(
      slots.map((colour) => shop.swarm.tasks.list({ service: `${shop.stack}_web-${colour}` })),
    );
    return all.flatMap((some) => some.map(({ id, state }) => `${id} ${state}`)).sort();
  }
});

function resultOf(run: CliRun): RolloutResult {
  return JSON.parse(run.stdout) as RolloutResult;
}
