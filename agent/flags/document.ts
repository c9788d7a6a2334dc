/** All flags of an environment as they are now: what control answers from. Pure; equal flags, equal document. */
import { canonicalJson, sha256 } from '../common/canonical.ts';
import type { FlagDefinition } from '../swarm/ledger/flags.ts';

export interface FlagValue {
  readonly key: string;
  readonly value: boolean;
}

export interface FlagsDocument {
  /** Sorted by key. */
  readonly flags: ReadonlyMap<string, FlagValue>;
  /** Digest over keys and values. */
  readonly digest: string;
}

/** A flag that nobody has switched is what its definition says; one that nobody defines is none. */
export function flagsDocument(
  definitions: readonly FlagDefinition[],
  states: ReadonlyMap<string, boolean>,
): FlagsDocument {
  const values = definitions
    .map(({ key, default: otherwise }): FlagValue => ({ key, value: states.get(key) ?? otherwise }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return {
    flags: new Map(values.map((flag) => [flag.key, flag])),
    digest: sha256(canonicalJson(values)).slice(0, 32),
  };
}
