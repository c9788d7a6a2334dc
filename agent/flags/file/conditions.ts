/** Conditions and segments of a flags file. Segments are written out where they are named. */
import { suggestion } from '../../common/did-you-mean.ts';
import { describeTree, entryOf, type Entry, type MapTree, type Tree } from '../../config/yaml-tree.ts';
import type { Condition, Scalar, Test } from '../../swarm/ledger/flag-definition.ts';
import { below, checkKeys, isA, listOf, mapOf, textOf, wrong, type Reading } from './fields.ts';

export interface Segments {
  /** The condition behind a name; `undefined`: there is none, or it is wrong, which is reported. */
  read(name: string, at: Tree, reading: Reading): Condition | undefined;
}

const joins = ['all', 'any', 'not', 'segment'] as const;
const comparisons = {
  moreThan: '>',
  atLeast: '>=',
  lessThan: '<',
  atMost: '<=',
} as const;
const tests = ['is', 'in', 'startsWith', 'endsWith', 'version', 'exists', ...Object.keys(comparisons)];

const example = 'Write { attribute: plan, is: pro }, { segment: staff }, or all, any, not around such.';
const attributePattern = /^(?=.{1,100}$)[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*$/;
/** Written out, over all conditions of one flag: more than anybody writes, less than hurts. */
export const mostConditions = 2_000;

export function readCondition(tree: Tree, reading: Reading, segments: Segments): Condition | undefined {
  const map = mapOf(tree, reading, example);
  if (!map) return undefined;
  if (entryOf(map, 'attribute')) return readTest(map, reading);
  checkKeys(map, [...joins, 'attribute'], reading);
  const [entry, ...others] = map.entries.filter(({ key }) => joins.some((join) => join === key));
  if (!entry) return wrong(reading, tree.at, 'asks nothing', example);
  if (others.length > 0)
    return wrong(
      reading,
      others[0]?.at ?? tree.at,
      'has two parts that are not joined',
      'Put them below "all" or "any".',
    );
  return readJoin(entry, below(reading, entry.key), segments);
}

function readJoin({ key, value }: Entry, reading: Reading, segments: Segments): Condition | undefined {
  if (key === 'not') {
    const not = readCondition(value, reading, segments);
    return not && { not };
  }
  if (key === 'segment') {
    const name = textOf(value);
    if (name === undefined)
      return wrong(reading, value.at, `${isA(value)}, not the name of a segment`, 'Name one of "segments:".');
    return segments.read(name, value, reading);
  }
  const items = listOf(value, reading, 'Write a list of conditions.');
  if (items?.length === 0) return wrong(reading, value.at, 'is empty', example);
  const read = items?.map((item, index) => readCondition(item, below(reading, index), segments));
  const whole = read?.filter((item) => item !== undefined);
  if (!whole || whole.length !== read?.length) return undefined;
  return key === 'all' ? { all: whole } : { any: whole };
}

function readTest(map: MapTree, reading: Reading): Condition | undefined {
  checkKeys(map, ['attribute', ...tests], reading);
  const named = entryOf(map, 'attribute');
  const attribute = named && textOf(named.value);
  if (attribute === undefined || !attributePattern.test(attribute))
    return wrong(
      below(reading, 'attribute'),
      named?.value.at ?? map.at,
      'cannot be the name of an attribute',
      'Write it as the services send it: plan, or user.country; the user itself is targetingKey.',
    );
  const [asked, ...others] = map.entries.filter(({ key }) => tests.includes(key));
  if (!asked || others.length > 0)
    return wrong(
      reading,
      others[0]?.at ?? map.at,
      asked ? 'asks two things of one attribute' : `asks nothing of ${attribute}`,
      asked ? 'Put two conditions below "all".' : `Write one of ${tests.join(', ')}.`,
    );
  const test = readAsked(asked, below(reading, asked.key));
  return test && { attribute, test };
}

function readAsked({ key, value }: Entry, reading: Reading): Test | undefined {
  switch (key) {
    case 'is':
      return readValues([value], reading);
    case 'in': {
      const items = listOf(value, reading, 'Write a list of values: [de, at].');
      return items && readValues(items, reading);
    }
    case 'startsWith':
    case 'endsWith':
      return readTexts(key === 'startsWith' ? 'starts-with' : 'ends-with', value, reading);
    case 'version':
      return readVersion(value, reading);
    case 'exists':
      if (value.kind === 'scalar' && value.value === true) return { op: 'exists' };
      return wrong(reading, value.at, isA(value), 'Write true, or put it below "not".');
    default:
      return readComparison(key, value, reading);
  }
}

function readValues(trees: readonly Tree[], reading: Reading): Test | undefined {
  const values: Scalar[] = [];
  for (const tree of trees) {
    if (tree.kind !== 'scalar' || tree.value === null)
      return wrong(reading, tree.at, `has ${describeTree(tree)}`, 'Write texts, numbers, true or false.');
    values.push(tree.value);
  }
  return { op: 'in', values };
}

function readTexts(op: 'starts-with' | 'ends-with', value: Tree, reading: Reading): Test | undefined {
  const texts: string[] = [];
  for (const tree of value.kind === 'list' ? value.items : [value]) {
    const text = textOf(tree);
    if (text === undefined)
      return wrong(reading, tree.at, isA(tree), 'Write a text or a list of texts: "@shop.example".');
    texts.push(text);
  }
  return { op, texts };
}

function readVersion(value: Tree, reading: Reading): Test | undefined {
  const [, is, version] = /^(=|!=|>=?|<=?|\^|~)?\s*(\d+\.\d+\.\d+\S*)$/.exec(textOf(value) ?? '') ?? [];
  if (version === undefined)
    return wrong(reading, value.at, isA(value), 'Write a version and how it compares: ">=1.4.0".');
  return { op: 'semver', is: (is ?? '=') as '=', version };
}

function readComparison(key: string, value: Tree, reading: Reading): Test | undefined {
  if (value.kind !== 'scalar' || typeof value.value !== 'number' || !Number.isFinite(value.value))
    return wrong(reading, value.at, `${isA(value)}, not a number`, 'Write a number.');
  return { op: comparisons[key as keyof typeof comparisons], number: value.value };
}

/** How many conditions it consists of. */
export function sizeOf(condition: Condition): number {
  const parts =
    'all' in condition
      ? condition.all
      : 'any' in condition
        ? condition.any
        : 'not' in condition
          ? [condition.not]
          : [];
  return parts.reduce((sum, part) => sum + sizeOf(part), 1);
}

/** Each segment is read once, and reported once. */
export function openSegments(tree: MapTree | undefined, reading: Reading): Segments & { readAll(): void } {
  const known = new Map<string, Condition | undefined>();
  const open: string[] = [];
  const names = tree?.entries.map(({ key }) => key) ?? [];
  const read: Segments['read'] = (name, at, from) => {
    const entry = entryOf(tree, name);
    if (!entry)
      return wrong(from, at.at, `: there is no segment ${JSON.stringify(name)}`, suggestion(name, names));
    if (open.includes(name))
      return wrong(
        from,
        at.at,
        `: the segment ${name} consists of itself (${[...open, name].join(' -> ')})`,
        'Take one of them out.',
      );
    if (known.has(name)) return known.get(name);
    open.push(name);
    const found = readCondition(entry.value, below(reading, name), { read });
    const isLarge = found !== undefined && sizeOf(found) > mostConditions;
    if (isLarge)
      wrong(
        below(reading, name),
        entry.at,
        `is more than ${mostConditions} conditions when written out`,
        'Name fewer.',
      );
    open.pop();
    known.set(name, isLarge ? undefined : found);
    return known.get(name);
  };
  return {
    read,
    readAll: () => {
      for (const { key, value } of tree?.entries ?? []) read(key, value, below(reading, key));
    },
  };
}
