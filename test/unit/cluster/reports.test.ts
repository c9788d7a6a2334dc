import assert from 'node:assert/strict';
import { openReports } from '../../../agent/cluster/reports.ts';
import type { Ack } from '../../../agent/swarm/ledger/acks.ts';
import type { AcksStore, NewReports } from '../../../agent/swarm/ledger/acks-store.ts';

const ack = (version: number): Ack => ({ object: 'o', version, hash: 'h', slots: {} });

/** A store whose writes end when the test says so. */
function slowStore() {
  const writes: { reports: NewReports; end: (error?: Error) => void }[] = [];
  const store: AcksStore = {
    read: () => Promise.resolve({ acks: {}, proofs: {} }),
    create: () => Promise.resolve(),
    write: (reports) =>
      new Promise((resolve, reject) => {
        writes.push({
          reports: { ...reports, acks: { ...reports.acks }, proofs: { ...reports.proofs } },
          end: (error) => (error ? reject(error) : resolve()),
        });
      }),
  };
  return { store, writes };
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('reports of edges', () => {
  it('that come while one is written go into the next write together, the newest of each task', async () => {
    const { store, writes } = slowStore();
    const reports = openReports(store);
    const first = reports.ack('a', ack(1));
    await tick();
    const rest = [
      reports.ack('a', ack(2)),
      reports.ack('a', ack(3)),
      reports.ack('b', ack(3)),
      reports.prune(['a', 'b']),
    ];
    await tick();
    assert.equal(writes.length, 1);
    writes[0]?.end();
    await first;
    await tick();
    assert.equal(writes.length, 2);
    assert.deepEqual(writes[1]?.reports.acks, { a: ack(3), b: ack(3) });
    assert.deepEqual(writes[1].reports.tasks, ['a', 'b']);
    writes[1].end();
    await Promise.all(rest);
  });

  it('that could not be written are refused, and do not hold up later ones', async () => {
    const { store, writes } = slowStore();
    const reports = openReports(store);
    const lost = reports.ack('a', ack(1));
    await tick();
    writes[0]?.end(new Error('no leader'));
    await assert.rejects(lost, /no leader/);
    const kept = reports.ack('a', ack(1));
    await tick();
    writes[1]?.end();
    await kept;
  });

  it('are settled when the last write has ended, be it badly', async () => {
    const { store, writes } = slowStore();
    const reports = openReports(store);
    const lost = reports.ack('a', ack(1));
    let settled = false;
    const end = reports.settled().then(() => (settled = true));
    await tick();
    assert.equal(settled, false);
    writes[0]?.end(new Error('no leader'));
    await assert.rejects(lost);
    await end;
  });
});
