/**
 * One flag in flagd's language, with what is switched in its environment: what all protocols serve. Pure; equal
 * definitions and states, equal documents. Format: https://flagd.dev/reference/flag-definitions
 */
import type { Serve } from '../swarm/ledger/flag-definition.ts';
import type { FlagSetting } from '../swarm/ledger/flags.ts';
import { compileCondition, exists } from './conditions.ts';
import type { Json } from '../common/json.ts';
import { onOf, type FlagModel } from './model.ts';

export interface FlagdFlag {
  /** Never `DISABLED`: flagd then answers with the caller's default. A flag that is off serves its "off". */
  readonly state: 'ENABLED';
  readonly variants: Readonly<Record<string, Json>>;
  readonly defaultVariant: string;
  readonly targeting?: Json;
}

export interface SwitchedFlag {
  readonly model: FlagModel;
  readonly setting: FlagSetting;
}

/** Of the flags that are there. */
export type FindFlag = (key: string) => SwitchedFlag | undefined;

export function compileFlag(flag: SwitchedFlag, find: FindFlag): FlagdFlag {
  const { variants, off } = flag.model;
  const written = {
    state: 'ENABLED',
    variants: Object.fromEntries(variants.map(({ name, value }) => [name, value])),
  } as const;
  if (flag.setting === 'off') return { ...written, defaultVariant: off };
  const targeting = whileOn(flag, find, null);
  return { ...written, defaultVariant: defaultOf(flag), ...(targeting !== null && { targeting }) };
}

/** What is served when the targeting says nothing. */
function defaultOf({ model, setting }: SwitchedFlag): string {
  const on = onOf(model, setting);
  return 'variant' in on ? on.variant : model.off;
}

/** Gives the name of a variant, or `otherwise`; `null`, too, where nothing depends on anything. */
export function whileOn(flag: SwitchedFlag, find: FindFlag, otherwise: string | null): Json {
  const { model } = flag;
  const guards = [...scheduleGuards(model), ...model.needs.map((need) => needGuard(need, find))];
  const served = model.targeting ?? chosen(flag, otherwise);
  return guards.length === 0 ? served : { if: [{ and: guards }, served, model.off] };
}

function chosen({ model, setting }: SwitchedFlag, otherwise: string | null): Json {
  const on = onOf(model, setting);
  const branches = model.rules.flatMap(({ when, serve }) => {
    const asked = compileCondition(when);
    return [isSplit(serve) ? { and: [asked, exists(serve.by)] } : asked, compileServe(serve)];
  });
  if (isSplit(on)) branches.push(exists(on.by), compileServe(on));
  return branches.length === 0 ? otherwise : { if: [...branches, otherwise] };
}

function isSplit(serve: Serve): serve is Extract<Serve, { by: string }> {
  return 'split' in serve;
}

function compileServe(serve: Serve): Json {
  if (!isSplit(serve)) return serve.variant;
  const { by, seed, split } = serve;
  // The seed is written out: by itself flagd takes the key of the flag that asks, and one that needs this flag is another.
  return {
    fractional: [{ cat: [`${seed}:`, { var: by }] }, ...split.map(({ variant, share }) => [variant, share])],
  };
}

/** flagd's clock counts seconds. */
export function scheduleGuards({ schedule }: FlagModel): readonly Json[] {
  const now = { var: '$flagd.timestamp' };
  const { from = null, until = null } = schedule ?? {};
  return [
    ...(from === null ? [] : [{ '>=': [now, Math.ceil(from / 1_000)] }]),
    ...(until === null ? [] : [{ '<': [now, Math.ceil(until / 1_000)] }]),
  ];
}

/** A flag that is not there gives nobody anything. */
export function needGuard({ flag, variants }: FlagModel['needs'][number], find: FindFlag): Json {
  const needed = find(flag);
  if (!needed) return false;
  const variant = needed.setting === 'off' ? needed.model.off : whileOn(needed, find, defaultOf(needed));
  return variants === null ? { '!==': [variant, needed.model.off] } : { in: [variant, variants] };
}
