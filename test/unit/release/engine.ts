/** A release engine over a cluster in memory and a clock of the test's own. */
import { silentLog } from '../../../agent/common/log.ts';
import { defaultLimits, type ReleaseEngine } from '../../../agent/release/engine.ts';
import { openChanges } from '../../../agent/swarm/changes.ts';
import { openLedger } from '../../../agent/swarm/ledger/ledger.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeCluster } from '../../support/fake-swarm.ts';

export interface Bench {
  readonly clock: FakeClock;
  readonly cluster: FakeCluster;
  readonly engine: (driver: string) => ReleaseEngine;
}

export async function openBench(stack = 'shop-dev'): Promise<Bench> {
  const clock = new FakeClock();
  const cluster = new FakeCluster(() => clock.now());
  const engine = (driver: string): ReleaseEngine => {
    const swarm = cluster.view();
    return {
      swarm,
      ledger: openLedger(swarm, stack),
      changes: openChanges(swarm, clock),
      clock,
      log: silentLog,
      driver,
      leaseSeconds: 3,
      limits: defaultLimits,
    };
  };
  const { ledger } = engine('setup');
  await ledger.acks.create();
  await ledger.routes.create();
  return { clock, cluster, engine };
}
