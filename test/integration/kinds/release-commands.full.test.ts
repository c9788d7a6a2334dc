/** More of `release-commands.test.ts`. */
import assert from 'node:assert/strict';
import { eventually } from '../../support/eventually.ts';
import { must, type Shop } from '../../support/shop.ts';
import { nothingIsLeft, openMigratingShop, told } from './migrating-shop.ts';

describe('release commands that hang', function () {
  this.timeout(120_000);
  let shop: Shop;

  before(async () => {
    shop = await openMigratingShop();
    await must(shop.cli('deploy', 'dev', 'one'));
  });
  after(() => shop.leave());

  it('end when somebody aborts, deaf to every signal but the last', async () => {
    const { child, done } = shop.start(['deploy', 'dev', 'slow']);
    let stderr = '';
    child.stderr?.on('data', (text: string) => (stderr += text));
    await eventually(() => assert.match(stderr, /^release web \| begins$/m, stderr), { withinMs: 60_000 });
    const { stdout } = await must(shop.cli('abort', 'dev'));
    assert.match(stdout, /slow is aborted/);
    assert.notEqual((await done).code, 0);
    await nothingIsLeft(shop);
    assert.equal((await told(shop)).at(-1), 'web hangs');
  });
});
