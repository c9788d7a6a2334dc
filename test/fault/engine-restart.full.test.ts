/**
 * dockerd itself is restarted in the middle of a deploy. Only on the checkout's private engine, which nobody else
 * uses (`npm test` says so by TIDEGATE_TEST_PRIVATE_ENGINE); the loss of an engine that others use is acted out by
 * a proxy (lost-engine.test.ts).
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { startPrivateEngine } from '../../scripts/engine/private-engine.ts';
import { eventually } from '../support/eventually.ts';
import { must, openShop, type Shop } from '../support/shop.ts';
import { comesToRestOn } from './shop-facts.ts';

/** A restart takes minutes until Swarm's gossip is whole again: only in the full run, on an engine of our own. */
const isWanted =
  process.env['TIDEGATE_TEST_PRIVATE_ENGINE'] === '1' && process.env['TIDEGATE_TEST_FULL'] === '1';

const root = path.resolve(import.meta.dirname, '../..');

describe('a restart of dockerd', function () {
  this.timeout(300_000);
  let shop: Shop;

  before(async function () {
    if (!isWanted) this.skip();
    shop = await openShop({ about: 'restart' });
    await must(shop.cli('deploy', 'dev', 'v1.0.0'));
  });

  after(async () => {
    // Skipped: there is none.
    if (isWanted) await shop.close();
  });

  it('while a slot is filled loses nothing: it is the old version or the new one, and nothing half done', async () => {
    const { child, done } = shop.start(['deploy', 'dev', 'v1.1.0'], { env: { TIDEGATE_LEASE_SECONDS: '3' } });
    let told = '';
    child.stderr?.on('data', (text: string) => (told += text));
    await eventually(() => assert.match(told, /^placing/m), { withinMs: 60_000, everyMs: 10 });
    const engine = await startPrivateEngine(root);
    await engine.stop();
    await startPrivateEngine(root);
    const { code, stdout, stderr } = await done;
    assert.ok(code === 0 || code === 1 || code === 3, `exit code ${String(code)}: ${stdout}${stderr}`);
    if (code !== 0) assert.match(stdout + stderr, /engine\.unreachable|is not live/);
    await comesToRestOn(shop, code === 0 ? 'v1.1.0' : 'v1.0.0', 150_000);
  });
});
