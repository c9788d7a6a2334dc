/** The flags of an environment as a person sees them. Pure. */
import type { FlagStatus } from '../protocol/methods.ts';
import type { FlagDefinition, Flags } from '../swarm/ledger/flags.ts';

/** The defined ones by key, then those that are not defined any more. */
export function listFlags(
  definitions: readonly FlagDefinition[],
  { states, changes }: Flags,
): readonly FlagStatus[] {
  const last = new Map(changes.map((change) => [change.key, change]));
  const entry = (key: string, definition: FlagDefinition | undefined): FlagStatus => {
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
