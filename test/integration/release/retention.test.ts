import assert from 'node:assert/strict';
import { systemClock } from '../../../agent/common/clock.ts';
import { labels } from '../../../agent/common/names.ts';
import { silentLog } from '../../../agent/common/log.ts';
import { defaultLimits, type ReleaseEngine } from '../../../agent/release/engine.ts';
import { prune } from '../../../agent/release/retention.ts';
import { openChanges } from '../../../agent/swarm/changes.ts';
import { openSwarm } from '../../../agent/swarm/docker-swarm.ts';
import { openLedger } from '../../../agent/swarm/ledger/ledger.ts';
import type { ReleaseRecord } from '../../../agent/swarm/ledger/release.ts';
import { testEngine, testStackName } from '../../support/engine.ts';

describe('what the ledger keeps', function () {
  this.timeout(120_000);
  const stack = `${testStackName('keep')}-dev`;
  let engine: ReleaseEngine;

  before(async () => {
    const swarm = openSwarm((await testEngine()).engine);
    const ledger = openLedger(swarm, stack);
    await ledger.routes.create();
    const changes = openChanges(swarm, systemClock);
    const common = { clock: systemClock, log: silentLog, driver: 'test', leaseSeconds: 15 };
    engine = { swarm, ledger, changes, ...common, limits: defaultLimits };
    for (let number = 1; number <= 9; number += 1)
      await ledger.releases.add(releaseOf(stack, `v${number}`), `r${number}`);
  });
  after(async () => {
    engine.changes.close();
    for (const config of await engine.swarm.configs.list({ [labels.stack]: stack }))
      await engine.swarm.configs.remove(config.id);
  });

  const kept = async (): Promise<readonly number[]> =>
    (await engine.ledger.releases.list()).map(({ number }) => number);

  it('is everything while the limit is not reached', async () => {
    await prune(engine, { releases: 9, auditEntries: 100, journals: 50 });
    assert.deepEqual(await kept(), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('is the newest releases, and those that a slot names however old they are', async () => {
    await engine.ledger.routes.change((routes) => ({
      ...routes,
      routes: { web: { active: 'blue', canary: 0 } },
      slots: { 'web-blue': 2, 'web-green': 4 },
    }));
    await prune(engine, { releases: 3, auditEntries: 100, journals: 50 });
    assert.deepEqual(await kept(), [2, 4, 7, 8, 9]);
  });

  it('lets a release go once no slot names it', async () => {
    await engine.ledger.routes.change((routes) => ({ ...routes, slots: { 'web-blue': 2 } }));
    await prune(engine, { releases: 3, auditEntries: 100, journals: 50 });
    assert.deepEqual(await kept(), [2, 7, 8, 9]);
  });
});

function releaseOf(stack: string, tag: string): Omit<ReleaseRecord, 'number'> {
  return {
    format: 1,
    project: 'keep',
    environment: 'dev',
    stack,
    commit: '0'.repeat(40),
    tag,
    ref: tag,
    restores: null,
    previous: null,
    by: 'test',
    at: new Date(0).toISOString(),
    services: {},
  };
}
