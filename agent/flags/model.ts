/** A flag with nothing left out. Pure. */
import type { FlagDefinition, FlagType, Serve } from '../swarm/ledger/flag-definition.ts';
import type { Json } from '../common/json.ts';
import { wholeShare } from '../swarm/ledger/flag-definition.ts';
import { shareOf, variantOf, type FlagSetting } from '../swarm/ledger/flags.ts';

export interface FlagModel {
  readonly key: string;
  readonly type: FlagType;
  /** In the order of the file. */
  readonly variants: readonly { readonly name: string; readonly value: Json }[];
  readonly off: string;
  readonly on: Serve;
  readonly rules: NonNullable<FlagDefinition['rules']>;
  readonly needs: NonNullable<FlagDefinition['needs']>;
  readonly schedule: FlagDefinition['schedule'];
  readonly targeting: Json | undefined;
}

/** The attribute that the SDKs name a user by. */
export const targetingKey = 'targetingKey';

const switches = [
  { name: 'on', value: true },
  { name: 'off', value: false },
] as const;

export function modelOf(definition: FlagDefinition): FlagModel {
  const { key, type = 'boolean', variants = switches, off = 'off', on = { variant: 'on' } } = definition;
  const { rules = [], needs = [], schedule, targeting } = definition;
  return { key, type, variants, off, on, rules, needs, schedule, targeting };
}

export function settingOf(
  { key, default: isOn }: FlagDefinition,
  states: ReadonlyMap<string, FlagSetting>,
): FlagSetting {
  return states.get(key) ?? (isOn ? 'on' : 'off');
}

/** Why a flag cannot be on for a share of its users; `undefined`: it can. `variant`: the one that was asked for with it. */
export function whyNoShare(model: FlagModel, variant?: string): string | undefined {
  const { targeting, key } = model;
  if (targeting !== undefined) return `${key} has a targeting of its own, which says who gets what`;
  return variant !== undefined || sharedOf(model)
    ? undefined
    : `the definition of ${key} splits its users among more than two variants`;
}

/** Why a flag cannot be switched to one of its variants; `undefined`: it can. */
export function whyNoVariant({ type, targeting, key }: FlagModel): string | undefined {
  if (type === 'boolean') return `${key} is a boolean flag, which is on or off`;
  return targeting === undefined ? undefined : `${key} has a targeting of its own, which says who gets what`;
}

/**
 * What users of a flag that is on get when no rule says otherwise. A share that was set here goes before the
 * definition's, and takes the rest to the variant of "off". A variant that was set here and is not defined any more says
 * nothing: the definition's holds.
 */
export function onOf(model: FlagModel, setting: FlagSetting): Serve {
  const [share, named] = [shareOf(setting), variantOf(setting)];
  const variant = model.variants.find(({ name }) => name === named)?.name;
  const on: Serve = variant === undefined ? model.on : { variant };
  const shared = sharedOf({ ...model, on });
  // A share of users who would get what the others get is none.
  if (share === null || !shared || shared.variant === model.off) return on;
  return { by: shared.by, seed: shared.seed, split: splitOf(shared.variant, share, model.off) };
}

export interface Shared {
  /** What those get whom the share lets in; the others get the variant of "off". */
  readonly variant: string;
  readonly by: string;
  readonly seed: string;
}

/** Whom a share would let into what; `undefined`: the definition splits users in another way. */
export function sharedOf({ on, off, key }: FlagModel): Shared | undefined {
  if ('variant' in on) return { variant: on.variant, by: targetingKey, seed: key };
  const others = on.split.filter(({ variant }) => variant !== off);
  const [only] = others;
  return only && others.length === 1 ? { variant: only.variant, by: on.by, seed: on.seed } : undefined;
}

/** The one that is on comes first, so that a growing share keeps everyone who was in. */
function splitOf(variant: string, share: number, off: string): Extract<Serve, { by: string }>['split'] {
  return [
    { variant, share },
    { variant: off, share: wholeShare - share },
  ];
}
