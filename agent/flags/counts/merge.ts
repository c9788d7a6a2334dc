/** What several controls have counted, as one. Each counts what it answered itself, so numbers add up. Pure. */
import {
  countedWays,
  isGiven,
  unnamed,
  type ConnectedSdk,
  type Counted,
  type CountedFlag,
  type CountedVariant,
  type CountedWay,
  type FlagCountsResult,
} from '../../protocol/flag-counts.ts';
import type { FlagDefinition } from '../../swarm/ledger/flag-definition.ts';
import type { SaidCounts } from '../../swarm/ledger/flag-counts.ts';
import { modelOf } from '../model.ts';

export type MergedCounts = Pick<
  FlagCountsResult,
  'since' | 'controls' | 'flags' | 'unknown' | 'others' | 'sdks' | 'streams'
>;

/** All that are defined, then those that were counted and are not defined any more; both by key. */
export function mergeCounts(
  definitions: readonly FlagDefinition[],
  said: readonly SaidCounts[],
): MergedCounts {
  const sums = sumsOf(said);
  const defined = new Map(definitions.map((definition) => [definition.key, definition]));
  const left = [...sums.keys()].filter((key) => !defined.has(key));
  const flags = [...[...defined.keys()].sort(), ...left.sort()].map((key) =>
    flagOf(key, defined.get(key), sums.get(key)),
  );
  const begun = said.map(({ since }) => since);
  return {
    since: begun.length === 0 ? null : iso(Math.min(...begun)),
    controls: said.length,
    flags,
    unknown: sumOf(said.map(({ unknown }) => unknown)),
    others: sumOf(said.map(({ others }) => others)),
    sdks: sdksOf(said.flatMap(({ sdks }) => sdks)),
    streams: {
      ofrep: said.reduce((sum, { streams }) => sum + streams.ofrep, 0),
      unleash: said.reduce((sum, { streams }) => sum + streams.unleash, 0),
      flagd: said.reduce((sum, { streams }) => sum + streams.flagd, 0),
    },
  };
}

interface FlagSums {
  askedAt: number;
  readonly variants: Map<string, CountedVariant>;
}

function sumsOf(said: readonly SaidCounts[]): ReadonlyMap<string, FlagSums> {
  const sums = new Map<string, FlagSums>();
  for (const [key, variant, index, hour, day, total, lastAt] of said.flatMap(({ series }) => series)) {
    const way = countedWays[index];
    // Told by a control of another version.
    if (way === undefined) continue;
    const flag = sums.get(key) ?? { askedAt: 0, variants: new Map<string, CountedVariant>() };
    sums.set(key, flag);
    if (!isGiven(way)) flag.askedAt = Math.max(flag.askedAt, lastAt);
    const before = flag.variants.get(variant) ?? nothing(variant);
    flag.variants.set(variant, grown(before, way, { hour, day, total }));
  }
  return sums;
}

function grown(before: CountedVariant, way: CountedWay, counted: Counted): CountedVariant {
  const part = isGiven(way) ? 'given' : 'asked';
  const total = (before.ways[way] ?? 0) + counted.total;
  return { ...before, [part]: sumOf([before[part], counted]), ways: { ...before.ways, [way]: total } };
}

function flagOf(
  key: string,
  definition: FlagDefinition | undefined,
  sums: FlagSums | undefined,
): CountedFlag {
  const named = definition ? modelOf(definition).variants.map(({ name }) => name) : [];
  const counted = sums?.variants ?? new Map<string, CountedVariant>();
  const others = [...counted.keys()].filter((name) => !named.includes(name)).sort(unnamedLast);
  return {
    key,
    defined: definition !== undefined,
    askedAt: sums === undefined || sums.askedAt === 0 ? null : iso(sums.askedAt),
    variants: [...named, ...others].map((name) => counted.get(name) ?? nothing(name)),
  };
}

function unnamedLast(a: string, b: string): number {
  const rank = (name: string): string => `${Object.values<string>(unnamed).includes(name) ? 1 : 0}${name}`;
  return rank(a) < rank(b) ? -1 : 1;
}

function nothing(variant: string): CountedVariant {
  return { variant, asked: sumOf([]), given: sumOf([]), ways: {} };
}

function sumOf(all: readonly Counted[]): Counted {
  return all.reduce(
    (sum, { hour, day, total }) => ({ hour: sum.hour + hour, day: sum.day + day, total: sum.total + total }),
    { hour: 0, day: 0, total: 0 },
  );
}

/** One that polls reaches this control now and that one then: the larger number is nearer to the truth than the sum. */
function sdksOf(all: readonly ConnectedSdk[]): readonly ConnectedSdk[] {
  const found = new Map<string, ConnectedSdk>();
  for (const one of all) {
    const id = JSON.stringify([one.app, one.sdk]);
    const known = found.get(id) ?? one;
    const seenAt = known.seenAt > one.seenAt ? known.seenAt : one.seenAt;
    found.set(id, { ...one, instances: Math.max(known.instances, one.instances), seenAt });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
