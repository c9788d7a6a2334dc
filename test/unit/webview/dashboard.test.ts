import assert from 'node:assert/strict';
import fc from 'fast-check';
import { toTheSecond } from '../../../extension/model/figures.ts';
import type { SlotTraffic, TrafficPoint } from '../../../agent/protocol/traffic.ts';
import {
  readRemembered,
  readToExtension,
  readToPage,
  type Mark,
} from '../../../webview/dashboard/messages.ts';
import { seriesOf, servicesOf } from '../../../webview/dashboard/model/series.ts';
import { mostRows, rowsOf, summaryOf } from '../../../webview/dashboard/model/table.ts';
import { isSpan, newsOf, numbered } from '../../../webview/dashboard/model/window.ts';
import { leftWords, valueWords } from '../../../webview/dashboard/model/words.ts';

const start = Date.parse('2026-01-01T10:00:00Z');
const names = { blue: 'blue v1.0.0', green: 'green v1.1.0' };

function slot(requests: number, errors = 0, latencyMs: number | null = null): SlotTraffic {
  const none = { status3xx: 0, status4xx: 0, statusOther: 0, connectionErrors: 0, inFlight: 0 };
  return { requests, status2xx: requests - errors, status5xx: errors, ...none, latencyMs };
}

function point(seconds: number, slots: Readonly<Record<string, SlotTraffic>>, edges = 1): TrafficPoint {
  return { at: start + seconds * 1000, edges, slots };
}

function mark(seconds: number, label: string): Mark {
  return { at: start + seconds * 1000, kind: 'deploy', label, detail: label };
}

/** A canary: the second slot gets a fifth of it after ten seconds. */
const canary = Array.from({ length: 11 }, (_, index) =>
  point(index * 2, {
    'web-blue': slot(index * 20, 0, 10),
    'web-green': slot(Math.max(0, index - 5) * 5, Math.max(0, index - 8), index > 5 ? 20 : null),
  }),
);

describe('lines of the charts', () => {
  it('are what happened between points, for the two slots of one service', () => {
    const { times, values } = seriesOf(canary, 'web', 0);
    assert.equal(times.length, 10);
    assert.equal(times[0], start / 1000 + 2);
    assert.deepEqual([values.perSecond.blue[0], values.perSecond.green[0]], [10, 0]);
    assert.deepEqual([values.share.blue.at(-1), values.share.green.at(-1)], [80, 20]);
    // Two errors among the fifteen answers of the last six seconds.
    assert.deepEqual([values.errors.blue.at(-1), Math.round(values.errors.green.at(-1) ?? 0)], [0, 13]);
    assert.deepEqual([values.latency.green[0], values.latency.green.at(-1)], [null, 20]);
  });

  it('leave out what is older than the window, and know nothing of a service that is not there', () => {
    assert.equal(seriesOf(canary, 'web', start + 15_000).times.length, 3);
    assert.deepEqual(new Set(seriesOf(canary, 'api', 0).values.perSecond.blue), new Set([null]));
    assert.deepEqual(seriesOf([], 'web', 0).times, []);
  });

  it('are never negative, and shares of a service are a whole, whatever the counters do', () => {
    const counts = fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(counts, (rows) => {
        const points = rows.map(([blue, green], index) =>
          point(index, { 'web-blue': slot(blue), 'web-green': slot(green) }),
        );
        const { values } = seriesOf(points, 'web', 0);
        for (const value of [...values.perSecond.blue, ...values.perSecond.green])
          assert.ok((value ?? 0) >= 0, `${value}`);
        values.share.blue.forEach((blue, index) => {
          const green = values.share.green[index] ?? null;
          assert.equal(blue === null, green === null);
          if (blue !== null && green !== null) assert.ok(Math.abs(blue + green - 100) < 1e-6, 'a whole');
        });
      }),
    );
  });

  it('name the services that points know', () => {
    assert.deepEqual(
      servicesOf([point(0, { 'b-blue': slot(0), 'b-green': slot(0), 'a-x-green': slot(0) })]),
      ['a-x', 'b'],
    );
  });
});

describe('a chart as a table', () => {
  it('has the newest first, each with what happened before it', () => {
    const rows = rowsOf(seriesOf(canary, 'web', 0), 'share', [mark(11, 'v1.1.0 canary')]);
    assert.equal(rows.length, 10);
    assert.deepEqual(rows[0], {
      ...{ time: toTheSecond(start + 20_000), values: { blue: '80 %', green: '20 %' }, marks: '' },
    });
    assert.deepEqual(
      rows.filter(({ marks }) => marks !== '').map(({ time }) => time),
      [toTheSecond(start + 12_000)],
    );
  });

  it('stays readable: of many points some, the newest among them, and no mark is lost', () => {
    const many = Array.from({ length: 200 }, (_, index) => point(index * 2, { 'web-blue': slot(index) }));
    const marks = Array.from({ length: 50 }, (_, index) => mark(100 + index * 4, `m${index}`));
    const rows = rowsOf(seriesOf(many, 'web', 0), 'perSecond', marks);
    assert.ok(rows.length <= mostRows, `${rows.length}`);
    assert.equal(rows[0]?.time, toTheSecond(start + 398_000));
    assert.equal(rows.flatMap((row) => row.marks.split(', ').filter(Boolean)).length, 50);
  });

  it('is said in a sentence', () => {
    assert.equal(
      summaryOf(seriesOf(canary, 'web', 0), 'latency', names),
      'blue v1.0.0: 10 ms now, 10 ms to 10 ms in this time. green v1.1.0: 20 ms now, 20 ms to 20 ms in this time',
    );
    assert.match(summaryOf(seriesOf([], 'web', 0), 'latency', names), /^blue v1\.0\.0: nothing/);
  });
});

describe('words of the dashboard', () => {
  it('round where nobody reads more, and never make an error nothing', () => {
    assert.deepEqual(
      [0, 0.04, 3.21, 12.6, null].map((value) => valueWords(value, 'errors')),
      ['0 %', '< 0.1 %', '3.2 %', '13 %', '–'],
    );
    assert.deepEqual([valueWords(0.5, 'perSecond'), valueWords(1234.5, 'perSecond')], ['0.5/s', '1,235/s']);
  });

  it('count down', () => {
    assert.deepEqual([900, 61_000, 120_000, -5].map(leftWords), ['1 s', '1 min 01 s', '2 min', '0 s']);
  });

  it('say what is wrong with the numbers', () => {
    const fresh = { state: { edges: 2 }, points: [point(0, {}, 2)], heardAt: start, openedAt: start };
    assert.equal(newsOf(fresh, start), '');
    assert.match(newsOf(fresh, start + 15_000), /No news for 15 s/);
    assert.match(newsOf({ ...fresh, points: [point(0, {}, 1)] }, start), /1 of 2 edges/);
    assert.match(newsOf({ ...fresh, points: [point(0, {}, 0)] }, start), /upgrade-edge/);
    assert.match(newsOf({ ...fresh, heardAt: undefined }, start), /Waiting/);
    assert.match(newsOf({ ...fresh, heardAt: undefined }, start + 60_000), /earlier version/);
  });

  it('number the marks of the window as charts and list both have them', () => {
    const marks = [mark(0, 'old'), mark(10, 'a'), mark(20, 'b')];
    assert.deepEqual(
      numbered(marks, start + 5_000).map(({ number, mark: { label } }) => `${number} ${label}`),
      ['1 a', '2 b'],
    );
    assert.deepEqual([isSpan('1m'), isSpan('toString'), isSpan(3)], [true, false, false]);
  });
});

describe('messages between page and extension', () => {
  it('are dropped when they are not that', () => {
    for (const bad of [
      undefined,
      null,
      7,
      'ready',
      {},
      { kind: 'run' },
      { kind: 'action', action: 'takeDown' },
    ])
      assert.equal(readToExtension(bad), undefined);
    assert.deepEqual(readToExtension({ kind: 'action', action: 'promote' }), {
      kind: 'action',
      action: 'promote',
    });
    assert.equal(readToPage({ kind: 'traffic', type: 'points', points: [{ at: 'now' }] }), undefined);
    assert.deepEqual(readToPage({ kind: 'traffic', type: 'points', points: canary })?.kind, 'traffic');
    assert.equal(readRemembered({ folder: 1, environment: 'dev' }), undefined);
  });
});
