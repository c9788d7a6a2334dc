/** Random flags and contexts that are right: what the reader of flags files lets through. */
import * as fc from 'fast-check';
import type { Context } from '../../../agent/flags/evaluate.ts';
import type { Condition, FlagDefinition, Serve, Test } from '../../../agent/swarm/ledger/flag-definition.ts';

const plain = { noNullPrototype: true } as const;
const words = ['de', 'at', 'pro', '@shop.example', 'ann@shop.example', ''] as const;
const word = fc.constantFrom(...words);
const version = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)).map((parts) => parts.join('.'));
const attributes = ['targetingKey', 'email', 'user.plan', 'age', 'version'] as const;

const tests: Readonly<Record<(typeof attributes)[number], fc.Arbitrary<Test>>> = {
  targetingKey: fc.constant<Test>({ op: 'exists' }),
  email: fc.oneof(
    fc.record(
      {
        op: fc.constantFrom('starts-with' as const, 'ends-with' as const),
        texts: fc.array(word, { minLength: 1, maxLength: 3 }),
      },
      plain,
    ),
    fc.record({ op: fc.constant('in' as const), values: fc.array(word, { maxLength: 3 }) }, plain),
  ),
  'user.plan': fc.oneof(
    fc.record(
      {
        op: fc.constant('in' as const),
        values: fc.array(fc.oneof(word, fc.boolean(), fc.nat(3)), { maxLength: 3 }),
      },
      plain,
    ),
    fc.constant<Test>({ op: 'exists' }),
  ),
  age: fc.record(
    {
      op: fc.constantFrom('>' as const, '>=' as const, '<' as const, '<=' as const),
      number: fc.integer({ min: -2, max: 4 }),
    },
    plain,
  ),
  version: fc.record(
    {
      op: fc.constant('semver' as const),
      is: fc.constantFrom(
        '=' as const,
        '!=' as const,
        '>' as const,
        '>=' as const,
        '<' as const,
        '<=' as const,
      ),
      version,
    },
    plain,
  ),
};

const test = fc
  .constantFrom(...attributes)
  .chain((attribute) => tests[attribute].map((asked): Condition => ({ attribute, test: asked })));

export const condition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    test,
    fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    tie('condition').map((not) => ({ not })),
  ),
})).condition;

const names = ['a', 'b', 'off'] as const;

const split = fc
  .record(
    {
      by: fc.constantFrom('targetingKey', 'email', 'user.plan'),
      seed: fc.constantFrom('seed', 'other'),
      cuts: fc.tuple(fc.nat(10_000), fc.nat(10_000)),
    },
    plain,
  )
  .map(({ by, seed, cuts }): Serve => {
    const [low, high] = [Math.min(...cuts), Math.max(...cuts)];
    const shares = [low, high - low, 10_000 - high];
    return { by, seed, split: names.map((variant, index) => ({ variant, share: shares[index] ?? 0 })) };
  });
const serve = fc.oneof(
  fc.constantFrom(...names).map((variant): Serve => ({ variant })),
  split,
);

/** `flag0` needs nothing, `flag1` perhaps flag0, and so on. */
export function flagNumber(index: number): fc.Arbitrary<FlagDefinition> {
  const need = fc.record(
    {
      flag: fc.nat(index).map((n) => `flag${n === index ? 'none' : n}`),
      variants: fc.option(fc.subarray([...names], { minLength: 1 })),
    },
    plain,
  );
  const at = fc.option(fc.integer({ min: 1_000, max: 9_000 }).map((seconds) => seconds * 1_000));
  return fc
    .record(
      {
        default: fc.boolean(),
        on: serve,
        rules: fc.array(fc.record({ when: condition, serve }, plain), { maxLength: 3 }),
        needs: fc.array(need, { maxLength: 2 }),
        schedule: fc.record({ from: at, until: at }, plain),
      },
      plain,
    )
    .map((rest) => ({
      key: `flag${index}`,
      description: 'x',
      owner: null,
      type: 'string' as const,
      variants: names.map((name) => ({ name, value: name })),
      off: 'off',
      ...rest,
    }));
}

export const context: fc.Arbitrary<Context> = fc.record(
  {
    targetingKey: fc.stringMatching(/^[a-z0-9]{1,8}$/),
    email: fc.oneof(word, fc.constant(null)),
    user: fc.record(
      { plan: fc.oneof(word, fc.boolean(), fc.nat(3), fc.constant(null)) },
      { ...plain, requiredKeys: [] },
    ),
    age: fc.oneof(fc.integer({ min: -3, max: 5 }), fc.constant(null), fc.constantFrom('0', '3')),
    version,
  },
  { ...plain, requiredKeys: [] },
);
