/**
 * What a flag means, written down as plainly as it can be: no JSON Logic, nothing of the compiler. Only the hash of a
 * split is shared knowledge (MurmurHash3 over `<seed>:<attribute>`, as flagd has it), and comes from the outside.
 */
import { isJsonObject, type Json } from '../../../agent/common/json.ts';
import type { Condition, Serve, Test } from '../../../agent/swarm/ledger/flag-definition.ts';
import type { FindFlag, SwitchedFlag } from '../../../agent/flags/compile.ts';
import type { Context } from '../../../agent/flags/evaluate.ts';

export interface World {
  readonly find: FindFlag;
  readonly context: Context;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** 0..9999 of a text. */
  readonly bucket: (text: string) => number;
}

/** The name of the variant that this user gets. */
export function meant({ model, setting }: SwitchedFlag, world: World): string {
  if (setting === 'off') return model.off;
  const { from = null, until = null } = model.schedule ?? {};
  if (from !== null && world.now < from) return model.off;
  if (until !== null && world.now >= until) return model.off;
  for (const { flag, variants } of model.needs) {
    const needed = world.find(flag);
    if (!needed) return model.off;
    const variant = meant(needed, world);
    if (variants === null ? variant === needed.model.off : !variants.includes(variant)) return model.off;
  }
  for (const { when, serve } of model.rules) {
    if (!holds(when, world.context)) continue;
    const variant = served(serve, world);
    if (variant !== undefined) return variant;
  }
  const [, share, named] = /^on(?::(\d+))?(?::variant=(.+))?$/.exec(setting) ?? [];
  const isThere = model.variants.some(({ name }) => name === named);
  const on = isThere && named !== undefined ? { variant: named } : model.on;
  const others = 'variant' in on ? [] : on.split.filter(({ variant }) => variant !== model.off);
  if (share === undefined || (!('variant' in on) && others.length !== 1))
    return served(on, world) ?? model.off;
  // Of a flag that is on for one variant, or for a share of its own beside "off": the share that was set instead.
  const [by, seed, variant] =
    'variant' in on
      ? ['targetingKey', model.key, on.variant]
      : [on.by, on.seed, others[0]?.variant ?? model.off];
  const value = attribute(world.context, by);
  if (value === undefined) return model.off;
  return world.bucket(`${seed}:${text(value)}`) < Number(share) ? variant : model.off;
}

function served(serve: Serve, { context, bucket }: World): string | undefined {
  if ('variant' in serve) return serve.variant;
  const value = attribute(context, serve.by);
  if (value === undefined) return undefined;
  let left = bucket(`${serve.seed}:${text(value)}`);
  for (const { variant, share } of serve.split) {
    if (left < share) return variant;
    left -= share;
  }
  return undefined;
}

function holds(condition: Condition, context: Context): boolean {
  if ('all' in condition) return condition.all.every((part) => holds(part, context));
  if ('any' in condition) return condition.any.some((part) => holds(part, context));
  if ('not' in condition) return !holds(condition.not, context);
  const value = attribute(context, condition.attribute);
  return value !== undefined && passes(value, condition.test);
}

function passes(value: Json, test: Test): boolean {
  switch (test.op) {
    case 'in':
      return test.values.some((one) => one === value);
    case 'starts-with':
      return typeof value === 'string' && test.texts.some((text) => value.startsWith(text));
    case 'ends-with':
      return typeof value === 'string' && test.texts.some((text) => value.endsWith(text));
    case '>':
      return Number(value) > test.number;
    case '>=':
      return Number(value) >= test.number;
    case '<':
      return Number(value) < test.number;
    case '<=':
      return Number(value) <= test.number;
    case 'semver':
      return comparesVersions(text(value), test);
    case 'exists':
      return true;
  }
}

/** Three whole numbers each: as far as the generated contexts go. */
function comparesVersions(text: string, { is, version }: Extract<Test, { op: 'semver' }>): boolean {
  const parts = (of: string): number[] => of.split('.').map(Number);
  const [a, b] = [parts(text), parts(version)];
  const first = [0, 1, 2].map((n) => Math.sign((a[n] ?? 0) - (b[n] ?? 0))).find((sign) => sign !== 0) ?? 0;
  switch (is) {
    case '=':
      return first === 0;
    case '!=':
      return first !== 0;
    case '>':
      return first > 0;
    case '>=':
      return first >= 0;
    case '<':
      return first < 0;
    case '<=':
      return first <= 0;
    case '^':
      return a[0] === b[0];
    case '~':
      return a[0] === b[0] && a[1] === b[1];
  }
}

function attribute(context: Context, path: string): Json | undefined {
  let value: Json | undefined = context;
  for (const part of path.split('.')) value = isJsonObject(value) ? value[part] : undefined;
  return value === null ? undefined : value;
}

/** Attributes are texts, numbers, true and false here. */
function text(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
