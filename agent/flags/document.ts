/** All flags of an environment as they are now: what control answers from. Equal flags, equal document. */
import { canonicalJson, sha256 } from '../common/canonical.ts';
import type { FlagDefinition } from '../swarm/ledger/flag-definition.ts';
import type { FlagSetting } from '../swarm/ledger/flags.ts';
import { compileFlag, type SwitchedFlag } from './compile.ts';
import { digestOf, serveFlag, type ServedFlag } from './evaluate.ts';
import { modelOf, settingOf } from './model.ts';

export interface FlagsDocument {
  /** Sorted by key. */
  readonly flags: ReadonlyMap<string, ServedFlag>;
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
  for (const [key, flag] of switched) {
    const compiled = compileFlag(flag, (needed) => switched.get(needed));
    const known = before?.flags.get(key);
    flags.set(key, known?.digest === digestOf(compiled) ? known : serveFlag(key, compiled));
  }
  const digests = [...flags.values()].map(({ key, digest }) => [key, digest]);
  return { flags, digest: sha256(canonicalJson(digests)).slice(0, 32) };
}
