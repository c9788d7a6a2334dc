/** All flags of an environment as they are now: what control answers from. Equal flags, equal document. */
import { canonicalJson, sha256 } from '../common/canonical.ts';
import type { FlagDefinition } from '../swarm/ledger/flag-definition.ts';
import type { FlagSetting } from '../swarm/ledger/flags.ts';
import { compileFlag, type SwitchedFlag } from './compile.ts';
import { digestOf, serveFlag, type ServedFlag } from './evaluate.ts';
import { modelOf, settingOf } from './model.ts';
import { withOverrides, type Override } from './overrides.ts';

export interface FlagsDocument {
  /** Sorted by key. One that did not change, nor anything it needs, is the same object as before. */
  readonly flags: ReadonlyMap<string, ServedFlag>;
  /** The same flags before they were compiled, for what is written in another language than flagd's. */
  readonly sources: ReadonlyMap<string, FlagSource>;
  /** Digest over all of it. */
  readonly digest: string;
}

export interface FlagSource extends SwitchedFlag {
  readonly definition: FlagDefinition;
}

/**
 * A flag that nobody has switched is what its definition says; one that nobody defines is none. What did not change
 * since `before` is taken over: compiling a thousand flags takes control's only thread longer than anybody should wait.
 */
export function flagsDocument(
  definitions: readonly FlagDefinition[],
  states: ReadonlyMap<string, FlagSetting>,
  before?: FlagsDocument,
  overrides: readonly Override[] = [],
): FlagsDocument {
  const sources = withOverrides(flagSources(definitions, states, before), overrides);
  const isSame = sameness(sources, before?.sources);
  const flags = new Map<string, ServedFlag>();
  for (const [key, source] of sources) {
    const known = before?.flags.get(key);
    flags.set(key, known && isSame(key) ? known : served(key, source, sources, known));
  }
  const same =
    before?.flags.size === flags.size && [...flags].every(([key, flag]) => before.flags.get(key) === flag);
  return { flags, sources, digest: same ? before.digest : digestOfAll(flags) };
}

/** Flags with what is switched, sorted by key. */
export function flagSources(
  definitions: readonly FlagDefinition[],
  states: ReadonlyMap<string, FlagSetting>,
  before?: FlagsDocument,
): ReadonlyMap<string, FlagSource> {
  const sources = new Map<string, FlagSource>();
  for (const definition of inOrder(definitions))
    sources.set(definition.key, sourceOf(definition, states, before?.sources.get(definition.key)));
  return sources;
}

function inOrder(definitions: readonly FlagDefinition[]): readonly FlagDefinition[] {
  return [...definitions].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function sourceOf(
  definition: FlagDefinition,
  states: ReadonlyMap<string, FlagSetting>,
  known: FlagSource | undefined,
): FlagSource {
  const setting = settingOf(definition, states);
  if (known?.definition === definition && known.setting === setting) return known;
  return { definition, model: modelOf(definition), setting };
}

/** Of a flag, and of all that it needs. */
function sameness(
  now: ReadonlyMap<string, FlagSource>,
  before: ReadonlyMap<string, FlagSource> | undefined,
): (key: string) => boolean {
  const known = new Map<string, boolean>();
  const isSame = (key: string): boolean => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const source = now.get(key);
    const same = source === before?.get(key) && (source?.model.needs ?? []).every(({ flag }) => isSame(flag));
    known.set(key, same);
    return same;
  };
  return isSame;
}

/** What reads otherwise and comes to the same is not compiled again, but is another object. */
function served(
  key: string,
  source: FlagSource,
  sources: ReadonlyMap<string, FlagSource>,
  known: ServedFlag | undefined,
): ServedFlag {
  const compiled = compileFlag(source, (needed) => sources.get(needed));
  return known?.digest === digestOf(compiled) ? { ...known } : serveFlag(key, compiled);
}

function digestOfAll(flags: ReadonlyMap<string, ServedFlag>): string {
  return sha256(canonicalJson([...flags.values()].map(({ key, digest }) => [key, digest]))).slice(0, 32);
}
