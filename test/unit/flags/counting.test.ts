import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mergeCounts } from '../../../agent/flags/counts/merge.ts';
import { Ring } from '../../../agent/flags/counts/ring.ts';
import { countTold, toldToggles } from '../../../agent/flags/counts/sdk-metrics.ts';
import { identityOf, mostSdks, Sdks } from '../../../agent/flags/counts/sdks.ts';
import { Tally, type FlagCounter } from '../../../agent/flags/counts/tally.ts';
import { flagsDocument } from '../../../agent/flags/document.ts';
import { answerOfrep, streamPath } from '../../../agent/flags/ofrep.ts';
import { countedWays, unnamed } from '../../../agent/protocol/flag-counts.ts';
import {
  formatCounts,
  packCounts,
  parseCounts,
  unpackCounts,
  type SaidCounts,
} from '../../../agent/swarm/ledger/flag-counts.ts';
import { flag } from './environment.ts';

const minute = 60_000;
const hour = 60 * minute;

describe('a ring of time slots', () => {
  it('sums exactly the newest ones, whatever is counted when', () => {
    const step = fc.record({ later: fc.nat(12), count: fc.nat(9) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(step), (size, steps) => {
        const ring = new Ring(size);
        const all: { slot: number; count: number }[] = [];
        let slot = 1_000;
        for (const { later, count } of steps) {
          slot += later;
          ring.add(slot, count);
          all.push({ slot, count });
          const wanted = all.filter((one) => one.slot > slot - size).reduce((sum, one) => sum + one.count, 0);
          assert.equal(ring.sum(slot), wanted);
        }
      }),
    );
  });
});

describe('the tally of evaluations', () => {
  const all = (): boolean => true;

  it('knows the last hour, the last day and all since it began', () => {
    const tally = new Tally();
    tally.count('a', 'on', 'ofrep', 5);
    tally.fold({ now: 1_000, at: 0 }, all);
    tally.count('a', 'on', 'ofrep');
    tally.fold({ now: 2_000, at: 2 * hour }, all);
    const [series] = tally.report({ now: 0, at: 2 * hour }).series;
    assert.deepEqual(series, {
      ...{ key: 'a', variant: 'on', way: 'ofrep', hour: 1, day: 6, total: 6, lastAt: 2_000 },
    });
    assert.deepEqual(
      tally.report({ now: 0, at: 40 * hour }).series.map(({ hour: h, day, total }) => [h, day, total]),
      [[0, 0, 6]],
    );
  });

  it('counts a list as often as it was given, each part of it for itself', () => {
    const tally = new Tally();
    const list = ['a', 'b'].map((key) => ({ key, variant: 'on' }));
    for (const given of [list, list, [...list]]) tally.countAll(given, 'ofrep-all');
    tally.count('b', 'on', 'ofrep-all');
    for (const now of [1_000, 2_000]) tally.fold({ now, at: 0 }, all);
    assert.deepEqual(
      tally
        .report({ now: 0, at: 0 })
        .series.map(({ key, total, lastAt }) => `${key} ${total} ${lastAt}`)
        .sort(),
      ['a 3 1000', 'b 4 1000'],
    );
  });

  it('keeps a bounded number of variants apart, and the others as one', () => {
    const tally = new Tally(3);
    for (let index = 0; index < 10; index += 1) tally.count(`flag-${index}`, 'on', 'ofrep-all', 2);
    tally.countUnknown(7);
    tally.fold({ now: 0, at: 0 }, all);
    const { series, others, unknown } = tally.report({ now: 0, at: 0 });
    assert.deepEqual([series.length, others.total, unknown.total], [3, 14, 7]);
  });

  it('forgets a flag that nobody defines any more after a silent day, and has room for another', () => {
    const tally = new Tally(1);
    const onlyB = (key: string): boolean => key === 'b';
    tally.count('a', 'on', 'ofrep');
    tally.fold({ now: 0, at: 0 }, onlyB);
    tally.fold({ now: 0, at: 23 * hour }, onlyB);
    assert.equal(tally.report({ now: 0, at: 23 * hour }).series[0]?.key, 'a');
    tally.fold({ now: 0, at: 24 * hour }, onlyB);
    tally.count('b', 'on', 'ofrep');
    tally.fold({ now: 0, at: 24 * hour }, onlyB);
    tally.fold({ now: 0, at: 90 * hour }, onlyB);
    assert.deepEqual(
      tally.report({ now: 0, at: 90 * hour }).series.map(({ key }) => key),
      ['b'],
    );
  });
});

/** What was counted, as `key variant way times`. */
function recorder(): { counter: FlagCounter; lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    counter: {
      count: (key, variant, way, times = 1) => lines.push(`${key} ${variant} ${way} ${times}`),
      countAll: (served, way) =>
        served.forEach(({ key, variant }) => lines.push(`${key} ${variant} ${way} 1`)),
      countUnknown: (times = 1) => lines.push(`unknown ${times}`),
    },
  };
}

const checkout = flag('checkout', {
  ...{ type: 'string', default: true, off: 'classic', on: { variant: 'quick' } },
  variants: [
    { name: 'classic', value: 'one' },
    { name: 'quick', value: 'two' },
    { name: 'fast', value: 'three' },
  ],
});
const nested = flag('nested', {
  default: true,
  rules: [{ when: { attribute: 'a.b', test: { op: 'exists' } }, serve: { variant: 'off' } }],
});
const aged = flag('aged', {
  default: true,
  rules: [{ when: { attribute: 'age', test: { op: '>', number: 3 } }, serve: { variant: 'off' } }],
});

describe('evaluations over OFREP', () => {
  const document = flagsDocument([flag('plain'), checkout, aged], new Map());
  const asked = (path: string, context: object, ifNoneMatch?: string): { lines: string[]; etag: string } => {
    const { counter, lines } = recorder();
    const body = JSON.stringify({ context });
    const request = { method: 'POST', path: `/ofrep/v1/evaluate/flags${path}`, ifNoneMatch, body };
    const { headers } = answerOfrep(document, request, () => streamPath, counter);
    return { lines, etag: headers['etag'] ?? '' };
  };

  it('are counted with the variant that was served: one that was asked for, or all that were given', () => {
    assert.deepEqual(asked('/checkout', {}).lines, ['checkout quick ofrep 1']);
    assert.deepEqual(asked('', { age: 7 }).lines, [
      'checkout quick ofrep-all 1',
      'plain off ofrep-all 1',
      'aged off ofrep-all 1',
    ]);
  });

  it('count for who has it already as well: it was evaluated for him', () => {
    const { etag, lines } = asked('', {});
    assert.deepEqual(asked('', {}, etag).lines, lines);
  });

  it('are told apart when the flag cannot be asked of the context, or is nobody’s', () => {
    assert.deepEqual(asked('/aged', { age: 'old' }).lines, [`aged ${unnamed.error} ofrep 1`]);
    assert.deepEqual(asked('/none', {}).lines, ['unknown 1']);
  });
});

describe('what SDKs of Unleash tell', () => {
  const document = flagsDocument([flag('plain', { default: true }), checkout, nested], new Map());
  const counted = (body: unknown, way: 'unleash' | 'unleash-frontend' = 'unleash'): string[] => {
    const { counter, lines } = recorder();
    countTold(counter, document, way, toldToggles(body));
    return lines;
  };
  const bucket = (toggles: unknown): unknown => ({ appName: 'shop', bucket: { toggles } });

  it('becomes our variants: yes and no of a toggle, and which variant where one was asked for', () => {
    assert.deepEqual(counted(bucket({ plain: { yes: 3, no: 2, variants: { disabled: 1 } } })), [
      'plain on unleash 3',
      'plain off unleash 2',
    ]);
    assert.deepEqual(counted(bucket({ checkout: { yes: 6, no: 1, variants: { quick: 4, disabled: 1 } } })), [
      'checkout quick unleash 4',
      `checkout ${unnamed.on} unleash 2`,
      'checkout classic unleash 1',
    ]);
  });

  it('is no "off" for a flag that their language cannot say: they took their own default', () => {
    const told = bucket({ nested: { yes: 0, no: 5, variants: {} } });
    assert.deepEqual(counted(told), [`nested ${unnamed.error} unleash 5`]);
    assert.deepEqual(counted(told, 'unleash-frontend'), ['nested off unleash-frontend 5']);
  });

  it('is one number for all keys that nobody defines, and as a list the same', () => {
    assert.deepEqual(counted(bucket({ none: { yes: 1, no: 2 }, __proto__: { yes: 1, no: 1 } })), [
      'unknown 3',
    ]);
    assert.deepEqual(counted({ metrics: [{ featureName: 'plain', appName: 'x', yes: 1, no: 0 }] }), [
      'plain on unleash 1',
    ]);
  });

  it('is passed over where it is no count, whatever it is', () => {
    for (const yes of [-1, 0.5, 1e300, '7', null, [], Number.NaN])
      assert.deepEqual(counted(bucket({ plain: { yes, no: 0 } })), [], JSON.stringify(yes));
    fc.assert(
      fc.property(fc.jsonValue(), (body) => assert.ok(Array.isArray(counted(body)), 'does not throw')),
    );
  });
});

describe('connected SDKs', () => {
  it('are those that asked lately or have a stream open, by application', () => {
    let now = 0;
    const sdks = new Sdks(() => now);
    const one = identityOf({
      'unleash-appname': 'shop',
      'unleash-sdk': 'node:6',
      'unleash-connection-id': 'a',
    });
    const two = identityOf({}, { appName: 'shop', sdkVersion: 'node:6', instanceId: 'b' });
    assert.ok(one && two, 'both say who they are');
    assert.equal(identityOf({ authorization: 'x' }, ['no']), undefined);
    sdks.see(one, 1);
    sdks.see(two);
    assert.deepEqual(
      sdks.connected().map(({ app, sdk, instances }) => [app, sdk, instances]),
      [['shop', 'node:6', 2]],
    );
    now = 10 * minute;
    assert.equal(sdks.connected()[0]?.instances, 1);
    sdks.see(one, -1);
    now = 20 * minute;
    assert.deepEqual(sdks.connected(), []);
  });

  it('are bounded in number and in length, whatever they call themselves', () => {
    const sdks = new Sdks(() => 0);
    for (let index = 0; index < mostSdks + 50; index += 1) {
      const identity = identityOf({ 'unleash-appname': `${index} ${'x'.repeat(10_000)}` });
      if (identity) sdks.see(identity);
    }
    const connected = sdks.connected();
    assert.equal(connected.length, mostSdks);
    assert.ok(
      connected.every(({ app }) => app.length <= 100),
      'names are cut',
    );
  });
});

describe('counts in the ledger', () => {
  const nothing = { hour: 0, day: 0, total: 0 };
  const said = (change: Partial<SaidCounts> = {}): SaidCounts => ({
    ...{ since: 5_000, at: 9_000, series: [], unknown: nothing, others: nothing, sdks: [] },
    streams: { ofrep: 0, unleash: 0, flagd: 0 },
    ...change,
  });

  it('come out as they went in, with who asked for them', () => {
    const counts = said({ series: [['a', 'on', 0, 1, 2, 3, 4_000]] });
    const labels = {
      asks: ['x', 'y'],
      answers: new Map([['t1', { asks: ['x'], packed: packCounts(counts, 9_999) }]]),
    };
    const read = parseCounts({ ...formatCounts(labels), 'tidegate.stack': 's', 'counts.T!': 'nonsense' });
    assert.deepEqual(read, labels);
    assert.deepEqual(unpackCounts(read.answers.get('t1')?.packed ?? ''), counts);
  });

  it('leave out what was counted least rather than be too large', () => {
    const series = Array.from({ length: 4_000 }, (_, index): SaidCounts['series'][number] => [
      ...([`flag-${(index * 7919) % 4_000}-${Math.sin(index)}`, 'on', 0] as const),
      ...([0, 0, index, 0] as const),
    ]);
    const packed = packCounts(said({ series }), 20_000);
    assert.ok(packed.length <= 20_000, `${packed.length} characters`);
    const kept = unpackCounts(packed).series;
    assert.ok(kept.length > 100, `${kept.length} are kept`);
    assert.equal(kept[0]?.[5], 3_999);
  });

  it('of several controls add up; flags never asked for are there, in the order of the file', () => {
    const way = countedWays.indexOf('ofrep');
    const given = countedWays.indexOf('ofrep-all');
    const sdk = { app: 'shop', sdk: null, instances: 2, seenAt: '2027-01-01T00:00:00.000Z' };
    const merged = mergeCounts(
      [checkout, flag('plain')],
      [
        said({ since: 3_000, series: [['checkout', 'quick', way, 1, 2, 3, 7_000]], sdks: [sdk] }),
        said({
          series: [
            ['checkout', 'quick', way, 10, 20, 30, 6_000],
            ['checkout', 'quick', given, 1, 1, 1, 8_000],
            ['old', 'on', way, 1, 1, 1, 1_000],
          ],
          sdks: [{ ...sdk, instances: 3 }],
        }),
      ],
    );
    const [first, second, third] = merged.flags;
    assert.deepEqual(
      [first?.variants.map(({ variant }) => variant), first?.askedAt, merged.since, merged.controls],
      [['classic', 'quick', 'fast'], new Date(7_000).toISOString(), new Date(3_000).toISOString(), 2],
    );
    assert.deepEqual(first?.variants[1], {
      variant: 'quick',
      asked: { hour: 11, day: 22, total: 33 },
      given: { hour: 1, day: 1, total: 1 },
      ways: { ofrep: 33, 'ofrep-all': 1 },
    });
    assert.deepEqual([second?.key, second?.askedAt, second?.variants.length], ['plain', null, 2]);
    assert.deepEqual([third?.key, third?.defined], ['old', false]);
    assert.equal(merged.sdks[0]?.instances, 3);
  });
});
