import assert from 'node:assert/strict';
import { openLedgerView } from '../../../agent/cluster/ledger-view.ts';
import { openProbing, type Fetch } from '../../../agent/cluster/probing.ts';
import { silentLog } from '../../../agent/common/log.ts';
import { headers } from '../../../agent/edge/wire.ts';
import type { Ack, Proof } from '../../../agent/swarm/ledger/acks.ts';
import type { Swarm, Task } from '../../../agent/swarm/port.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { fakeLedger, stored } from './fake-ledger.ts';

const digest = `sha256:${'a'.repeat(64)}`;

const routed = (active: 'blue' | 'green') => ({
  routes: { web: { active, canary: 0 } },
  slots: { 'web-blue': 1, 'web-green': 2 },
});

/** Without a clock of the test's own nobody sleeps. */
async function opened(fetch: Fetch, clock?: FakeClock) {
  const fake = fakeLedger();
  fake.routes = stored(5, routed('blue'));
  const view = openLedgerView(fake.ledger, silentLog);
  await view.refresh();
  const proofs: [string, Proof][] = [];
  const asked: Parameters<Fetch>[0][] = [];
  const stopping = new AbortController();
  const probing = openProbing({
    view,
    swarm: {
      tasks: {
        list: ({ service }: { service?: string }) =>
          Promise.resolve([
            {
              state: 'running',
              image: digest,
              addresses: [service === 'shop-dev_web-blue' ? '10.0.0.7' : '10.0.0.8'],
            } as unknown as Task,
          ]),
      },
    } as unknown as Swarm,
    reports: {
      ack: () => Promise.resolve(),
      proof: (task, proof) => {
        proofs.push([task, proof]);
        return Promise.resolve();
      },
      prune: () => Promise.resolve(),
      settled: () => Promise.resolve(),
    },
    fetch: (request) => {
      asked.push(request);
      return fetch(request);
    },
    reachOf: () => Promise.resolve({ address: '10.0.32.9', side: 'outside' }),
    clock: clock ?? {
      now: () => 0,
      monotonic: () => performance.now(),
      sleep: () => new Promise((resolve) => setImmediate(resolve)),
    },
    log: silentLog,
    signal: stopping.signal,
  });
  return { fake, view, probing, proofs, asked };
}

function ack(version: number, green = 1): Ack {
  const slot = { sessions: 0, closed: 0 };
  return {
    object: 'ledger-a',
    version,
    hash: 'h',
    slots: { 'web-blue': { ...slot, healthy: 1 }, 'web-green': { ...slot, healthy: green } },
  };
}

const honest: Fetch = ({ headers: sent }) => {
  const green = sent[headers.slot] === 'green';
  const answer = green ? 'web-green 2 10.0.0.8' : 'web-blue 1 10.0.0.7';
  return Promise.resolve({ status: 200, headers: { [headers.answer]: answer } });
};

describe('probing through an edge', () => {
  it('asks each way with the key and writes who answered', async () => {
    const { probing, proofs, asked } = await opened(honest);
    probing.consider('t1', ack(5));
    await eventually(() => assert.equal(proofs.length, 1));
    assert.deepEqual(proofs[0], [
      't1',
      {
        object: 'ledger-a',
        version: 5,
        answers: {
          web: { slot: 'web-blue', release: 1, digest, status: 200 },
          'web-blue': { slot: 'web-blue', release: 1, digest, status: 200 },
          'web-green': { slot: 'web-green', release: 2, digest, status: 200 },
        },
      },
    ]);
    assert.equal(asked.length, 3);
    for (const { address, port, path, headers: sent } of asked)
      assert.deepEqual(
        [address, port, path, sent['host'], sent[headers.probe]],
        ['10.0.32.9', 8080, '/healthz', 'shop.test', 'probe-key'],
      );
  });

  it('does it once for the same state, however often it is reported, and again when health changes', async () => {
    const { probing, proofs } = await opened(honest);
    probing.consider('t1', ack(5));
    probing.consider('t1', ack(5));
    await eventually(() => assert.equal(proofs.length, 1));
    probing.consider('t1', {
      ...ack(5),
      slots: { ...ack(5).slots, 'web-green': { healthy: 1, sessions: 9, closed: 3 } },
    });
    probing.consider('t1', ack(5, 0));
    await eventually(() => assert.equal(proofs.length, 2));
    assert.deepEqual(Object.keys(proofs[1]?.[1].answers ?? {}), ['web', 'web-blue']);
  });

  it('asks again while an answer is not what it should be, and writes what changed', async () => {
    let round = 0;
    const { probing, proofs } = await opened((request) => {
      round += 1;
      if (round <= 3) return Promise.reject(new Error('refused'));
      if (round <= 6) return Promise.resolve({ status: 503, headers: { [headers.answer]: 'web-blue 1 ' } });
      return honest(request);
    });
    probing.consider('t1', ack(5));
    await eventually(() => assert.equal(proofs.length, 3));
    assert.deepEqual(proofs[0]?.[1].answers, {});
    assert.deepEqual(proofs[1]?.[1].answers['web'], {
      slot: 'web-blue',
      release: 1,
      digest: '',
      status: 503,
    });
    assert.equal(proofs[2]?.[1].answers['web']?.digest, digest);
  });

  it('does not hurry where only a claim was taken, and at once when the route is another', async () => {
    const clock = new FakeClock();
    const { fake, view, probing, proofs } = await opened(honest, clock);
    probing.consider('t1', ack(5));
    await eventually(() => assert.equal(proofs.length, 1));
    fake.routes = stored(6, { ...routed('blue'), claims: { web: 'r1' } });
    await view.refresh();
    probing.consider('t1', ack(6));
    await eventually(() => assert.equal(clock.waiting, 1));
    fake.routes = stored(7, routed('green'));
    await view.refresh();
    probing.consider('t1', ack(7));
    await eventually(() => assert.equal(proofs.length, 2));
    assert.deepEqual(
      proofs.map(([, { version }]) => version),
      [5, 7],
    );
  });

  it('proves a claim that stays alone as well', async () => {
    const clock = new FakeClock();
    const { fake, view, probing, proofs } = await opened(honest, clock);
    probing.consider('t1', ack(5));
    await eventually(() => assert.equal(proofs.length, 1));
    fake.routes = stored(6, routed('blue'));
    await view.refresh();
    probing.consider('t1', ack(6));
    await eventually(() => assert.equal(clock.waiting, 1));
    await clock.advance(1_000);
    await eventually(() => assert.equal(proofs[1]?.[1].version, 6));
  });

  it('reads the ledger again for an edge that is ahead, and leaves one that is behind', async () => {
    const { fake, probing, proofs, asked } = await opened(honest);
    probing.consider('t1', ack(4));
    fake.routes = stored(6, { routes: { web: { active: 'blue', canary: 0 } }, slots: { 'web-blue': 1 } });
    probing.consider('t2', ack(6));
    await eventually(() => assert.equal(proofs.length, 1));
    assert.deepEqual([proofs[0]?.[0], proofs[0]?.[1].version], ['t2', 6]);
    assert.equal(asked.length, 2);
  });
});
