/** Variations of a flag of LaunchDarkly, which it counts, as variants, which have names. Pure. */
import { isJsonObject, type Json } from '../../common/json.ts';
import {
  flagKeyPattern,
  wholeShare,
  type FlagDefinition,
  type FlagType,
  type Serve,
} from '../../swarm/ledger/flag-definition.ts';
import { targetingKey } from '../model.ts';
import { typeOf } from './flagd-import.ts';
import { Unsaid } from './imported.ts';
import { attributeOf, wholeWeight } from './launchdarkly.ts';
import { ofUsers } from './launchdarkly-conditions.ts';
import { objectsOf, textOf, type JsonObject } from './unleash-import.ts';

export interface Variations {
  readonly type: FlagType;
  /** In their order. */
  readonly names: readonly string[];
  readonly values: readonly Json[];
}

/** The API has objects with a value; what SDKs load has the values. */
export function variationsOf(flag: JsonObject, isOfSdk: boolean): Variations {
  const all = Array.isArray(flag['variations']) ? (flag['variations'] as readonly Json[]) : [];
  const values = isOfSdk ? all : all.map((one) => (isJsonObject(one) ? (one['value'] ?? null) : null));
  const type = typeOf(values);
  if (values.length < 2) throw new Unsaid('it has one variation only');
  if (type === 'boolean') {
    if (values.length > 2 || values[0] === values[1])
      throw new Unsaid('its variations are not true and false, once each');
    return { type, values, names: values.map((value) => (value === true ? 'on' : 'off')) };
  }
  const names: string[] = [];
  for (const [index, value] of values.entries()) {
    const one = all[index];
    const said = isJsonObject(one) && !isOfSdk ? textOf(one['name']) : '';
    const name = [said, asWords(said), textOf(value), `v${index + 1}`, `variation-${index + 1}`].find(
      (some) => flagKeyPattern.test(some) && !names.includes(some),
    );
    names.push(name ?? `variation.${index + 1}`);
  }
  return { type, values, names };
}

/** `Two pages, new` as `two-pages-new`. */
function asWords(text: string): string {
  return (text.toLowerCase().match(/[a-z0-9]+/g) ?? []).join('-');
}

export function writtenVariations(
  { type, names, values }: Variations,
  off: string,
): Pick<FlagDefinition, 'type' | 'variants' | 'off'> {
  if (type === 'boolean') return {};
  const variants = names
    .map((name, index) => ({ name, value: values[index] ?? null }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return { type, variants, off };
}

/** Of a variation by its number. */
export function nameOf({ names }: Variations, index: Json | undefined): string {
  const name = typeof index === 'number' ? names[index] : undefined;
  if (name === undefined) throw new Unsaid(`it serves a variation ${JSON.stringify(index)} that it has not`);
  return name;
}

export interface Served {
  readonly serve: Serve;
  /** Who has not what a share goes by: LaunchDarkly counts those into the first variation. */
  readonly others: string | undefined;
}

export function servedOf(json: JsonObject, variations: Variations, off: string, key: string): Served {
  const rollout = json['rollout'];
  if (!isJsonObject(rollout))
    return { serve: { variant: nameOf(variations, json['variation']) }, others: undefined };
  const shares = sharesOf(rollout, variations);
  const [[first = off] = [], ...more] = shares;
  if (more.length === 0) return { serve: { variant: first }, others: undefined };
  // An experiment goes by the user, whatever it says.
  const isExperiment = textOf(rollout['kind']) === 'experiment';
  ofUsers(rollout['contextKind'], 'it splits');
  const by = isExperiment ? targetingKey : attributeOf(textOf(rollout['bucketBy']) || 'key');
  const rank = (variant: string): string => `${variant === off ? 1 : 0}${variant}`;
  const split = [...shares]
    .map(([variant, share]) => ({ variant, share }))
    .sort((a, b) => (rank(a.variant) < rank(b.variant) ? -1 : 1));
  const { seed } = rollout;
  return {
    serve: { by, seed: typeof seed === 'number' ? `seed-${seed}` : key, split },
    others: by === targetingKey ? undefined : first,
  };
}

function sharesOf(rollout: JsonObject, variations: Variations): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  const parts = objectsOf(rollout['variations']);
  const weights = parts.map(({ weight }) => Number(weight ?? 0));
  if (weights.reduce((sum, weight) => sum + weight, 0) !== wholeWeight)
    throw new Unsaid('its shares are not 100 % together');
  for (const [index, part] of parts.entries()) {
    if (weights[index] === 0) continue;
    const name = nameOf(variations, part['variation']);
    shares.set(name, (shares.get(name) ?? 0) + ((weights[index] ?? 0) * wholeShare) / wholeWeight);
  }
  if ([...shares.values()].some((share) => !Number.isInteger(share) || share <= 0))
    throw new Unsaid('its shares are finer than a hundredth of a percent');
  return shares;
}
