/** Clauses and segments of LaunchDarkly as conditions that ask the same of the same user. Pure. */
import { isJsonObject, type Json } from '../../common/json.ts';
import type { Condition, Scalar, Test } from '../../swarm/ledger/flag-definition.ts';
import { targetingKey } from '../model.ts';
import { Unsaid } from './imported.ts';
import { attributeOf, comparisons, versions } from './launchdarkly.ts';
import { objectsOf, textOf, type JsonObject } from './unleash-import.ts';

export type Segments = ReadonlyMap<string, JsonObject>;

/** A file has them as a list, or by their keys. */
export function segmentsOf(json: Json | undefined): Segments {
  const list = isJsonObject(json) && Array.isArray(json['items']) ? json['items'] : json;
  if (isJsonObject(list))
    return new Map(
      Object.entries(list).flatMap(([key, one]) => (isJsonObject(one) ? [[key, one] as const] : [])),
    );
  return new Map(objectsOf(list).map((segment) => [textOf(segment['key']), segment]));
}

export function conditionsOf(json: Json | undefined, segments: Segments): readonly Condition[] {
  return objectsOf(json).map((clause) => conditionOf(clause, segments, []));
}

/** `open`: segments that are being read, each of which may name others. */
function conditionOf(clause: JsonObject, segments: Segments, open: readonly string[]): Condition {
  const isNot = clause['negate'] === true;
  const values = Array.isArray(clause['values']) ? (clause['values'] as readonly Json[]) : [];
  const op = textOf(clause['op']);
  if (op === 'segmentMatch') {
    const found = anyOf(values.map((value) => segmentOf(textOf(value), segments, open)));
    return isNot ? { not: found } : found;
  }
  ofUsers(clause['contextKind'], 'it asks');
  const attribute = attributeOf(textOf(clause['attribute']));
  const asked = anyOf(testsOf(attribute, op, values).map((test) => ({ attribute, test })));
  if (!isNot) return asked;
  // Who has no such attribute passes no clause there, negated or not.
  return attribute === targetingKey
    ? { not: asked }
    : { all: [{ attribute, test: { op: 'exists' } }, { not: asked }] };
}

/** Contexts here are users: LaunchDarkly knows devices, organizations and more beside them. */
export function ofUsers(json: Json | undefined, what: string): void {
  const kind = textOf(json) || 'user';
  if (kind !== 'user') throw new Unsaid(`${what} for contexts of the kind ${kind}, and here are users only`);
}

const never: Condition = { attribute: targetingKey, test: { op: 'in', values: [] } };

function anyOf(conditions: readonly Condition[]): Condition {
  const [first] = conditions;
  return conditions.length > 1 ? { any: conditions } : (first ?? never);
}

function testsOf(attribute: string, op: string, values: readonly Json[]): readonly Test[] {
  switch (op) {
    case 'in':
      return [{ op: 'in', values: values.map((value) => scalarOf(value, attribute)) }];
    case 'startsWith':
      return [{ op: 'starts-with', texts: values.map((value) => wordOf(value, attribute)) }];
    case 'endsWith':
      return [{ op: 'ends-with', texts: values.map((value) => wordOf(value, attribute)) }];
    default:
      return values.map((value) => comparisonOf(attribute, op, value));
  }
}

function comparisonOf(attribute: string, op: string, value: Json): Test {
  const number = keyOf(comparisons, op);
  if (number !== undefined) {
    if (typeof value !== 'number')
      throw new Unsaid(`it compares ${attribute} with ${JSON.stringify(value)}, which is no number`);
    return { op: number, number: value };
  }
  const is = keyOf(versions, op);
  if (is !== undefined) return { op: 'semver', is, version: wholeVersion(attribute, value) };
  throw new Unsaid(`it asks ${op} of ${attribute}, which no flag here can`);
}

function keyOf<K extends string>(words: Readonly<Record<K, string>>, word: string): K | undefined {
  const [found] = Object.entries(words).find(([, one]) => one === word) ?? [];
  return found as K | undefined;
}

/** `2` and `2.1` are versions there. */
function wholeVersion(attribute: string, value: Json): string {
  const [, numbers, rest = ''] =
    /^(\d+(?:\.\d+){0,2})((?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)$/.exec(textOf(value)) ?? [];
  if (numbers === undefined)
    throw new Unsaid(`it compares ${attribute} with ${JSON.stringify(value)}, which is no version`);
  return `${[...numbers.split('.'), '0', '0'].slice(0, 3).join('.')}${rest}`;
}

function scalarOf(value: Json, attribute: string): Scalar {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw new Unsaid(`it compares ${attribute} with a list or an object`);
}

function wordOf(value: Json, attribute: string): string {
  if (typeof value === 'string') return value;
  throw new Unsaid(`it compares ${attribute} with ${JSON.stringify(value)}, which is no text`);
}

function segmentOf(key: string, segments: Segments, open: readonly string[]): Condition {
  const segment = segments.get(key);
  if (!segment) throw new Unsaid(`it asks for the segment ${key}, which is not in the file`);
  if (open.includes(key)) throw new Unsaid(`its segment ${key} consists of itself`);
  if (segment['unbounded'] === true)
    throw new Unsaid(`its segment ${key} is a big one, whose users are not in the file`);
  for (const context of [
    ...objectsOf(segment['includedContexts']),
    ...objectsOf(segment['excludedContexts']),
  ])
    ofUsers(context['contextKind'], `its segment ${key} asks`);
  const rules = objectsOf(segment['rules']).map((rule) => {
    if (typeof rule['weight'] === 'number')
      throw new Unsaid(`its segment ${key} has a share of users, which no condition here can say`);
    const asked = objectsOf(rule['clauses']).map((clause) => conditionOf(clause, segments, [...open, key]));
    if (asked.length === 0) throw new Unsaid(`a rule of its segment ${key} asks nothing`);
    return allOf(asked);
  });
  const [included, excluded] = [keysOf(segment, 'included'), keysOf(segment, 'excluded')];
  const byRule = rules.length === 0 ? [] : [allOf([...not(excluded), anyOf(rules)])];
  return anyOf([...included, ...byRule]);
}

/** Users by name; none: no condition. */
function keysOf(segment: JsonObject, list: 'included' | 'excluded'): readonly Condition[] {
  const users = objectsOf(segment[`${list}Contexts`]).flatMap(({ values }) => values ?? []);
  const own = segment[list];
  const values = [...(Array.isArray(own) ? (own as readonly Json[]) : []), ...users].map(textOf);
  return values.length === 0 ? [] : [{ attribute: targetingKey, test: { op: 'in', values } }];
}

function not(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.map((condition) => ({ not: condition }));
}

export function allOf(conditions: readonly Condition[]): Condition {
  const [first] = conditions;
  return conditions.length === 1 && first ? first : { all: conditions };
}
