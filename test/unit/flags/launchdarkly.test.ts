import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { hasCode } from '../../../agent/common/errors.ts';
import { flagsDocument } from '../../../agent/flags/document.ts';
import type { Context } from '../../../agent/flags/evaluate.ts';
import { exportFlags } from '../../../agent/flags/exchange/export.ts';
import { carryOver, type Carried } from '../../../agent/flags/exchange/import.ts';
import type { FlagDefinition, Serve } from '../../../agent/swarm/ledger/flag-definition.ts';
import type { FlagSetting } from '../../../agent/swarm/ledger/flags.ts';
import { context, flagNumber } from './arbitrary.ts';
import { flag } from './environment.ts';
import { theirs } from './launchdarkly-arbitrary.ts';
import { variationOf, type Flag, type Sdk } from './launchdarkly-sdk.ts';

type States = ReadonlyMap<string, FlagSetting>;

const exported = (definitions: readonly FlagDefinition[], states: States) =>
  exportFlags('launchdarkly', { definitions, states, environment: 'dev' });
const carried = (text: string | object, from?: string): Carried =>
  carryOver({
    name: 'flags.json',
    text: typeof text === 'string' ? text : JSON.stringify(text),
    format: 'auto',
    from,
  });
const given = (definitions: readonly FlagDefinition[], states: States, user: Context): unknown =>
  [...flagsDocument(definitions, states).flags].map(([key, served]) => {
    const result = served.evaluate(user);
    return [key, 'variant' in result ? result.value : 'problem'];
  });
const only = (text: string | object, from?: string): FlagDefinition => {
  const [first, ...more] = carried(text, from).flags;
  assert.ok(first && more.length === 0, 'one flag is carried over');
  return first;
};
const refusal = (text: object): string => {
  const { flags, lost } = carried(text);
  assert.deepEqual(flags, []);
  return lost.map(({ why }) => why).join();
};

/** Texts and flags as a file can say them, shares by the flag's own seed, and no schedule, which cannot be said there. */
const sayable = (definition: FlagDefinition): FlagDefinition => {
  const text = JSON.stringify(definition)
    .replaceAll('"texts":[""', '"texts":["de"')
    .replaceAll(',""', ',"de"');
  const { rules = [], needs = [], on, ...rest } = JSON.parse(text) as FlagDefinition;
  delete rest.schedule;
  const own = (serve: Serve): Serve => ('by' in serve ? { ...serve, seed: rest.key } : serve);
  const once = new Map(needs.filter(({ flag: key }) => /\d$/.test(key)).map((need) => [need.flag, need]));
  return {
    ...rest,
    ...(on && { on: own(on) }),
    ...(rules.length > 0 && { rules: rules.map(({ when, serve }) => ({ when, serve: own(serve) })) }),
    ...(once.size > 0 && { needs: [...once.values()] }),
  };
};
const flags = fc.tuple(flagNumber(0), flagNumber(1), flagNumber(2)).map((all) => all.map(sayable));
const states = fc
  .dictionary(
    fc.constantFrom('flag0', 'flag1', 'flag2'),
    fc.constantFrom<FlagSetting>('on', 'off', 'on:3333', 'on:variant=b'),
    { noNullPrototype: true },
  )
  .map((some) => new Map(Object.entries(some)));
/** Every context there has a key; numbers are numbers. */
const user = context.map((some): Context => ({
  ...some,
  targetingKey: some['targetingKey'] ?? 'ann',
  ...(typeof some['age'] === 'string' && { age: Number(some['age']) }),
}));

/** Buckets are theirs; with ours, all else has to be the same. */
const draw: Sdk['draw'] = (item, value, { variations }) => {
  const split = variations.map(({ variation, weight }) => ({ variant: `v${variation}`, share: weight / 10 }));
  const variants = item.variations.map((_, index) => ({ name: `v${index}`, value: index }));
  const on = { by: 'it', seed: item.key, split };
  const share = flag('share', { type: 'number', variants, off: 'v0', on, default: true });
  const result = flagsDocument([share], new Map())
    .flags.get('share')
    ?.evaluate({ it: value as string });
  return result && 'value' in result ? Number(result.value) : -1;
};

describe('flags for LaunchDarkly', () => {
  it('mean there what they mean here, or are listed', () => {
    let told = 0;
    fc.assert(
      fc.property(flags, states, fc.array(user, { minLength: 5, maxLength: 5 }), (definitions, of, users) => {
        const { items } = JSON.parse(exported(definitions, of).text) as { items: Flag[] };
        const all = new Map(items.map((item) => [item.key, item]));
        const here = flagsDocument(definitions, of).flags;
        told += items.length;
        for (const one of users) {
          for (const item of items) {
            const variation = variationOf(item, one, { flags: all, environment: 'dev', draw });
            const result = here.get(item.key)?.evaluate(one);
            assert.deepEqual(
              item.variations[variation]?.value,
              result && 'value' in result ? result.value : 'problem',
              JSON.stringify({ item, one }),
            );
          }
        }
      }),
      { numRuns: 100 },
    );
    assert.ok(told > 100, `only ${told} flags could be said at all`);
  });

  it('mean the same when they come back', () => {
    fc.assert(
      fc.property(flags, states, user, (definitions, of, one) => {
        const { text } = exported(definitions, of);
        const said = new Set((JSON.parse(text) as { items: Flag[] }).items.map(({ key }) => key));
        if (said.size === 0) return;
        const again = carried(text);
        assert.equal(again.format, 'launchdarkly');
        assert.deepEqual(new Set(again.flags.map(({ key }) => key)), said);
        const known = definitions.filter(({ key }) => said.has(key));
        assert.deepEqual(given(again.flags, new Map(), one), given(known, of, one));
      }),
      { numRuns: 30 },
    );
  });

  it('keep what people read of them', () => {
    const about = { owner: 'shop', kind: 'ops', expires: '2027-03-01' } as const;
    assert.deepEqual(only(exported([flag('a', about)], new Map()).text), {
      ...flag('a', about),
      on: { variant: 'on' },
    });
  });

  it('are left out with the reason where LaunchDarkly cannot say them', () => {
    const asks = (
      test: Extract<NonNullable<FlagDefinition['rules']>[number]['when'], { attribute: string }>,
    ) => ({
      rules: [{ when: test, serve: { variant: 'on' } }],
    });
    const { text, lost } = exported(
      [
        flag('targeting', { targeting: { if: [true, 'on', 'off'] } }),
        flag('schedule', { schedule: { from: 1_000, until: null } }),
        flag('caret', asks({ attribute: 'app', test: { op: 'semver', is: '^', version: '1.0.0' } })),
        flag('kind', asks({ attribute: 'kind', test: { op: 'exists' } })),
        flag('needs', { needs: [{ flag: 'schedule', variants: null }] }),
        flag('off', { needs: [{ flag: 'age', variants: ['off'] }] }),
        flag('age', { on: { variant: 'off' }, ...asks({ attribute: 'age', test: { op: '>', number: 3 } }) }),
        flag('share', { default: true }),
      ],
      new Map<string, FlagSetting>([['share', 'on:2500']]),
    );
    const { items } = JSON.parse(text) as { items: Flag[] };
    assert.deepEqual(
      items.map(({ key }) => key),
      ['age', 'share'],
    );
    const reasons = new Map(lost.map(({ key, why }) => [key, why]));
    for (const [key, words] of [
      ['targeting', /flagd's own language/],
      ['schedule', /schedule/],
      ['caret', /with \^/],
      ['kind', /own word/],
      ['needs', /needs schedule, which LaunchDarkly cannot have/],
      ['off', /while it is off/],
      ['age', /sends as a text/],
      ['share', /^buckets differ/],
    ] as const)
      assert.match(reasons.get(key) ?? '', words);
    assert.equal(reasons.size, 8);
    assert.deepEqual(items[1]?.environments['dev']?.fallthrough.rollout?.variations, [
      { variation: 0, weight: 25_000 },
      { variation: 1, weight: 75_000 },
    ]);
  });
});

const clause = (attribute: string, op: string, values: readonly unknown[], negate = false) => ({
  ...{ attribute, op, values, negate },
});
const sdkFlag = (change: object = {}) => ({
  ...{ key: 'a', on: true, offVariation: 1, variations: [true, false], fallthrough: { variation: 1 } },
  ...change,
});
const sdk = (change: object, segments: object = {}) => ({ flags: { a: sdkFlag(change) }, segments });
const asking = (...clauses: readonly object[]) => ({ rules: [{ clauses, variation: 0 }] });
const isOn = (text: object, one: Context): unknown => given([only(text)], new Map(), one);

describe('flags of LaunchDarkly', () => {
  it('mean here what they mean there', () => {
    fc.assert(
      fc.property(theirs, fc.array(user, { minLength: 5, maxLength: 5 }), (item, users) => {
        const read = [only(item)];
        for (const one of users) {
          const variation = variationOf(item, one, { flags: new Map(), environment: 'dev', draw });
          assert.deepEqual(given(read, new Map(), one), [['a', item.variations[variation]?.value]]);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('have users by name before rules, and who lacks an attribute passes no clause, negated or not', () => {
    const file = sdk({
      targets: [{ values: ['ann'], variation: 1 }],
      ...asking(clause('plan', 'in', ['free'], true), {
        ...clause('/user/age', 'lessThan', [9]),
        contextKind: 'user',
      }),
    });
    for (const [one, value] of [
      [{ targetingKey: 'bob', plan: 'pro', user: { age: 3 } }, true],
      [{ targetingKey: 'ann', plan: 'pro', user: { age: 3 } }, false],
      [{ targetingKey: 'bob', user: { age: 3 } }, false],
      [{ targetingKey: 'bob', plan: 'free', user: { age: 3 } }, false],
      [{ targetingKey: 'bob', plan: 'pro', user: { age: 9 } }, false],
    ] as const)
      assert.deepEqual(isOn(file, one), [['a', value]]);
  });

  it('have the users of their segments, and versions of fewer numbers', () => {
    const file = sdk(
      asking(clause('', 'segmentMatch', ['staff']), clause('app', 'semVerGreaterThan', ['2.1'])),
      {
        staff: {
          ...{ included: ['ann'], excluded: ['eve'] },
          rules: [{ clauses: [clause('email', 'endsWith', ['@shop.example', '@shop.test'])] }],
        },
      },
    );
    for (const [one, value] of [
      [{ targetingKey: 'ann', app: '2.1.1' }, true],
      [{ targetingKey: 'ann', app: '2.1.0' }, false],
      [{ targetingKey: 'bob', app: '3.0.0', email: 'bob@shop.test' }, true],
      [{ targetingKey: 'eve', app: '3.0.0', email: 'eve@shop.test' }, false],
      [{ targetingKey: 'bob', app: '3.0.0' }, false],
    ] as const)
      assert.deepEqual(isOn(file, one), [['a', value]]);
  });

  it('come with their names, shares and needs out of the environment that is named', () => {
    const variations = [{ value: 'one', name: 'One page' }, { value: 'two' }, { value: 'none of both' }];
    const there = (fallthrough: object, rest: object = {}) => ({
      ...{ on: true, offVariation: 2, fallthrough, rules: [], targets: [], prerequisites: [] },
      ...rest,
    });
    const variation = (index: number, weight: number) => ({ variation: index, weight });
    const rollout = { bucketBy: 'plan', variations: [variation(1, 25_000), variation(0, 75_000)] };
    const parent = {
      ...{ key: 'parent', kind: 'boolean', variations: [{ value: true }, { value: false }] },
      environments: { live: { ...there({ variation: 0 }), offVariation: 1 }, test: there({ variation: 0 }) },
    };
    const child = {
      ...{ key: 'child', description: 'How many pages.', variations, temporary: true },
      environments: {
        live: there({ rollout }, { prerequisites: [{ key: 'parent', variation: 0 }] }),
        test: there({ variation: 0 }),
      },
    };
    const file = { items: [child, parent] };
    const { flags: read, lost } = carried(file, 'live');
    assert.deepEqual(read[0], {
      ...{ key: 'child', description: 'How many pages.', owner: null, kind: 'release', type: 'string' },
      variants: [
        { name: 'one-page', value: 'one' },
        { name: 'two', value: 'two' },
        { name: 'v3', value: 'none of both' },
      ],
      ...{ off: 'v3', default: true, on: { variant: 'two' } },
      rules: [
        {
          when: { attribute: 'plan', test: { op: 'exists' } },
          serve: {
            ...{ by: 'plan', seed: 'child' },
            split: [
              { variant: 'one-page', share: 7_500 },
              { variant: 'two', share: 2_500 },
            ],
          },
        },
      ],
      needs: [{ flag: 'parent', variants: null }],
    });
    assert.deepEqual(
      lost.map(({ key, why }) => [key, why.slice(0, 14)]),
      [['child', 'buckets differ']],
    );
    for (const from of [undefined, 'stage'])
      assert.throws(
        () => carried(file, from),
        (error) => hasCode(error, 'flags.unreadable') && /live, test.*--from/.test(error.message),
      );
    assert.equal(only({ ...parent, environments: { live: parent.environments.live } }).key, 'parent');
    assert.deepEqual(
      carried({ items: [child] }, 'live').lost.map(({ why }) => why),
      ['it needs parent, which is not in the file'],
    );
  });

  it('are not carried over where no flag here can say them, each with its reason', () => {
    const shares = (...weights: readonly number[]) => ({
      fallthrough: { rollout: { variations: weights.map((weight, variation) => ({ variation, weight })) } },
    });
    for (const [file, words] of [
      [sdk(asking(clause('email', 'contains', ['@']))), /contains of email/],
      [sdk(asking(clause('email', 'matches', ['.*']))), /matches of email/],
      [sdk(asking(clause('born', 'before', [3]))), /before of born/],
      [sdk(asking(clause('', 'segmentMatch', ['staff']))), /segment staff, which is not in the file/],
      [sdk(asking(clause('', 'segmentMatch', ['big'])), { big: { unbounded: true } }), /big one/],
      [
        sdk(asking(clause('', 'segmentMatch', ['b'])), {
          b: { rules: [{ clauses: [clause('', 'segmentMatch', ['b'])] }] },
        }),
        /consists of itself/,
      ],
      [sdk(asking({ ...clause('os', 'in', ['x']), contextKind: 'device' })), /kind device/],
      [sdk({ contextTargets: [{ contextKind: 'device', values: ['x'], variation: 0 }] }), /kind device/],
      [sdk(shares(33_333, 66_667)), /finer than/],
      [sdk(shares(10_000, 20_000)), /100 % together/],
      [sdk({ offVariation: 0 }), /true while it is off/],
      [sdk({ variations: [true, 'x'] }), /all of one kind/],
      [sdk({ variations: ['x', 'y'], offVariation: null }), /no variation while it is off/],
      [sdk({ fallthrough: { variation: 7 } }), /variation 7/],
      [sdk({ deleted: true }), /archived/],
      [
        { key: 'a', variations: [{ value: true }, { value: false }], environments: { live: { on: true } } },
        /summary=0/,
      ],
    ] as const)
      assert.match(refusal(file), words);
  });

  it('take those with them that need them', () => {
    const file = {
      flags: {
        a: sdkFlag(asking(clause('email', 'contains', ['@']))),
        b: sdkFlag({ key: 'b', prerequisites: [{ key: 'a', variation: 0 }] }),
        c: sdkFlag({ key: 'c', prerequisites: [{ key: 'b', variation: 0 }] }),
        d: sdkFlag({ key: 'd', prerequisites: [{ key: 'e', variation: 1 }] }),
        e: sdkFlag({ key: 'e', offVariation: undefined }),
      },
    };
    const { flags: read, lost } = carried(file);
    assert.deepEqual(
      read.map(({ key }) => key),
      ['e'],
    );
    const reasons = lost.map(({ key, why }) => `${key}: ${why}`).join('\n');
    assert.match(
      reasons,
      /^b: it needs a, .*\nc: it needs b, .*\nd: it needs e to be on .*\ne: while it is off/m,
    );
  });
});
