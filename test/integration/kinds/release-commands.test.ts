import assert from 'node:assert/strict';
import type { RolloutResult } from '../../../agent/protocol/methods.ts';
import type { PlanResult } from '../../../agent/protocol/plan.ts';
import { must, type Shop } from '../../support/shop.ts';
import { nothingIsLeft, openMigratingShop, services, told } from './migrating-shop.ts';

describe('release commands', function () {
  this.timeout(120_000);
  let shop: Shop;

  before(async () => {
    shop = await openMigratingShop();
  });
  after(() => shop.leave());

  it('are named by the plan, with what cannot be undone', async () => {
    const plan = JSON.parse((await must(shop.cli('plan', 'dev', 'one', '--json'))).stdout) as PlanResult;
    assert.deepEqual(
      plan.commands.map(({ service, timeoutMs }) => [service, timeoutMs]),
      [
        ['mailer', 600_000],
        ['web', 600_000],
      ],
    );
    assert.match(plan.cannotBeUndone.join('\n'), /What the release command of web changes stays/);
    const { stdout } = await must(shop.cli('plan', 'dev', 'two'));
    assert.match(stdout, /release command of web: node -e .*once, before anything is placed \(at most 30/);
  });

  it('run once each, in order, with what their service has, and nobody reads its secrets', async () => {
    const { stderr } = await must(shop.cli('deploy', 'dev', 'one'));
    assert.deepEqual(await told(shop), ['mailer migrates', 'web migrates']);
    assert.match(stderr, /^releasing 1\n(.*\n)*releasing 2\nrelease web \| \*\*\* \*\*\*\nplacing$/m);
    assert.doesNotMatch(stderr, /hunter2|open sesame/);
    await nothingIsLeft(shop);
  });

  it('run for what changed, and for no release that is brought back', async () => {
    await must(shop.cli('deploy', 'dev', 'two'));
    assert.deepEqual((await told(shop)).slice(2), ['web migrates to two']);
    await must(shop.cli('deploy', 'dev', 'two'));
    await must(shop.cli('rollback', 'dev'));
    assert.equal((await told(shop)).length, 3);
    await nothingIsLeft(shop);
  });

  it('that fail stop the release with nothing placed, and say what they said', async () => {
    const before = await services(shop);
    const run = await shop.cli('deploy', 'dev', 'bad', '--json');
    assert.equal(run.code, 1, run.stderr);
    const { outcome, reason, message } = JSON.parse(run.stdout) as RolloutResult;
    assert.deepEqual([outcome, reason], ['failed', 'command-failed']);
    assert.match(
      message,
      /the release command of web ended with exit code 3\n {2}last lines of its output:\n( {4}.*\n)* {2}nothing was placed; /,
    );
    assert.match(message, /^ {4}looking$/m);
    assert.match(message, /^ {4}no such table$/m);
    assert.deepEqual(await services(shop), before);
    await nothingIsLeft(shop);
  });
});
