/** Definitions as a flags file says them. Pure; read again, they are the same. */
import type { Json } from '../../common/json.ts';
import type { Value } from '../../config/fix/change.ts';
import type { Condition, FlagDefinition, Serve, Test } from '../../swarm/ledger/flag-definition.ts';
import { targetingKey } from '../model.ts';

/** Below the flag's key. */
export function writtenFlag(flag: FlagDefinition): { readonly [key: string]: Value } {
  const {
    key,
    description,
    owner,
    kind,
    expires,
    type,
    variants,
    off,
    on,
    rules,
    needs,
    schedule,
    targeting,
  } = flag;
  return {
    description,
    ...(owner !== null && { owner }),
    ...(kind && { kind }),
    ...(expires !== undefined && { expires }),
    ...(type && type !== 'boolean' && { type }),
    ...(variants && {
      variants: Object.fromEntries(variants.map(({ name, value }) => [name, valueOf(value)])),
    }),
    ...(off !== undefined && { off }),
    default: flag.default ? 'on' : 'off',
    ...(on && { on: writtenServe(on, key) }),
    ...(rules && {
      rules: rules.map(({ when, serve }) => ({
        when: writtenCondition(when),
        serve: writtenServe(serve, key),
      })),
    }),
    ...(needs && {
      needs: Object.fromEntries(
        needs.map((need) => [need.flag, need.variants === null ? 'on' : [...need.variants]]),
      ),
    }),
    ...(schedule && { schedule: writtenSchedule(schedule) }),
    ...(targeting !== undefined && { targeting: valueOf(targeting) }),
  };
}

function valueOf(json: Json): Value {
  return json;
}

/** `key`: of the flag, the seed of shares that name none. */
export function writtenServe(serve: Serve, key: string): Value {
  if ('variant' in serve) return serve.variant;
  return {
    split: Object.fromEntries(serve.split.map(({ variant, share }) => [variant, `${share / 100}%`])),
    ...(serve.by !== targetingKey && { by: serve.by }),
    ...(serve.seed !== key && { seed: serve.seed }),
  };
}

function writtenSchedule({ from, until }: NonNullable<FlagDefinition['schedule']>): Value {
  // Seconds are what the file can say, and what flagd's clock counts.
  const at = (ms: number): string =>
    new Date(Math.ceil(ms / 1_000) * 1_000).toISOString().replace('.000Z', 'Z');
  return { ...(from !== null && { from: at(from) }), ...(until !== null && { until: at(until) }) };
}

function writtenCondition(condition: Condition): { readonly [key: string]: Value } {
  if ('all' in condition) return { all: condition.all.map(writtenCondition) };
  if ('any' in condition) return { any: condition.any.map(writtenCondition) };
  if ('not' in condition) return { not: writtenCondition(condition.not) };
  return { attribute: condition.attribute, ...writtenTest(condition.test) };
}

const comparisons = { '>': 'moreThan', '>=': 'atLeast', '<': 'lessThan', '<=': 'atMost' } as const;

function writtenTest(test: Test): { readonly [key: string]: Value } {
  switch (test.op) {
    case 'in':
      return test.values.length === 1 ? { is: test.values[0] ?? '' } : { in: [...test.values] };
    case 'starts-with':
      return { startsWith: [...test.texts] };
    case 'ends-with':
      return { endsWith: [...test.texts] };
    case '>':
    case '>=':
    case '<':
    case '<=':
      return { [comparisons[test.op]]: test.number };
    case 'semver':
      return { version: `${test.is}${test.version}` };
    case 'exists':
      return { exists: true };
  }
}
