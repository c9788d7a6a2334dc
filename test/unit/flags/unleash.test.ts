/** Flags in Unleash's language: its own SDK, evaluating by itself, must give what the plain meaning of the flag is. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Context as UnleashContext } from 'unleash-client';
import { flagsDocument } from '../../../agent/flags/document.ts';
import type { Context } from '../../../agent/flags/evaluate.ts';
import { clientFeatures, delta } from '../../../agent/flags/unleash/payload.ts';
import { translate } from '../../../agent/flags/unleash/translate.ts';
import type { Condition, FlagDefinition } from '../../../agent/swarm/ledger/flag-definition.ts';
import { flag } from './environment.ts';
import { meant } from './interpreter.ts';
import { sdkOf } from './unleash-sdk.ts';

const words = ['de', 'at', 'pro', 'ann@shop.example'] as const;
const word = fc.constantFrom(...words);
const texts = fc.array(word, { minLength: 1, maxLength: 3 });
const test: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    attribute: fc.constantFrom('plan', 'targetingKey'),
    test: fc.record({ op: fc.constant('in' as const), values: texts }),
  }),
  fc.record({
    attribute: fc.constant('email'),
    test: fc.record({ op: fc.constantFrom('starts-with' as const, 'ends-with' as const), texts }),
  }),
  fc.record({
    attribute: fc.constant('age'),
    test: fc.record({
      op: fc.constantFrom('>' as const, '>=' as const, '<' as const, '<=' as const),
      number: fc.integer({ min: -2, max: 4 }),
    }),
  }),
  fc.record({
    attribute: fc.constant('version'),
    test: fc.record({
      op: fc.constant('semver' as const),
      is: fc.constantFrom('=' as const, '>' as const, '>=' as const, '<' as const, '<=' as const),
      version: fc.constantFrom('1.0.0', '1.2.0', '2.0.1'),
    }),
  }),
);
const condition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    test,
    fc.array(tie('condition'), { minLength: 1, maxLength: 2 }).map((all) => ({ all })),
    fc.array(tie('condition'), { minLength: 1, maxLength: 2 }).map((any) => ({ any })),
    tie('condition').map((not) => ({ not })),
  ),
})).condition;

const names = ['a', 'b', 'off'] as const;
const serve = fc.constantFrom(...names).map((variant) => ({ variant }));
const at = fc.option(fc.constantFrom(0, 4_000_000_000_000));

const definition = (
  key: string,
  needs: fc.Arbitrary<FlagDefinition['needs']>,
): fc.Arbitrary<FlagDefinition> =>
  fc
    .record({
      default: fc.boolean(),
      on: serve,
      rules: fc.array(fc.record({ when: condition, serve }), { maxLength: 3 }),
      needs,
      schedule: fc.record({ from: at, until: at }),
    })
    .map((rest) =>
      flag(key, {
        ...rest,
        type: 'string',
        variants: names.map((name) => ({ name, value: `value of ${name}` })),
        off: 'off',
      }),
    );

const flags = fc.tuple(
  definition('first', fc.constant([])),
  definition(
    'second',
    fc.array(
      fc.record({
        flag: fc.constantFrom('first', 'nobody'),
        variants: fc.option(fc.subarray(['a', 'b'], { minLength: 1 })),
      }),
      { maxLength: 1 },
    ),
  ),
);

const user: fc.Arbitrary<Record<string, string>> = fc.record(
  {
    targetingKey: word,
    plan: word,
    email: word,
    age: fc.integer({ min: -3, max: 5 }).map(String),
    version: fc.constantFrom('1.0.0', '1.1.9', '2.0.1', '3.0.0'),
  },
  { requiredKeys: [], noNullPrototype: true },
);

/** As an application that speaks Unleash would say it. */
function unleashContext({ targetingKey, ...properties }: Record<string, string>): UnleashContext {
  return { ...(targetingKey !== undefined && { userId: targetingKey }), properties };
}

const noFlag = (): undefined => undefined;
const on = (change: Partial<FlagDefinition>): FlagDefinition => flag('it', { default: true, ...change });
const of = (one: FlagDefinition): ReturnType<typeof translate> => {
  const source = flagsDocument([one], new Map()).sources.get('it');
  assert.ok(source, 'the flag is there');
  return translate(source, noFlag);
};

describe("flags in Unleash's language", function () {
  this.timeout(20_000);

  it('mean to its own SDK what they mean', () =>
    fc.assert(
      fc.asyncProperty(flags, fc.array(user, { minLength: 1, maxLength: 6 }), async (definitions, users) => {
        const document = flagsDocument(definitions, new Map());
        const sdk = await sdkOf(clientFeatures(document));
        try {
          for (const [key, source] of document.sources) {
            const find = (name: string): typeof source | undefined => document.sources.get(name);
            const translated = translate(source, find);
            assert.ok(
              !('refused' in translated) || /alternatives/.test(translated.refused),
              JSON.stringify(translated),
            );
            if ('refused' in translated) continue;
            for (const one of users) {
              const context: Context = one;
              const variant = meant(source, { find, context, now: Date.now(), bucket: () => 0 });
              const got = sdk.getVariant(key, unleashContext(one));
              assert.equal(got.enabled ? got.name : 'off', variant, JSON.stringify([key, one]));
              if (got.enabled) assert.equal(got.payload?.value, `value of ${variant}`);
              assert.equal(sdk.isEnabled(key, unleashContext(one)), variant !== 'off');
            }
          }
        } finally {
          sdk.destroy();
        }
      }),
      { numRuns: 150 },
    ));

  it('split users in the shares that were asked for, in other buckets', async () => {
    const split = {
      by: 'targetingKey',
      seed: 'it',
      split: [
        { variant: 'on', share: 2_500 },
        { variant: 'off', share: 7_500 },
      ],
    };
    const document = flagsDocument([on({ on: split })], new Map());
    const translated = of(on({ on: split }));
    assert.ok('as' in translated && translated.as.bucketsDiffer, 'it is said that buckets differ');
    const sdk = await sdkOf(clientFeatures(document));
    const users = Array.from({ length: 4_000 }, (_, number) => ({ userId: `u-${number}` }));
    const share = users.filter((one) => sdk.isEnabled('it', one)).length / users.length;
    sdk.destroy();
    assert.ok(Math.abs(share - 0.25) < 0.03, `${share}`);
    assert.equal(sdk.isEnabled('it', {}), false, 'nobody without a name');
  });

  it('are refused, with the reason, where its format cannot say the same', () => {
    const when = (attribute: string, asked: object): Partial<FlagDefinition> => ({
      rules: [{ when: { attribute, test: asked } as Condition, serve: { variant: 'on' } }],
    });
    const split = (shares: readonly [number, number], by = 'targetingKey') => ({
      by,
      seed: 's',
      split: [
        { variant: 'on', share: shares[0] },
        { variant: 'off', share: shares[1] },
      ],
    });
    const table: readonly [Partial<FlagDefinition>, RegExp][] = [
      [{ targeting: { if: [true, 'on', 'off'] } }, /flagd's own language/],
      [when('user.plan', { op: 'in', values: ['pro'] }), /nothing inside of an attribute/],
      [when('plan', { op: 'in', values: [3] }), /compares plan with 3/],
      [when('plan', { op: 'in', values: [' pro'] }), /drop spaces/],
      [when('plan', { op: 'exists' }), /whether there is a plan/],
      [when('app', { op: 'semver', is: '^', version: '1.2.3' }), /versions with \^/],
      [when('app', { op: 'semver', is: '<', version: '2' }), /no version 2/],
      [{ on: split([2_550, 7_450]) }, /whole percents, and this is 25\.5 %/],
      [{ on: split([5_000, 5_000], 'user.id') }, /inside of another attribute/],
      [
        { rules: [{ when: { all: [] }, serve: split([5_000, 5_000]) }], on: { variant: 'on' } },
        /go on to the next rule/,
      ],
      [
        {
          variants: [
            { name: 'yes', value: true },
            { name: 'no', value: false },
          ],
          off: 'yes',
          on: { variant: 'no' },
        },
        /true while it is off/,
      ],
    ];
    for (const [change, why] of table) {
      const translated = of(on(change));
      assert.ok('refused' in translated, JSON.stringify(change));
      assert.match(translated.refused, why);
      const whole = clientFeatures(flagsDocument([on(change)], new Map()));
      assert.equal(whole, '{"version":2,"features":[],"segments":[]}');
    }
  });

  it('are off there while they are off, also where nothing could be said of them by a strategy', () => {
    const translated = of(flag('it'));
    assert.deepEqual(translated, {
      as: { feature: { name: 'it', enabled: false, strategies: [], dependencies: [] }, bucketsDiffer: false },
    });
  });

  it('change by what changed: those that were switched, those that came, those that went', () => {
    const [a, b, c] = [flag('a'), flag('b'), flag('c')];
    const before = flagsDocument([a, b], new Map());
    const after = flagsDocument([a, c], new Map([['a', 'on']]), before);
    const { events } = JSON.parse(delta(before, after, 7) ?? '{}') as {
      events: {
        type: string;
        eventId: number;
        feature?: { name: string; enabled: boolean };
        featureName?: string;
      }[];
    };
    assert.deepEqual(
      events.map(({ type, eventId, feature, featureName }) => [
        type,
        eventId,
        feature?.name ?? featureName,
        feature?.enabled,
      ]),
      [
        ['feature-updated', 7, 'a', true],
        ['feature-updated', 7, 'c', false],
        ['feature-removed', 7, 'b', undefined],
      ],
    );
    assert.equal(delta(after, flagsDocument([a, c], new Map([['a', 'on']]), after), 8), undefined);
  });
});
