/** The flags of an environment, out of its ledger, and bringing definitions that no rollout carries. */
import { canonicalJson } from '../common/canonical.ts';
import { definedFlags, ownDefinitions, releasedFlags } from '../flags/definitions.ts';
import { liveRelease, readCurrent, type Current } from '../release/current.ts';
import type { FlagDefinition } from '../swarm/ledger/flag-definition.ts';
import { noFlags, type Flags } from '../swarm/ledger/flags.ts';
import type { Ledger } from '../swarm/ledger/ledger.ts';

export interface EnvironmentFlags {
  readonly current: Current;
  readonly flags: Flags;
  readonly definitions: readonly FlagDefinition[];
}

export async function readEnvironmentFlags(ledger: Ledger): Promise<EnvironmentFlags> {
  const current = await readCurrent(ledger);
  const flags = (await ledger.flags.find())?.value ?? noFlags;
  const released = releasedFlags(current.routes.value, current.releases);
  const object = ownDefinitions(released.live, flags);
  const own = object === undefined ? undefined : await ledger.flags.definitions(object);
  return { current, flags, definitions: definedFlags(released, own) };
}

export interface Bringing {
  readonly commit: string;
  readonly by: string;
  readonly at: string;
}

/**
 * Lets these definitions hold with the release that is live, when they differ from what holds: a commit that
 * changes nothing but its flags has no rollout that could bring them. True when something was written.
 */
export async function bringDefinitions(
  ledger: Ledger,
  wanted: readonly FlagDefinition[],
  bringing: Bringing,
): Promise<boolean> {
  const { current, definitions } = await readEnvironmentFlags(ledger);
  const live = liveRelease(current);
  if (!live || sameFlags(definitions, wanted)) return false;
  await ledger.flags.define({ format: 1, release: live.number, ...bringing, flags: [...wanted] });
  return true;
}

function sameFlags(a: readonly FlagDefinition[], b: readonly FlagDefinition[]): boolean {
  const sorted = (flags: readonly FlagDefinition[]): readonly FlagDefinition[] =>
    [...flags].sort((one, other) => (one.key < other.key ? -1 : 1));
  return canonicalJson(sorted(a)) === canonicalJson(sorted(b));
}
