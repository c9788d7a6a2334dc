/** Of what type a flag is, which variants it has, and which of them is served while it is off. */
import { entryOf, plainOf } from '../../config/yaml-tree.ts';
import type { Json } from '../../common/json.ts';
import {
  flagKeyPattern,
  flagTypes,
  type FlagDefinition,
  type FlagType,
} from '../../swarm/ledger/flag-definition.ts';
import { absent, below, isA, mapOf, valueOf, wordOf, wrong, type FlagMap } from './fields.ts';
import { readVariant } from './serve.ts';

export const shapeKeys = ['type', 'variants', 'off'];

export interface Shape {
  readonly type: FlagType;
  readonly names: readonly string[];
  readonly off: string;
  readonly written: Pick<FlagDefinition, 'type' | 'variants' | 'off'>;
}

/** `undefined`: what is wrong is in the report. */
export function readShape(from: FlagMap): Shape | undefined {
  const { map, reading } = from;
  const typed = entryOf(map, 'type');
  const type = typed ? wordOf(typed, flagTypes, reading) : 'boolean';
  if (type === undefined) return undefined;
  if (type === 'boolean') {
    const extra = map.entries.find(({ key }) => key === 'variants' || key === 'off');
    if (extra)
      return wrong(
        below(reading, extra.key),
        extra.at,
        'is for flags of another type',
        'A boolean flag is on or off. Write "type: string" (or number, object) for other values.',
      );
    return { type, names: ['on', 'off'], off: 'off', written: {} };
  }
  const variants = readVariants(from, type);
  if (!variants) return undefined;
  const names = variants.map(({ name }) => name);
  const off = valueOf(map, 'off');
  if (!off) {
    absent(from, 'off', `Name the variant that is served while it is off: off: ${names[0] ?? 'a'}.`);
    return undefined;
  }
  const offName = readVariant(off, below(reading, 'off'), { key: '', variants: names, off: '' });
  if (offName === undefined) return undefined;
  return { type, names, off: offName, written: { type, variants, off: offName } };
}

function readVariants(from: FlagMap, type: FlagType): FlagDefinition['variants'] {
  const { map, reading } = from;
  const entry = entryOf(map, 'variants');
  const hint = 'Name each value: variants: { classic: one-page, quick: two-pages }.';
  if (!entry) {
    absent(from, 'variants', hint);
    return undefined;
  }
  const here = below(reading, 'variants');
  const tree = mapOf(entry.value, here, hint);
  if (!tree) return undefined;
  if (tree.entries.length < 2) return wrong(here, entry.at, 'has fewer than two variants', hint);
  const variants: { name: string; value: Json }[] = [];
  for (const { key, at, value } of tree.entries) {
    if (!flagKeyPattern.test(key))
      return wrong(
        below(here, key),
        at,
        'cannot be the name of a variant',
        'Write words of letters and digits: quick.',
      );
    const plain = plainOf(value) as Json;
    if (typeof plain !== type || plain === null || Array.isArray(plain))
      return wrong(
        below(here, key),
        value.at,
        `${isA(value)}, not ${type === 'object' ? 'a map' : `a ${type}`}`,
        `The flag's type is ${type}.`,
      );
    variants.push({ name: key, value: plain });
  }
  return variants.sort((a, b) => (a.name < b.name ? -1 : 1));
}
