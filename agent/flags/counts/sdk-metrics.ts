/** What Unleash's SDKs tell of their evaluations, in our variants. Pure but for the counter. */
import { isJsonObject, type Json } from '../../common/json.ts';
import { unnamed } from '../../protocol/flag-counts.ts';
import type { FlagsDocument } from '../document.ts';
import type { FlagModel } from '../model.ts';
import { isGivenToClients } from '../unleash/payload.ts';
import { isOff } from '../unleash/translate.ts';
import type { FlagCounter } from './tally.ts';

export interface ToldToggle {
  readonly key: string;
  readonly yes: number;
  readonly no: number;
  readonly variants: Readonly<Record<string, number>>;
}

/** More than that in one report of one flag is no count. */
const most = 1e9;

/**
 * Out of the body of `/client/metrics` (`bucket.toggles`, by name) or of `/client/metrics/bulk` (`metrics`, a list). What is
 * no count is passed over: an SDK is not turned away for it.
 */
export function toldToggles(body: unknown): readonly ToldToggle[] {
  if (!isJsonObject(body)) return [];
  const { bucket, metrics } = body;
  const toggles = isJsonObject(bucket) ? bucket['toggles'] : undefined;
  const named = isJsonObject(toggles) ? Object.entries(toggles) : [];
  const listed = Array.isArray(metrics)
    ? (metrics as readonly Json[]).map((one) => [isJsonObject(one) ? one['featureName'] : null, one] as const)
    : [];
  return [...named, ...listed].flatMap(([key, told]) =>
    typeof key === 'string' && isJsonObject(told) ? [toggleOf(key, told)] : [],
  );
}

function toggleOf(key: string, { yes, no, variants }: Readonly<Record<string, Json>>): ToldToggle {
  const told = Object.entries(isJsonObject(variants) ? variants : {});
  return {
    ...{ key, yes: count(yes), no: count(no) },
    variants: Object.fromEntries(told.map(([variant, times]) => [variant, count(times)])),
  };
}

function count(value: Json | undefined): number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most
    ? (value as number)
    : 0;
}

export function countTold(
  counter: FlagCounter,
  document: FlagsDocument,
  way: 'unleash' | 'unleash-frontend',
  toggles: readonly ToldToggle[],
): void {
  for (const toggle of toggles) {
    const model = document.sources.get(toggle.key)?.model;
    if (!model) {
      counter.countUnknown(toggle.yes + toggle.no);
      continue;
    }
    // SDKs that evaluate by themselves were not given what their language cannot say.
    const isKnown = way === 'unleash-frontend' || isGivenToClients(document, toggle.key);
    for (const [variant, times] of variantsOf(model, toggle, isKnown))
      if (times > 0) counter.count(toggle.key, variant, way, times);
  }
}

/**
 * Each evaluation is in `yes` or `no`; one that asked for the variant is in `variants` as well, and "disabled" there is a
 * flag that is off, or one that is on and has no variants.
 */
function variantsOf(
  model: FlagModel,
  { yes, no, variants }: ToldToggle,
  isKnown: boolean,
): readonly (readonly [string, number])[] {
  const off = [isKnown ? model.off : unnamed.error, no] as const;
  const ons = model.variants.map(({ name }) => name).filter((name) => !isOff(model, name));
  const [only] = ons;
  if (only !== undefined && ons.length === 1) return [[only, yes], off];
  const named = ons.map((name) => [name, Object.hasOwn(variants, name) ? (variants[name] ?? 0) : 0] as const);
  const rest = yes - named.reduce((sum, [, times]) => sum + times, 0);
  return [...named, [unnamed.on, Math.max(0, rest)], off];
}
