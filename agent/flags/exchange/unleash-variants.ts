/** Variants of a feature of Unleash: names, values, and who gets which. Pure. */
import type { Json } from '../../common/json.ts';
import {
  flagKeyPattern,
  wholeShare,
  type FlagDefinition,
  type FlagType,
  type Serve,
} from '../../swarm/ledger/flag-definition.ts';
import { targetingKey } from '../model.ts';
import { Unsaid } from './imported.ts';
import { objectsOf, textOf, type Feature, type JsonObject } from './unleash-import.ts';

export interface Shape {
  readonly written: Pick<FlagDefinition, 'type' | 'variants' | 'off'>;
  readonly off: string;
  /** On or off, and nothing else. */
  readonly isPlain: boolean;
  readonly lost: readonly string[];
  /** `share`: basis points of the users; `by`: who decides. */
  serve(
    variants: readonly JsonObject[],
    share: number,
    by: { readonly by: string; readonly seed: string } | undefined,
  ): Serve;
}

const nothing: Readonly<Record<FlagType, Json>> = { boolean: false, string: '', number: 0, object: {} };

export function shapeOf(feature: Feature): Shape {
  const all = [
    ...feature.variants,
    ...feature.strategies.flatMap((strategy) => objectsOf(strategy['variants'])),
  ];
  const values = new Map<string, Json>();
  for (const variant of all) {
    const [name, value] = [textOf(variant['name']), valueOf(variant)];
    if (!flagKeyPattern.test(name))
      throw new Unsaid(`a variant cannot be called ${JSON.stringify(name)} here`);
    if (values.has(name) && JSON.stringify(values.get(name)) !== JSON.stringify(value))
      throw new Unsaid(`its variant ${name} has another value from strategy to strategy`);
    if (objectsOf(variant['overrides']).length > 0)
      throw new Unsaid(`its variant ${name} is given to some users by name`);
    values.set(name, value);
  }
  if (values.size === 0) return plain;
  const kinds = new Set([...values.values()].map((value) => typeof value));
  const [type] = kinds;
  if (kinds.size !== 1) throw new Unsaid('its variants have values of several kinds');
  return withVariants(feature.name, type as FlagType, values);
}

const plain: Shape = {
  ...{ written: {}, off: 'off', isPlain: true, lost: [] },
  serve: (_, share, by) =>
    share === wholeShare || !by ? { variant: 'on' } : shares([['on', share]], 'off', by),
};

function withVariants(key: string, type: FlagType, values: ReadonlyMap<string, Json>): Shape {
  const off = ['off', 'none', 'disabled'].find((name) => !values.has(name)) ?? 'off-here';
  const variants = [...values, [off, nothing[type]] as const]
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    written: { type, variants, off },
    off,
    isPlain: false,
    lost: [
      `while it is off, SDKs there have no variant; here they get ${off}, ${JSON.stringify(nothing[type])}`,
    ],
    serve: (given, share, by) => {
      const weights = given.map(
        (variant) => [textOf(variant['name']), Number(variant['weight'] ?? 0)] as const,
      );
      const [only] = weights.filter(([, weight]) => weight > 0);
      if (!only) throw new Unsaid('one of its strategies serves none of its variants');
      if (share === wholeShare && weights.filter(([, weight]) => weight > 0).length === 1)
        return { variant: only[0] };
      const parts = weights.map(([name, weight]): readonly [string, number] => [
        name,
        (weight * share) / 1_000,
      ]);
      if (parts.some(([, part]) => !Number.isInteger(part)))
        throw new Unsaid('its shares are finer than a hundredth of a percent');
      return shares(parts, off, by ?? { by: targetingKey, seed: key });
    },
  };
}

function shares(
  parts: readonly (readonly [string, number])[],
  off: string,
  { by, seed }: { readonly by: string; readonly seed: string },
): Serve {
  const sum = parts.reduce((all, [, part]) => all + part, 0);
  const sorted = [...parts].sort(([a], [b]) => (a < b ? -1 : 1));
  const split = [...sorted, [off, wholeShare - sum] as const]
    .filter(([variant, share]) => share > 0 || variant === off)
    .map(([variant, share]) => ({ variant, share }));
  return { by, seed, split };
}

function valueOf(variant: JsonObject): Json {
  const payload = variant['payload'];
  const given =
    typeof payload === 'object' && payload !== null && !Array.isArray(payload) ? (payload as JsonObject) : {};
  const value = textOf(given['value']);
  switch (given['type']) {
    case undefined:
      return textOf(variant['name']);
    case 'number':
      return parsed(value, 'number');
    case 'json':
      return parsed(value, 'object');
    default:
      return value;
  }
}

function parsed(text: string, kind: 'number' | 'object'): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Unsaid(`the value ${JSON.stringify(text.slice(0, 40))} of a variant cannot be read`);
  }
  if (typeof value !== kind || value === null || Array.isArray(value))
    throw new Unsaid(`the value ${JSON.stringify(text.slice(0, 40))} of a variant is no ${kind}`);
  return value as Json;
}
