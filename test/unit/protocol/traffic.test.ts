import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  thinned,
  trafficWindow,
  type SlotTraffic,
  type TrafficPoint,
} from '../../../agent/protocol/traffic.ts';
import { ratesBetween } from '../../../agent/protocol/traffic-rates.ts';
import { follow } from '../../../agent/server/traffic/series.ts';
import {
  formatTraffic,
  packPoints,
  parseTraffic,
  unpackPoints,
} from '../../../agent/swarm/ledger/traffic.ts';

function slot(requests: number, changes: Partial<SlotTraffic> = {}): SlotTraffic {
  const none = { status3xx: 0, status4xx: 0, status5xx: 0, statusOther: 0, connectionErrors: 0 };
  return { requests, status2xx: requests, ...none, inFlight: 0, latencyMs: null, ...changes };
}

function point(at: number, slots: Readonly<Record<string, SlotTraffic>> = {}): TrafficPoint {
  return { at, edges: 1, slots };
}

const seconds = (...at: readonly number[]): readonly TrafficPoint[] => at.map((one) => point(one * 1000));

describe('the window of the traffic', () => {
  it('is the last minute whole, and before it one point in ten seconds', () => {
    const all = seconds(...Array.from({ length: 600 }, (_, index) => 1_000 + index * 2));
    const kept = thinned(all);
    const newest = all.at(-1)?.at ?? 0;
    assert.deepEqual(kept.at(-1), all.at(-1));
    assert.equal(kept.filter(({ at }) => at >= newest - 60_000).length, 31);
    assert.ok((kept[0]?.at ?? 0) >= newest - trafficWindow.allMs, 'nothing older');
    assert.ok(kept.length < 31 + 90, `${kept.length}`);
  });

  it('is the same whether it is thinned as points come or at the end', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 200 }), (steps) => {
        let at = 1_000_000;
        const all = steps.map((step) => point((at += step * 1000)));
        const bit = all.reduce<readonly TrafficPoint[]>((kept, one) => thinned([...kept, one]), []);
        assert.deepEqual(bit, thinned(all));
      }),
    );
  });
});

describe('packed points', () => {
  const count = fc.nat(1_000_000);
  const row = fc.record(
    {
      ...{ requests: count, status2xx: count, status3xx: count, status4xx: count, status5xx: count },
      ...{ statusOther: count, connectionErrors: count, inFlight: count },
      latencyMs: fc.option(count),
    },
    { noNullPrototype: true },
  );

  it('are the same when they are unpacked', () => {
    // Slots come one after the other, and stay.
    const points = fc.array(fc.tuple(count, fc.nat(5), row, row), { maxLength: 30 }).map((rows) =>
      rows.map(([at, edges, blue, green], index) => ({
        at,
        edges,
        slots: { 'web-blue': blue, ...(index > 3 && { 'web-green': green }) },
      })),
    );
    fc.assert(fc.property(points, (all) => assert.deepEqual(unpackPoints(packPoints(all)), all)));
  });

  it('are small: a quarter of an hour of 120 slots fits into the ledger several times', () => {
    const slots = (index: number): Record<string, SlotTraffic> =>
      Object.fromEntries(
        Array.from({ length: 120 }, (_, number) => [
          `service${number >> 1}-${number % 2 === 0 ? 'blue' : 'green'}`,
          slot(number % 2 === 0 ? index * 200 + ((index * number) % 17) : 0, {
            latencyMs: (index * number) % 9,
          }),
        ]),
      );
    const text = packPoints(Array.from({ length: 115 }, (_, index) => point(index * 2_000, slots(index))));
    assert.ok(text.length < 100_000, `${text.length}`);
  });

  it('are refused when they are not that', () => {
    assert.throws(() => unpackPoints('bm90IGd6aXA='));
    assert.throws(() => unpackPoints(''));
  });

  it('share an object with those who look; what somebody else wrote there is passed over', () => {
    const labels = { watchers: new Map([['ab12', 3]]), points: new Map([['c1', 'text']]) };
    const foreign = { 'watch.UPPER': '1', 'watch.x': 'soon', other: '1', 'tidegate.stack': 's' };
    assert.deepEqual(parseTraffic({ ...formatTraffic(labels), ...foreign }), labels);
  });
});

describe('the series that a client is told', () => {
  const said = (entries: Readonly<Record<string, readonly TrafficPoint[]>>) =>
    new Map(Object.entries(entries));

  it('begins with all there is, and goes on with what is new', () => {
    const first = follow(undefined, said({ a: seconds(1, 3, 5) }));
    assert.deepEqual(first.event, { kind: 'traffic', type: 'snapshot', points: seconds(1, 3, 5) });
    const second = follow(first.series, said({ a: seconds(3, 5, 7) }));
    assert.deepEqual(second.event, { kind: 'traffic', type: 'points', points: seconds(7) });
    assert.equal(follow(second.series, said({ a: seconds(5, 7) })).event, undefined);
    assert.equal(follow(second.series, said({})).event, undefined);
  });

  it('comes of the control that knows most, and stays with it', () => {
    const first = follow(undefined, said({ a: seconds(20, 30), b: seconds(4, 30) }));
    assert.equal(first.series?.control, 'b');
    assert.equal(follow(first.series, said({ a: seconds(1, 32), b: seconds(30) })).series?.control, 'b');
  });

  it('begins anew with another control when its own has gone, or when all of it comes after a part', () => {
    const first = follow(undefined, said({ a: seconds(1, 3), b: seconds(3) }));
    const other = follow(first.series, said({ a: seconds(1, 3), b: seconds(10, 14) }));
    assert.deepEqual([other.series?.control, other.event?.type], ['b', 'snapshot']);
    const whole = follow(other.series, said({ b: seconds(1, 5, 10, 14, 16) }));
    assert.deepEqual([whole.event?.type, whole.event?.points.length], ['snapshot', 5]);
  });
});

describe('what happened between two points', () => {
  it('is rates, shares of the service, and the share of errors among answers', () => {
    const before = point(0, { 'web-blue': slot(10), 'web-green': slot(0), 'api-blue': slot(5) });
    const after = point(2_000, {
      'web-blue': slot(40, { status2xx: 37, status5xx: 3, latencyMs: 4, inFlight: 2 }),
      'web-green': slot(10),
      'api-blue': slot(5),
      'api-green': slot(1),
    });
    const rates = ratesBetween(before, after);
    assert.deepEqual(rates['web-blue'], {
      ...{ perSecond: 15, errorShare: 0.1, share: 0.75, latencyMs: 4, inFlight: 2 },
    });
    assert.equal(rates['web-green']?.share, 0.25);
    assert.deepEqual([rates['api-blue']?.share, rates['api-blue']?.errorShare], [null, null]);
    assert.equal(rates['api-green'], undefined, 'it has no point before');
  });

  it('is never less than nothing', () => {
    const rates = ratesBetween(point(0, { 'web-blue': slot(100) }), point(1_000, { 'web-blue': slot(7) }));
    assert.equal(rates['web-blue']?.perSecond, 7);
  });
});
