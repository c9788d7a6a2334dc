/** Random flags of LaunchDarkly, which can be said here. */
import * as fc from 'fast-check';

const pick = (attribute: string, ops: readonly string[], values: readonly unknown[]) =>
  fc.record(
    {
      attribute: fc.constant(attribute),
      op: fc.constantFrom(...ops),
      values: fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }),
      negate: fc.boolean(),
      contextKind: fc.constant('user'),
    },
    { noNullPrototype: true },
  );
const clauses = fc.array(
  fc.oneof(
    pick('key', ['in', 'startsWith'], ['a', 'b', 'ann']),
    pick('email', ['in', 'startsWith', 'endsWith'], ['de', '@shop.example', 'ann@shop.example']),
    pick('/user/plan', ['in'], ['pro', true, 1, 'de']),
    pick('age', ['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual'], [0, 1, 3]),
    pick('version', ['semVerEqual', 'semVerLessThan', 'semVerGreaterThan'], ['1.0.0', '1.2.1', '2.0.3']),
  ),
  { minLength: 1, maxLength: 3 },
);
const serves = fc.oneof(
  fc.nat(2).map((variation) => ({ variation })),
  fc
    .tuple(fc.constantFrom('key', 'email', '/user/plan'), fc.nat(10_000), fc.nat(10_000))
    .map(([bucketBy, ...cuts]) => {
      const [low, high] = [Math.min(...cuts), Math.max(...cuts)];
      const shares = [low, high - low, 10_000 - high];
      return {
        rollout: {
          bucketBy,
          variations: shares.map((share, variation) => ({ variation, weight: share * 10 })),
        },
      };
    }),
);
export const theirs = fc
  .record(
    {
      rules: fc.array(
        fc.tuple(clauses, serves).map(([asked, served]) => ({ clauses: asked, ...served })),
        { maxLength: 3 },
      ),
      fallthrough: serves,
    },
    { noNullPrototype: true },
  )
  .map((there) => ({
    key: 'a',
    variations: ['a', 'b', 'off'].map((value) => ({ value, name: value })),
    environments: { dev: { on: true, offVariation: 2, prerequisites: [], ...there } },
  }));
