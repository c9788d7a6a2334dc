/** The flags of an environment as a person sees them. Pure. */
import type { FlagDefinition, Flags } from '../swarm/ledger/flags.ts';

export interface ListedFlag {
  readonly key: string;
  /** What services are answered; a flag that nobody defines is answered with "not found". */
  readonly value: boolean;
  /** `null`: nobody has switched it, the default holds. */
  readonly state: 'on' | 'off' | null;
  /** False: the ledger has a state for it, and no release here knows it any more. */
  readonly defined: boolean;
  readonly default: boolean | null;
  readonly description: string | null;
  readonly owner: string | null;
  /** Who switched it last, and when. */
  readonly by: string | null;
  readonly at: string | null;
}

/** The defined ones by key, then those that are not defined any more. */
export function listFlags(
  definitions: readonly FlagDefinition[],
  { states, changes }: Flags,
): readonly ListedFlag[] {
  const last = new Map(changes.map((change) => [change.key, change]));
  const entry = (key: string, definition: FlagDefinition | undefined): ListedFlag => {
    const state = states.get(key);
    const change = last.get(key);
    return {
      key,
      value: definition !== undefined && (state ?? definition.default),
      state: state === undefined ? null : state ? 'on' : 'off',
      defined: definition !== undefined,
      default: definition?.default ?? null,
      description: definition?.description ?? null,
      owner: definition?.owner ?? null,
      by: change?.by ?? null,
      at: change?.at ?? null,
    };
  };
  const defined = new Map(definitions.map((definition) => [definition.key, definition]));
  const left = [...states.keys()].filter((key) => !defined.has(key));
  return [
    ...[...defined.keys()].sort().map((key) => entry(key, defined.get(key))),
    ...left.sort().map((key) => entry(key, undefined)),
  ];
}
