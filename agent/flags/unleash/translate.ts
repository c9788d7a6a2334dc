/**
 * A flag in the language of Unleash's SDKs, which evaluate by themselves: exactly what it means, or refused with the
 * reason. Only buckets differ: Unleash hashes users in a way of its own. Pure.
 */
import type { Json } from '../../common/json.ts';
import { wholeShare, type Serve } from '../../swarm/ledger/flag-definition.ts';
import type { FlagSetting } from '../../swarm/ledger/flags.ts';
import type { FindFlag, SwitchedFlag } from '../compile.ts';
import { onOf, type FlagModel } from '../model.ts';
import { alternativesOf, always, both, mostAlternatives, type Alternatives } from './alternatives.ts';
import {
  constraintOf,
  fieldOf,
  scheduleConstraints,
  type Constraint,
  type Translated,
} from './constraints.ts';

export interface UnleashFeature {
  readonly name: string;
  readonly enabled: boolean;
  readonly strategies: readonly Strategy[];
  readonly dependencies: readonly Dependency[];
}

export interface Strategy {
  readonly name: 'default' | 'flexibleRollout';
  readonly parameters: Readonly<Record<string, string>>;
  readonly constraints: readonly Constraint[];
  readonly variants: readonly Variant[];
}

export interface Variant {
  readonly name: string;
  readonly weight: number;
  readonly stickiness: string;
  readonly payload: Payload;
}

export interface Payload {
  readonly type: 'string' | 'number' | 'json';
  readonly value: string;
}

/** Of all variants of a strategy, at a server; SDKs take any sum for the whole. */
export const wholeWeight = 1_000;

interface Dependency {
  readonly feature: string;
  readonly enabled: true;
  readonly variants?: readonly string[];
}

export interface ForUnleash {
  readonly feature: UnleashFeature;
  /** Who is in a share is decided by another hash than ours. */
  readonly bucketsDiffer: boolean;
}

/** What a flag that is off means is looked at as if it was on: a switch alone must not change what can be said. */
export function translate(flag: SwitchedFlag, find: FindFlag): Translated<ForUnleash> {
  const { model } = flag;
  if (model.targeting !== undefined) return refused("it has a targeting in flagd's own language");
  if (!isOff(model, model.off)) return refused('it is true while it is off, and Unleash takes off for false');
  const setting = flag.setting === 'off' ? 'on' : flag.setting;
  const dependencies = dependenciesOf(model, find);
  if ('refused' in dependencies) return dependencies;
  const strategies = strategiesOf(model, setting);
  if ('refused' in strategies) return strategies;
  const dated = scheduleConstraints(model.schedule);
  const whole = strategies.as.map((one) => ({ ...one, constraints: [...dated, ...one.constraints] }));
  // A feature without strategies is on for everybody.
  const enabled = flag.setting !== 'off' && whole.length > 0;
  const feature = {
    name: model.key,
    enabled,
    strategies: enabled ? whole : [],
    dependencies: dependencies.as,
  };
  return { as: { feature, bucketsDiffer: strategies.as.some(({ name }) => name === 'flexibleRollout') } };
}

/** What counts as off there: Unleash has no value for it. */
export function isOff({ type, variants, off }: FlagModel, variant: string): boolean {
  if (type !== 'boolean') return variant === off;
  return variants.find(({ name }) => name === variant)?.value !== true;
}

function strategiesOf(model: FlagModel, setting: FlagSetting): Translated<readonly Strategy[]> {
  const branches = [
    ...model.rules.map(({ when, serve }) => ({
      when: alternativesOf(when),
      not: alternativesOf(when, true),
      serve,
    })),
    { when: always, not: undefined, serve: onOf(model, setting) },
  ];
  const strategies: Strategy[] = [];
  let open: Alternatives = always;
  for (const [index, { when, not, serve }] of branches.entries()) {
    if ('variant' in serve && isOff(model, serve.variant)) {
      // Nothing that comes later may let these users in.
      if (branches.slice(index + 1).every((later) => isNothing(model, later.serve))) continue;
      const next = not && both(open, not);
      if (!next) return tooMany;
      open = next;
      continue;
    }
    const alternatives = when && both(open, when);
    if (!alternatives) return tooMany;
    const isLast = branches.slice(index + 1).every((later) => isNothing(model, later.serve));
    const bare = bareStrategy(model, serve, isLast);
    if ('refused' in bare) return bare;
    for (const conjunction of alternatives) {
      const constraints: Constraint[] = [];
      for (const literal of conjunction) {
        const constraint = constraintOf(literal);
        if ('refused' in constraint) return constraint;
        constraints.push(constraint.as);
      }
      strategies.push({ ...bare.as, constraints });
    }
    if (strategies.length > mostAlternatives) return tooMany;
  }
  return { as: strategies };
}

function isNothing(model: FlagModel, serve: Serve): boolean {
  return 'variant' in serve && isOff(model, serve.variant);
}

function bareStrategy(
  model: FlagModel,
  serve: Serve,
  isLast: boolean,
): Translated<Omit<Strategy, 'constraints'>> {
  if ('variant' in serve) {
    const variants = variantsOf(model, [{ variant: serve.variant, share: wholeShare }], 'default');
    return { as: { name: 'default', parameters: {}, variants } };
  }
  const stickiness = fieldOf(serve.by);
  if (stickiness === undefined)
    return refused(`it splits by ${serve.by}, which is inside of another attribute`);
  const some = serve.split.filter(({ variant, share }) => share > 0 && !isOff(model, variant));
  const share = some.reduce((sum, one) => sum + one.share, 0);
  if (share < wholeShare && !isLast)
    return refused('users whom a split leaves out would go on to the next rule in Unleash');
  if (share % 100 !== 0) return refused(`Unleash counts whole percents, and this is ${share / 100} %`);
  const isWeighed = model.type !== 'boolean' && some.length > 1;
  if (isWeighed && some.some((one) => one.share % 10 !== 0))
    return refused('Unleash weighs variants in tenths of a percent');
  const parameters = { rollout: String(share / 100), stickiness, groupId: serve.seed };
  return { as: { name: 'flexibleRollout', parameters, variants: variantsOf(model, some, stickiness) } };
}

/**
 * A boolean is on or off there, without variants. In the order and with the weights that an Unleash server gives them,
 * since both decide who gets which: whoever takes the flags there finds everybody where he was.
 */
function variantsOf(
  model: FlagModel,
  split: readonly { readonly variant: string; readonly share: number }[],
  stickiness: string,
): readonly Variant[] {
  if (model.type === 'boolean') return [];
  const sum = split.reduce((all, { share }) => all + share, 0);
  const isWhole = split.every(({ share }) => (share * wholeWeight) % sum === 0);
  return split
    .map(({ variant, share }) => ({
      name: variant,
      weight: isWhole ? (share * wholeWeight) / sum : share / 10,
      stickiness,
      payload: payloadOf(model.variants.find(({ name }) => name === variant)?.value ?? null),
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

export function payloadOf(value: Json): Payload {
  if (typeof value === 'string') return { type: 'string', value };
  return { type: typeof value === 'number' ? 'number' : 'json', value: JSON.stringify(value) };
}

function dependenciesOf(model: FlagModel, find: FindFlag): Translated<readonly Dependency[]> {
  const found: Dependency[] = [];
  for (const { flag, variants } of model.needs) {
    const parent = find(flag);
    // Nobody gets it then, in Unleash as here.
    if (!parent) {
      found.push({ feature: flag, enabled: true });
      continue;
    }
    if (parent.model.needs.length > 0)
      return refused(`it needs ${flag}, which needs others, and Unleash stops there`);
    const translated = translate(parent, find);
    if ('refused' in translated)
      return refused(`it needs ${flag}, which Unleash cannot have: ${translated.refused}`);
    const asked = dependency(parent.model, variants);
    if ('refused' in asked) return asked;
    found.push(asked.as);
  }
  return { as: found };
}

function dependency(parent: FlagModel, variants: readonly string[] | null): Translated<Dependency> {
  const plain = { as: { feature: parent.key, enabled: true } } as const;
  // "Any but off": of a boolean, that is the name of its variant here, and its value there.
  if (variants === null)
    return parent.variants.every(({ name }) => isOff(parent, name) === (name === parent.off))
      ? plain
      : refused(`what is off in ${parent.key} is not the same in Unleash`);
  if (variants.some((variant) => isOff(parent, variant)))
    return refused(`it needs ${parent.key} to be off, and Unleash has no variant for that`);
  const others = parent.variants.filter(({ name }) => !isOff(parent, name) && !variants.includes(name));
  if (others.length === 0) return plain;
  if (parent.type === 'boolean') return refused(`Unleash has no variants of ${parent.key}, a boolean`);
  return { as: { feature: parent.key, enabled: true, variants } };
}

function refused(why: string): { readonly refused: string } {
  return { refused: why };
}

const tooMany = refused(`written out for Unleash it has more than ${mostAlternatives} alternatives`);
