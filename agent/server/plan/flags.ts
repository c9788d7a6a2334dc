/** The flags that a commit defines against those that are defined now. Pure. */
import type { Difference, PlannedFlag } from '../../protocol/plan.ts';
import type { FlagDefinition } from '../../swarm/ledger/flags.ts';

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

function byKey(flags: readonly FlagDefinition[]): ReadonlyMap<string, FlagDefinition> {
  return new Map(flags.map((flag) => [flag.key, flag]));
}

function fieldsThatDiffer(was: FlagDefinition, is: FlagDefinition): readonly Difference[] {
  return (['description', 'default', 'owner'] as const).flatMap((field) => {
    if (was[field] === is[field]) return [];
    return [{ field, before: shown(was[field]), after: shown(is[field]) }];
  });
}

function shown(value: string | boolean | null): string | null {
  return value === null ? null : String(value);
}
