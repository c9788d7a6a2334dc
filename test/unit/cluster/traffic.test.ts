import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openTrafficBoard, pointMs } from '../../../agent/cluster/traffic/board.ts';
import { silentMs, Totals } from '../../../agent/cluster/traffic/totals.ts';
import { Watchers, watchingMs } from '../../../agent/cluster/traffic/watchers.ts';
import { silentLog } from '../../../agent/common/log.ts';
import type { SlotKey } from '../../../agent/common/names.ts';
import type { SlotReading, TrafficReport } from '../../../agent/edge/traffic-report.ts';
import { unpackPoints } from '../../../agent/swarm/ledger/traffic.ts';
import type { TrafficStore } from '../../../agent/swarm/ledger/traffic-store.ts';
import { FakeClock } from '../../support/fake-clock.ts';

function reading(requests: number, changes: { inFlight?: number; latencyMs?: number } = {}): SlotReading {
  const none = { status3xx: 0, status4xx: 0, status5xx: 0, statusOther: 0, connectionErrors: 0 };
  return { counts: { requests, status2xx: requests, ...none }, inFlight: 0, latencyMs: 0, ...changes };
}

function report(slots: Readonly<Record<string, SlotReading>>): TrafficReport {
  return new Map(Object.entries(slots) as [SlotKey, SlotReading][]);
}

describe('the sums over all edges', () => {
  it('take what an edge counted before it was met for nobody’s news', () => {
    const totals = new Totals();
    totals.add('a', report({ 'web-blue': reading(1_000_000) }), 0);
    assert.equal(totals.point(0, 0).slots['web-blue']?.requests, 0);
    totals.add('a', report({ 'web-blue': reading(1_000_010), 'web-green': reading(3) }), 1_000);
    totals.add('b', report({ 'web-blue': reading(500) }), 1_000);
    const { slots, edges } = totals.point(1_000, 1_000);
    // The other slot is new, but not the edge: it has all of it from the beginning.
    assert.deepEqual([edges, slots['web-blue']?.requests, slots['web-green']?.requests], [2, 10, 3]);
  });

  it('weigh latencies by requests, and know none where there was no request', () => {
    const totals = new Totals();
    totals.add('a', report({ 'web-blue': reading(0) }), 0);
    totals.add('b', report({ 'web-blue': reading(0) }), 0);
    assert.equal(totals.point(0, 0).slots['web-blue']?.latencyMs, null);
    totals.add('a', report({ 'web-blue': reading(30, { latencyMs: 10, inFlight: 1 }) }), 1);
    totals.add('b', report({ 'web-blue': reading(10, { latencyMs: 50, inFlight: 2 }) }), 1);
    const blue = totals.point(1, 1).slots['web-blue'];
    assert.deepEqual([blue?.latencyMs, blue?.inFlight], [20, 3]);
    assert.equal(totals.point(2, 2).slots['web-blue']?.latencyMs, null);
  });

  it('say how many edges are in them', () => {
    const totals = new Totals();
    totals.add('a', report({ 'web-blue': reading(1, { inFlight: 4 }) }), 0);
    totals.add('b', report({ 'web-blue': reading(1, { inFlight: 2 }) }), silentMs);
    const point = totals.point(silentMs, silentMs);
    assert.deepEqual([point.edges, point.slots['web-blue']?.inFlight], [1, 2]);
  });

  it('never go back, and miss no request but those from before a reset, whatever edges tell', () => {
    const step = fc.record({ edge: fc.constantFrom('a', 'b'), more: fc.nat(50), reset: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const totals = new Totals();
        const counters = new Map<string, number>([
          ['a', 7],
          ['b', 0],
        ]);
        for (const [edge, count] of counters) totals.add(edge, report({ 'web-blue': reading(count) }), 0);
        let expected = 0;
        let last = 0;
        for (const { edge, more, reset } of steps) {
          const before = counters.get(edge) ?? 0;
          // A counter that comes back at the height it had cannot be told from one that stayed.
          const now = reset && more < before ? more : before + more;
          counters.set(edge, now);
          expected += more;
          totals.add(edge, report({ 'web-blue': reading(now) }), 1);
          const requests = totals.point(1, 1).slots['web-blue']?.requests ?? -1;
          assert.ok(requests >= last, 'went back');
          last = requests;
        }
        assert.equal(last, steps.length === 0 ? 0 : expected);
      }),
    );
  });
});

describe('who looks at the traffic', () => {
  it('has come when it is unknown, goes on while its number changes, and has gone when it does not', () => {
    const watchers = new Watchers();
    assert.equal(watchers.see(new Map([['x', 1]]), 0), true);
    assert.equal(watchers.see(new Map([['x', 2]]), 10_000), false);
    assert.equal(watchers.isWatching('x', 10_000 + watchingMs - 1), true);
    assert.equal(watchers.isWatching('x', 10_000 + watchingMs), false);
    assert.equal(watchers.see(new Map([['x', 3]]), 60_000), true, 'it is back, and needs everything');
    assert.equal(watchers.see(new Map(), 61_000), false);
    assert.equal(watchers.isWatching('x', 61_000), false);
  });
});

describe('the board of the traffic', () => {
  function open() {
    const clock = new FakeClock();
    const state = { watchers: new Map<string, number>(), points: new Map<string, string>() };
    let there = true;
    const store: TrafficStore = {
      find: () => Promise.resolve(there ? state : undefined),
      watch: () => Promise.resolve(),
      leave: () => Promise.resolve(),
      write: ({ task, points, isWatching }) => {
        for (const id of [...state.watchers.keys()]) if (!isWatching(id)) state.watchers.delete(id);
        if (state.watchers.size === 0) state.points.clear();
        else state.points.set(task, points);
        return Promise.resolve();
      },
    };
    const board = openTrafficBoard({
      ...{ stack: 'shop-dev', store, task: 'c1', clock, log: silentLog },
      tasks: () => Promise.resolve(['c1']),
    });
    const pass = async (ticks: number): Promise<void> => {
      for (let tick = 0; tick < ticks; tick += 1) {
        await clock.advance(pointMs);
        await board.tick();
      }
    };
    const told = () => unpackPoints(state.points.get('c1') ?? '');
    return { board, state, pass, told, forget: (gone: boolean) => (there = !gone) };
  }

  it('keeps quiet while nobody looks, and then tells everything it has at once', async () => {
    const { board, state, pass, told } = open();
    await pass(40);
    assert.equal(state.points.size, 0);
    state.watchers.set('x', 1);
    board.notice({ type: 'config', action: 'update', id: 'i', name: 'shop-dev.traffic' });
    await pass(0);
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(told().length > 30, `${told().length} points`);
    await pass(4);
    assert.equal(told().length, 15, 'later what is new');
  });

  it('takes its points away when the last one has gone, with a word or without', async () => {
    const { state, pass } = open();
    state.watchers.set('x', 1);
    await pass(1);
    assert.equal(state.points.size, 1);
    await pass(Math.ceil(watchingMs / pointMs) + 1);
    assert.deepEqual([state.watchers.size, state.points.size], [0, 0]);
  });

  it('does without the object that nobody has made', async () => {
    const { pass, forget, state } = open();
    forget(true);
    await pass(2);
    assert.equal(state.points.size, 0);
  });
});
