/** The flags of an environment as a person sees them. Pure. */
import type { FlagStatus } from '../protocol/methods.ts';
import type { FlagDefinition } from '../swarm/ledger/flag-definition.ts';
import { shareOf, variantOf, type Flags } from '../swarm/ledger/flags.ts';
import { flagSources, type FlagSource } from './document.ts';
import { modelOf } from './model.ts';
import { translate } from './unleash/translate.ts';

/** The defined ones by key, then those that are not defined any more. */
export function listFlags(
  definitions: readonly FlagDefinition[],
  { states, changes }: Flags,
): readonly FlagStatus[] {
  const last = new Map(changes.map((change) => [change.key, change]));
  const sources = flagSources(definitions, states);
  const entry = (key: string, definition: FlagDefinition | undefined): FlagStatus => {
    const state = states.get(key);
    const change = last.get(key);
    const [share, variant] = [shareOf(state), variantOf(state)];
    return {
      key,
      value: definition !== undefined && (state === undefined ? definition.default : state !== 'off'),
      state: state === undefined ? null : state === 'off' ? 'off' : 'on',
      share: share === null ? null : share / 100,
      ...(variant !== null && { variant }),
      defined: definition !== undefined,
      default: definition?.default ?? null,
      description: definition?.description ?? null,
      owner: definition?.owner ?? null,
      kind: definition?.kind ?? null,
      expires: definition?.expires ?? null,
      ...shapeOf(definition),
      ...unleashOf(sources, key),
      by: change?.by ?? null,
      at: change?.at ?? null,
      ...(change?.reason != null && { reason: change.reason }),
    };
  };
  const defined = new Map(definitions.map((definition) => [definition.key, definition]));
  const left = [...states.keys()].filter((key) => !defined.has(key));
  return [
    ...[...defined.keys()].sort().map((key) => entry(key, defined.get(key))),
    ...left.sort().map((key) => entry(key, undefined)),
  ];
}

function unleashOf(sources: ReadonlyMap<string, FlagSource>, key: string): Pick<FlagStatus, 'unleash'> {
  const source = sources.get(key);
  const translated = source && translate(source, (needed) => sources.get(needed));
  if (!translated) return {};
  if ('refused' in translated) return { unleash: { state: 'refused', reason: translated.refused } };
  return translated.as.bucketsDiffer
    ? { unleash: { state: 'buckets-differ', reason: 'buckets differ' } }
    : {};
}

function shapeOf(
  definition: FlagDefinition | undefined,
): Pick<FlagStatus, 'type' | 'variants' | 'conditions'> {
  if (!definition) return { type: 'boolean', variants: [], conditions: 0 };
  const { type, variants, on, rules, needs, schedule, targeting } = modelOf(definition);
  const others = [schedule, targeting, 'split' in on ? on : undefined].filter((part) => part !== undefined);
  return {
    type,
    variants: variants.map(({ name }) => name),
    conditions: rules.length + needs.length + others.length,
  };
}
