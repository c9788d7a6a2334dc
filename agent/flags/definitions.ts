/** Which flags there are in an environment: those of the release that is live, and what a coming one adds. Pure. */
import { parseSlotKey, slotKey } from '../common/names.ts';
import type { FlagDefinition } from '../swarm/ledger/flag-definition.ts';
import type { FlagDefinitions, Flags } from '../swarm/ledger/flags.ts';
import type { ReleaseRecord } from '../swarm/ledger/release.ts';
import type { Routes } from '../swarm/ledger/routes.ts';

export interface ReleasedFlags {
  /** `undefined`: nothing is live yet. */
  readonly live: number | undefined;
  /** As its release has them. */
  readonly flags: readonly FlagDefinition[];
  /** Of releases that are being brought in, which `flags` has not: their slots may ask before they are live. */
  readonly coming: readonly FlagDefinition[];
}

/** `releases`: those that slots name; others are ignored. */
export function releasedFlags(routes: Routes, releases: ReadonlyMap<number, ReleaseRecord>): ReleasedFlags {
  const live = liveNumber(routes);
  const flags = releases.get(live ?? 0)?.flags ?? [];
  const known = new Set(flags.map(({ key }) => key));
  const coming = new Map<string, FlagDefinition>();
  for (const number of comingNumbers(routes))
    for (const flag of releases.get(number)?.flags ?? [])
      if (!known.has(flag.key)) coming.set(flag.key, flag);
  return { live, flags, coming: [...coming.values()] };
}

/**
 * What holds now. `own`: definitions that were brought without a release (`<stack>.flags.<n>`); they hold with the
 * release they were brought to, and no other.
 */
export function definedFlags(
  { live, flags, coming }: ReleasedFlags,
  own: FlagDefinitions | undefined,
): readonly FlagDefinition[] {
  const base = own !== undefined && own.release === live ? own.flags : flags;
  const known = new Set(base.map(({ key }) => key));
  return [...base, ...coming.filter(({ key }) => !known.has(key))];
}

/** Where definitions of their own have to be looked for, if anywhere. */
export function ownDefinitions(live: number | undefined, { definitions }: Flags): number | undefined {
  return definitions !== undefined && definitions.release === live ? definitions.object : undefined;
}

/** The newest release that an active slot holds. */
function liveNumber({ routes, slots }: Routes): number | undefined {
  const numbers = Object.entries(routes).map(([service, { active }]) => slots[slotKey(service, active)] ?? 0);
  const newest = Math.max(0, ...numbers);
  return newest === 0 ? undefined : newest;
}

/** Of slots that a rollout has claimed and users do not get yet, oldest first. A warm slot is nobody's future. */
function comingNumbers({ routes, slots, claims }: Routes): readonly number[] {
  return Object.entries(slots)
    .filter(([key]) => {
      const slot = parseSlotKey(key);
      return slot && claims[slot.service] !== undefined && routes[slot.service]?.active !== slot.colour;
    })
    .map(([, number]) => number)
    .sort((a, b) => a - b);
}
