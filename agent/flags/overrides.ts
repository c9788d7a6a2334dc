/**
 * A developer's own overrides, laid over flags before they are compiled: what they mean is then the same in every
 * protocol. Pure.
 */
import { nearestName } from '../common/did-you-mean.ts';
import { isJsonObject, type Json } from '../common/json.ts';
import type { FlagDefinition, Rule } from '../swarm/ledger/flag-definition.ts';
import { whileOn, type FindFlag, type SwitchedFlag } from './compile.ts';
import type { FlagSource } from './document.ts';
import { modelOf, onOf, targetingKey as userAttribute, type FlagModel } from './model.ts';

/** A variant of the flag, or a value that none of its variants has. */
export type OverrideTo = { readonly variant: string } | { readonly value: Json };

export interface Override {
  readonly flag: string;
  /** For this user alone; `null`: for everybody. */
  readonly targetingKey: string | null;
  readonly to: OverrideTo;
}

/** What was typed: the name of a variant, else the value of one, else JSON of the flag's type. */
export function readOverride(
  definition: FlagDefinition,
  text: string,
): OverrideTo | { readonly wrong: string; readonly hint: string } {
  const model = modelOf(definition);
  const { type, variants } = model;
  const value = parsed(text);
  const named =
    variants.find(({ name }) => name === text) ??
    variants.find((one) => one.value === text || (value !== undefined && isSame(one.value, value)));
  if (named) return { variant: named.name };
  const names = variants.map(({ name }) => name);
  const near = nearestName(text, names);
  const other = type === 'boolean' ? '' : ` Any other value is written as JSON: ${example[type]}.`;
  const hint = near === undefined ? `Its variants: ${names.join(', ')}.${other}` : `Did you mean "${near}"?`;
  if (value === undefined) return { wrong: 'is no variant of it, and no JSON', hint };
  if (typeOf(value) !== type)
    return { wrong: `is ${article(typeOf(value))}, and it is ${article(type)}`, hint };
  return { value };
}

/** Quoted, as a shell wants them. */
const example = { string: `'"some text"'`, number: '42', object: `'{"a": 1}'` } as const;

/** The name of the variant, or the value as JSON: what `readOverride` takes. */
export function overrideText(to: OverrideTo): string {
  return 'variant' in to ? to.variant : JSON.stringify(to.value);
}

/** Why it cannot be laid over the flag as it is defined now; `undefined`: it can. */
export function whyNoOverride(
  definition: FlagDefinition | undefined,
  { flag, to }: Override,
): string | undefined {
  if (!definition) return `the flags file defines no flag "${flag}" any more`;
  const { type, variants } = modelOf(definition);
  if ('variant' in to)
    return variants.some(({ name }) => name === to.variant)
      ? undefined
      : `"${flag}" has no variant "${to.variant}" any more`;
  const given = typeOf(to.value);
  return given === type ? undefined : `"${flag}" is ${article(type)} now, and this is ${article(given)}`;
}

/** Flags with the overrides that can be laid over them; the others are what they were, the same objects. */
export function withOverrides(
  sources: ReadonlyMap<string, FlagSource>,
  overrides: readonly Override[],
): ReadonlyMap<string, FlagSource> {
  const fitting = overrides.filter(
    (one) => whyNoOverride(sources.get(one.flag)?.definition, one) === undefined,
  );
  if (fitting.length === 0) return sources;
  // A flag that needs an overridden one has what it then is: made when it is asked for, whatever the order of keys.
  const made = new Map<string, FlagSource>();
  const find = (key: string): FlagSource | undefined => {
    const source = sources.get(key);
    const own = fitting.filter(({ flag }) => flag === key);
    if (!source || own.length === 0) return source;
    const known = made.get(key) ?? overridden(source, own, find);
    made.set(key, known);
    return known;
  };
  return new Map([...sources].map(([key, source]) => [key, find(key) ?? source]));
}

interface ForUser {
  readonly targetingKey: string;
  readonly variant: string;
}

function overridden(source: FlagSource, overrides: readonly Override[], find: FindFlag): FlagSource {
  let { model } = source;
  let forAll = source.setting === 'off' ? model.off : undefined;
  const users: ForUser[] = [];
  for (const { targetingKey, to } of overrides) {
    const [variant, next] = variantFor(model, to);
    model = next;
    if (targetingKey === null) forAll = variant;
    else users.push({ targetingKey, variant });
  }
  const served = { ...source, ...(forAll === undefined ? { model } : always(model, forAll)) };
  // Another definition than the file's, so that nobody takes this flag for the one without overrides.
  return { ...served, model: first(users, served, find), definition: { ...source.definition } };
}

/** The same for everybody, whatever it needs and whenever. */
function always(model: FlagModel, variant: string): Pick<FlagSource, 'model' | 'setting'> {
  const plain = { rules: [], needs: [], schedule: undefined, targeting: undefined };
  return { model: { ...model, ...plain, on: { variant } }, setting: 'on' };
}

/** These users come first; for all others it is what it was. */
function first(users: readonly ForUser[], flag: SwitchedFlag, find: FindFlag): FlagModel {
  const { model, setting } = flag;
  if (users.length === 0) return model;
  if (model.needs.length === 0 && !model.schedule && model.targeting === undefined) {
    const rules = users.map(({ targetingKey, variant }): Rule => ({
      when: { attribute: userAttribute, test: { op: 'in', values: [targetingKey] } },
      serve: { variant },
    }));
    return { ...model, rules: [...rules, ...model.rules] };
  }
  // Needs, schedules and a targeting of its own come before any rule: they are written out, behind these users.
  const on = onOf(model, setting);
  const isUser = ({ targetingKey }: ForUser): Json => ({ in: [{ var: userAttribute }, [targetingKey]] });
  const targeting = {
    if: [
      ...users.flatMap((one): Json[] => [isUser(one), one.variant]),
      whileOn(flag, find, 'variant' in on ? on.variant : model.off),
    ],
  };
  return { ...model, rules: [], needs: [], schedule: undefined, targeting };
}

/** The name under which it is served; a value that no variant has becomes one. */
function variantFor(model: FlagModel, to: OverrideTo): readonly [string, FlagModel] {
  if ('variant' in to) return [to.variant, model];
  const taken = new Set(model.variants.map(({ name }) => name));
  let name = 'override';
  for (let count = 2; taken.has(name); count += 1) name = `override-${count}`;
  return [name, { ...model, variants: [...model.variants, { name, value: to.value }] }];
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function isSame(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function typeOf(value: Json): string {
  return isJsonObject(value)
    ? 'object'
    : Array.isArray(value)
      ? 'list'
      : value === null
        ? 'null'
        : typeof value;
}

function article(type: string): string {
  return type === 'null' ? 'null' : type === 'object' ? 'an object' : `a ${type}`;
}
