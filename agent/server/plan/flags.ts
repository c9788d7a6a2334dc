/** The flags that a commit defines against those that are defined now. Pure. */
import { canonicalJson } from '../../common/canonical.ts';
import { driftOf, toldDefinition, type Sides } from '../../flags/drift.ts';
import { switchOfState } from '../../flags/words.ts';
import type { Difference, PlannedDrift, PlannedFlag } from '../../protocol/plan.ts';
import type { FlagDefinition } from '../../swarm/ledger/flag-definition.ts';

/** By key; flags that stay as they are are not listed. Whether a flag is on here is not changed by a deploy. */
export function plannedFlags(
  before: readonly FlagDefinition[],
  after: readonly FlagDefinition[],
): readonly PlannedFlag[] {
  const [old, now] = [byKey(before), byKey(after)];
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((key): PlannedFlag[] => {
    const [was, is] = [old.get(key), now.get(key)];
    if (was === undefined) return [{ key, action: 'added', differences: [] }];
    if (is === undefined) return [{ key, action: 'removed', differences: [] }];
    const differences = fieldsThatDiffer(was, is);
    return differences.length === 0 ? [] : [{ key, action: 'changed', differences }];
  });
}

/** Flags that the commit leaves out are listed as removed. */
export function plannedDrift(sides: Sides): readonly PlannedDrift[] {
  return driftOf(sides).flatMap(({ key, live, file }) =>
    file ? [{ key, live: switchOfState(live), file: toldDefinition(file) }] : [],
  );
}

function byKey(flags: readonly FlagDefinition[]): ReadonlyMap<string, FlagDefinition> {
  return new Map(flags.map((flag) => [flag.key, flag]));
}

function fieldsThatDiffer(was: FlagDefinition, is: FlagDefinition): readonly Difference[] {
  const fields = new Set([...Object.keys(was), ...Object.keys(is)]) as ReadonlySet<keyof FlagDefinition>;
  return [...fields].flatMap((field) => {
    const [before, after] = [shown(was[field]), shown(is[field])];
    return before === after ? [] : [{ field, before, after }];
  });
}

function shown(value: FlagDefinition[keyof FlagDefinition] | null): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : canonicalJson(value);
}
