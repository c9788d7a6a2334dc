import assert from 'node:assert/strict';
import { catchUp } from '../../../agent/cluster/catch-up.ts';
import { openLedgerView } from '../../../agent/cluster/ledger-view.ts';
import { silentLog } from '../../../agent/common/log.ts';
import type { SlotKey } from '../../../agent/common/names.ts';
import type { Ack, Answer, EdgeReports, Proof } from '../../../agent/swarm/ledger/acks.ts';
import { fakeLedger, stored } from './fake-ledger.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const blue: Answer = { slot: 'web-blue', release: 1, digest, status: 200 };
const green: Answer = { slot: 'web-green', release: 2, digest, status: 200 };

function ack(change: Partial<Ack> = {}, healthy = 1): Ack {
  const slot = (count: number) => ({ healthy: count, sessions: 0, closed: 0 });
  const slots: Record<SlotKey, ReturnType<typeof slot>> = {
    'web-blue': slot(1),
    'web-green': slot(healthy),
  };
  return { object: 'ledger-a', version: 5, hash: 'h', slots, ...change };
}

function proof(answers: Proof['answers'], change: Partial<Proof> = {}): Proof {
  return { object: 'ledger-a', version: 5, answers, ...change };
}

/** Tasks that are considered, for what is in the ledger; `running` gives those that were asked for. */
async function considered(reports: EdgeReports, running: readonly string[] = ['t1']) {
  const fake = fakeLedger();
  fake.routes = stored(5, {
    routes: { web: { active: 'blue', canary: 0 } },
    slots: { 'web-blue': 1, 'web-green': 2 },
  });
  const view = openLedgerView(fake.ledger, silentLog);
  await view.refresh();
  const tasks: string[] = [];
  let listed = 0;
  await catchUp({
    view,
    reports: () => Promise.resolve(reports),
    running: () => {
      listed += 1;
      return Promise.resolve(running);
    },
    probing: { consider: (task) => tasks.push(task) },
    log: silentLog,
  });
  return { tasks, listed };
}

describe('a control that looks for what another one left open', () => {
  const settled = proof({ web: blue, 'web-blue': blue, 'web-green': green });

  it('leaves alone what is proven, and then does not even list tasks', async () => {
    const { tasks, listed } = await considered({ acks: { t1: ack() }, proofs: { t1: settled } });
    assert.deepEqual([tasks, listed], [[], 0]);
  });

  it('probes where the proof is missing, of another state, or wrong', async () => {
    for (const given of [
      undefined,
      { ...settled, version: 4 },
      { ...settled, object: 'ledger-b' },
      proof({ web: { ...blue, status: 503 }, 'web-blue': blue, 'web-green': green }),
      proof({ web: blue, 'web-blue': blue, 'web-green': { ...green, digest: '' } }),
    ]) {
      const proofs = given ? { t1: given } : {};
      assert.deepEqual((await considered({ acks: { t1: ack() }, proofs })).tasks, ['t1']);
    }
  });

  it('probes a slot that became healthy while the state stayed the same', async () => {
    const proofs = { t1: proof({ web: blue, 'web-blue': blue }) };
    assert.deepEqual((await considered({ acks: { t1: ack({}, 0) }, proofs })).tasks, []);
    assert.deepEqual((await considered({ acks: { t1: ack({}, 1) }, proofs })).tasks, ['t1']);
  });

  it('leaves edges that are behind, of another ledger, or gone', async () => {
    const acks = { t1: ack({ version: 4 }), t2: ack({ object: 'ledger-b' }), t3: ack() };
    assert.deepEqual((await considered({ acks, proofs: {} }, ['t1', 't2'])).tasks, []);
  });

  it('does not end when the ledger cannot be read', async () => {
    const fake = fakeLedger();
    const view = openLedgerView(fake.ledger, silentLog);
    const probing = { consider: () => assert.fail('nothing to consider') };
    const running = () => Promise.resolve([]);
    const options = { view, running, probing, log: silentLog };
    await catchUp({ ...options, reports: () => assert.fail('not before there is a state') });
    await view.refresh();
    await catchUp({ ...options, reports: () => Promise.reject(new Error('no leader')) });
  });
});
