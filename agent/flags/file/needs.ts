/** Whether the flags that others need are there, can be asked, and do not need each other in a circle. */
import { suggestion } from '../../common/did-you-mean.ts';
import { entryOf, type Entry } from '../../config/yaml-tree.ts';
import type { FlagDefinition } from '../../swarm/ledger/flag-definition.ts';
import { modelOf } from '../model.ts';
import { below, valueOf, wrong, type Reading } from './fields.ts';

interface ReadFlag {
  readonly flag: FlagDefinition;
  readonly entry: Entry;
}

/** What a needed flag says is written out in the one that needs it. */
const deepest = 5;
const most = 10;

export function checkNeeds(flags: readonly ReadFlag[], reading: Reading): void {
  const byKey = new Map(flags.map(({ flag }) => [flag.key, flag]));
  for (const { flag, entry } of flags) {
    const here = below(below(reading, flag.key), 'needs');
    const at = entryOf(entry.value, 'needs');
    const map = entry.value.kind === 'map' ? valueOf(entry.value, 'needs') : undefined;
    if (!at) continue;
    if ((flag.needs ?? []).length > most) wrong(here, at.at, `names more than ${most} flags`, 'Name fewer.');
    for (const need of flag.needs ?? []) {
      const place = entryOf(map, need.flag)?.at ?? at.at;
      const problem = problemOf(need, byKey);
      if (problem) wrong(below(here, need.flag), place, problem.what, problem.hint);
    }
    const way = circle(flag.key, byKey);
    if (way) wrong(here, at.at, `leads back to itself: ${way.join(' -> ')}`, 'Take one of them out.');
    else if (depth(flag.key, byKey) > deepest)
      wrong(here, at.at, `is more than ${deepest} flags deep`, 'Need the flags at its end directly.');
  }
}

type Flags = ReadonlyMap<string, FlagDefinition>;

function problemOf(
  { flag, variants }: NonNullable<FlagDefinition['needs']>[number],
  flags: Flags,
): { readonly what: string; readonly hint: string } | undefined {
  const needed = flags.get(flag);
  if (!needed) return { what: 'is no flag of this file', hint: suggestion(flag, [...flags.keys()]) };
  const { targeting, variants: known } = modelOf(needed);
  if (targeting !== undefined)
    return { what: 'has a targeting of its own, and cannot be needed', hint: 'Write it with rules.' };
  const names = known.map(({ name }) => name);
  const unknown = variants?.find((variant) => !names.includes(variant));
  return unknown === undefined
    ? undefined
    : { what: `has no variant ${JSON.stringify(unknown)}`, hint: suggestion(unknown, names) };
}

/** The way from a flag to itself. */
function circle(start: string, flags: Flags): readonly string[] | undefined {
  const seen = new Set<string>();
  const walk = (key: string, way: readonly string[]): readonly string[] | undefined => {
    for (const { flag } of flags.get(key)?.needs ?? []) {
      if (flag === start) return [...way, key, flag];
      if (seen.has(flag)) continue;
      seen.add(flag);
      const found = walk(flag, [...way, key]);
      if (found) return found;
    }
    return undefined;
  };
  return walk(start, []);
}

/** Of flags in no circle; counts no further than it matters. */
function depth(key: string, flags: Flags, level = 0): number {
  const needs = flags.get(key)?.needs ?? [];
  if (needs.length === 0 || level > deepest) return level;
  return Math.max(...needs.map(({ flag }) => depth(flag, flags, level + 1)));
}
