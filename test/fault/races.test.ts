/** Invariant 4: a lost race is an error naming the other side, never a mixture. */
import assert from 'node:assert/strict';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Load } from '../support/load.ts';
import { eventually } from '../support/eventually.ts';
import { must, openShop, type CliRun, type Shop } from '../support/shop.ts';
import { addVersion, answering, comesToRestOn, liveTag, noFailure } from './shop-facts.ts';

const crashAgent = path.resolve(import.meta.dirname, '../support/crash-agent.ts');

describe('two agents at once', function () {
  this.timeout(180_000);
  let shop: Shop;
  let load: Load;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tidegate-race-'));
    shop = await openShop({ about: 'race', replicas: 1 });
    await addVersion(shop, { from: 'v1.1.0', tag: 'v1.1.1' });
    // All images are built: the race is about the cluster.
    for (const tag of ['v1.1.1', 'v1.1.0', 'v1.0.0']) await must(shop.cli('deploy', 'dev', tag));
    load = shop.load({ connections: 4, ratePerSecond: 100 });
  });

  after(async () => {
    await load.stop();
    shop.leave();
    await rm(folder, { recursive: true });
  });

  function namesTheWinner({ code, stderr }: CliRun): void {
    assert.equal(code, 5, stderr);
    assert.match(stderr, /ledger\.busy/);
    assert.match(stderr, /rollout r[0-9a-z]{9}\b.*\S+@\S+/);
  }

  it('have one winner; the other is told who', async () => {
    const tags = ['v1.1.0', 'v1.1.1'] as const;
    const runs = await Promise.all(tags.map((tag) => shop.cli('deploy', 'dev', tag)));
    const winner = runs.findIndex(({ code }) => code === 0);
    const loser = runs[1 - winner];
    assert.ok(winner >= 0 && loser, runs.map(({ stdout, stderr }) => stdout + stderr).join('\n'));
    namesTheWinner(loser);
    await comesToRestOn(shop, tags[winner] ?? '');
    noFailure(load);
  });

  it('do not undo each other: one that planned before the other was done changes nothing', async () => {
    const before = await liveTag(shop);
    const [late, quick] = ['v1.0.0', 'v1.1.0', 'v1.1.1'].filter((tag) => tag !== before);
    assert.ok(late !== undefined && quick !== undefined, 'late !== undefined && quick !== undefined');
    const go = path.join(folder, 'go');
    const held = path.join(folder, 'held');
    const slow = shop.start(['deploy', 'dev', late], {
      program: crashAgent,
      env: { TIDEGATE_HOLD_BEFORE: 'plan', TIDEGATE_HELD: held, TIDEGATE_HOLD_UNTIL: go },
    });
    await eventually(() => access(held), { withinMs: 60_000 });
    await must(shop.cli('deploy', 'dev', quick));
    await writeFile(go, '');
    const lost = await slow.done;
    assert.equal(lost.code, 5, lost.stdout + lost.stderr);
    assert.match(lost.stderr, /was changed by somebody else since this was planned/);
    await comesToRestOn(shop, quick);
    assert.equal(await answering(shop), quick);
    noFailure(load);
  });
});
