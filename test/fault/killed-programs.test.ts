/** Control, edge and agent may be killed at any time: traffic goes on, and never to a wrong version. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { names } from '../../agent/common/names.ts';
import { ask } from '../support/ask.ts';
import { eventually } from '../support/eventually.ts';
import { must, openShop, type Shop } from '../support/shop.ts';
import { answering, comesToRestOn, noFailure, runningContainer } from './shop-facts.ts';

describe('programs that are killed', function () {
  this.timeout(180_000);
  let shop: Shop;

  before(async () => {
    shop = await openShop({ about: 'kill', replicas: 1 });
    await must(shop.cli('deploy', 'dev', 'v1.0.0'));
  });

  after(() => shop.leave());

  /** Resolves with the container that was killed. */
  async function kill(service: string): Promise<string> {
    const container = await runningContainer(shop, service);
    await shop.test.docker.getContainer(container).kill({ signal: 'SIGKILL' });
    return container;
  }

  async function comesBack(service: string, after: string): Promise<void> {
    await eventually(async () => assert.notEqual(await runningContainer(shop, service), after), {
      withinMs: 60_000,
    });
  }

  /** Resolves when a line of progress begins with `phase`. */
  function reaches({ stderr }: ChildProcess, phase: string): Promise<void> {
    assert.ok(stderr, 'stderr');
    let told = '';
    return new Promise((resolve, reject) => {
      stderr.on('data', (text: string) => {
        told += text;
        if (told.split('\n').some((line) => line.startsWith(phase))) resolve();
      });
      stderr.once('close', () => reject(new Error(`it never came to "${phase}":\n${told}`)));
    });
  }

  it('control, before a swap: the swap is done with the next one, and no request is lost', async () => {
    await must(shop.cli('deploy', 'dev', 'v1.0.0'));
    const load = shop.load({ connections: 4, ratePerSecond: 100 });
    const { child, done } = shop.start(['deploy', 'dev', 'v1.1.0']);
    await reaches(child, 'verifying');
    const killed = await kill(names.control(shop.stack));
    await must(done);
    await comesBack(names.control(shop.stack), killed);
    await comesToRestOn(shop, 'v1.1.0');
    await load.stop();
    noFailure(load);
  });

  it('the edge: it comes back with the version it had, and never answers with another', async () => {
    await must(shop.cli('deploy', 'dev', 'v1.0.0'));
    await must(shop.cli('deploy', 'dev', 'v1.1.0'));
    await comesToRestOn(shop, 'v1.1.0');
    const load = shop.load({ connections: 4, ratePerSecond: 100, timeoutMs: 2_000 });
    const killed = await kill(names.edge(shop.stack));
    const absent = performance.now();
    await comesBack(names.edge(shop.stack), killed);
    await eventually(async () => assert.equal(await answering(shop), 'v1.1.0'), { withinMs: 30_000 });
    const present = performance.now();
    await eventually(() => {
      const after = load.stats().samples.filter(({ start }) => start > present);
      assert.ok(after.length >= 50, 'requests after it came back');
    });
    const { samples } = await load.stop();
    const wrong = samples.filter(({ status, version }) => status === 200 && version !== '1.1.0');
    assert.deepEqual(wrong, [], 'answers of another version');
    const failedLater = samples.filter(({ start, status }) => start > present && status !== 200);
    assert.deepEqual(failedLater, [], 'failures after it was back');
    assert.ok(present - absent < 30_000, `it was away for ${present - absent} ms`);
  });

  it('agent, control and edge at once, in the middle of a deploy: all is as before', async () => {
    await must(shop.cli('deploy', 'dev', 'v1.0.0'));
    await must(shop.cli('deploy', 'dev', 'v1.1.0'));
    await comesToRestOn(shop, 'v1.1.0');
    const { child, done } = shop.start(['deploy', 'dev', 'v1.0.0'], { env: { TIDEGATE_LEASE_SECONDS: '3' } });
    await reaches(child, 'placing');
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await Promise.all([gone, kill(names.control(shop.stack)), kill(names.edge(shop.stack))]);
    assert.equal((await done).code, null, 'it was in the middle of it');
    const seen = new Set<string>();
    const answered = async (): Promise<string> => {
      const { status, headers } = await ask({ url: shop.url, headers: { host: 'shop.localhost' } });
      assert.equal(status, 200);
      seen.add(String(headers['x-shop-version']));
      return [...seen].join();
    };
    await eventually(answered, { withinMs: 60_000 });
    await comesToRestOn(shop, 'v1.1.0', 90_000);
    assert.equal(await answered(), '1.1.0', 'versions that answered');
  });
});
