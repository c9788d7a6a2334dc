/** All flags of an environment as they are now: what control answers from. Equal flags, equal document. */
import { canonicalJson, sha256 } from '../common/canonical.ts';
import type { FlagDefinition } from '../swarm/ledger/flag-definition.ts';
import type { FlagSetting } from '../swarm/ledger/flags.ts';
import { compileFlag, type SwitchedFlag } from './compile.ts';
import { serveFlag, type ServedFlag } from './evaluate.ts';
import { modelOf, settingOf } from './model.ts';

export interface FlagsDocument {
  /** Sorted by key. */
  readonly flags: ReadonlyMap<string, ServedFlag>;
  /** Of each flag. */
  readonly digests: ReadonlyMap<string, string>;
  /** Digest over all of it. */
  readonly digest: string;
}

/**
 * A flag that nobody has switched is what its definition says; one that nobody defines is none. What did not change
 * since `before` is taken over: compiling a thousand flags takes control's only thread longer than anybody should wait.
 */
export function flagsDocument(
  definitions: readonly FlagDefinition[],
  states: ReadonlyMap<string, FlagSetting>,
  before?: FlagsDocument,
): FlagsDocument {
  const switched = new Map<string, SwitchedFlag>(
    [...definitions]
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
      .map((definition) => [
        definition.key,
        { model: modelOf(definition), setting: settingOf(definition, states) },
      ]),
  );
  const flags = new Map<string, ServedFlag>();
  const digests = new Map<string, string>();
  for (const [key, flag] of switched) {
    const compiled = compileFlag(flag, (needed) => switched.get(needed));
    // The order of a split is its meaning, and canonical JSON keeps that of lists.
    const digest = sha256(canonicalJson(compiled));
    const kept = before?.digests.get(key) === digest ? before.flags.get(key) : undefined;
    flags.set(key, kept ?? serveFlag(key, compiled));
    digests.set(key, digest);
  }
  return { flags, digests, digest: sha256(canonicalJson([...digests])).slice(0, 32) };
}
