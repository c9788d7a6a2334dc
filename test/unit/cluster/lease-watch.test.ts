import assert from 'node:assert/strict';
import { openLeaseWatch } from '../../../agent/cluster/lease-watch.ts';
import type { JournalEntry } from '../../../agent/swarm/ledger/rollout.ts';
import type { Stored } from '../../../agent/swarm/port.ts';
import { aHead, aPhase } from '../ledger/samples.ts';

describe('the watch over leases', () => {
  let now = 0;
  const entry = (
    version: number,
    lease: JournalEntry['lease'] = { seconds: 3, counter: 1 },
  ): Stored<JournalEntry> => ({
    id: 'c1',
    version,
    value: {
      head: aHead(),
      state: aPhase({ name: 'placing' }),
      driver: 'ann',
      lease,
      request: undefined,
      updatedAt: '1999-01-01T00:00:00Z',
    },
  });

  beforeEach(() => {
    now = 0;
  });

  it('runs out when a journal has not changed for longer than its lease', () => {
    const watch = openLeaseWatch(() => now);
    assert.equal(watch.isOver(entry(1)), false);
    now = 3_000;
    assert.equal(watch.isOver(entry(1)), false);
    now = 3_001;
    assert.equal(watch.isOver(entry(1)), true);
  });

  it('begins anew with every change, whatever changed', () => {
    const watch = openLeaseWatch(() => now);
    watch.isOver(entry(1));
    now = 2_900;
    assert.equal(watch.isOver(entry(2)), false);
    now = 5_800;
    assert.equal(watch.isOver(entry(2)), false);
    now = 5_901;
    assert.equal(watch.isOver(entry(2)), true);
  });

  it('is never cut short by a watcher that has just started', () => {
    const first = openLeaseWatch(() => now);
    first.isOver(entry(1));
    now = 10_000;
    assert.equal(openLeaseWatch(() => now).isOver(entry(1)), false);
  });

  it('never runs out where there is no lease', () => {
    const watch = openLeaseWatch(() => now);
    const parked = { ...entry(1), value: { ...entry(1).value, lease: undefined } };
    watch.isOver(parked);
    now = 1_000_000;
    assert.equal(watch.isOver(parked), false);
  });
});
