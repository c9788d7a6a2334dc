/** Flags that may be taken out, and why. It is said, and nothing is ever done about it by itself. */
import type { FlagStatus } from '../../agent/protocol/methods.ts';
import { l10n } from './l10n.ts';
import type { EnvironmentState } from './state.ts';

export type StaleReason =
  | { readonly kind: 'expired'; readonly day: string }
  /** The same for everybody, everywhere. */
  | { readonly kind: 'settled'; readonly as: string; readonly days: number }
  | { readonly kind: 'unused' };

export interface Staleness {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** After how many days of one and the same it is. */
  readonly days: number;
  /** How often it is used in the code; `undefined`: not known. */
  readonly uses: number | undefined;
}

const dayMs = 24 * 60 * 60 * 1_000;

export function staleReasons(
  key: string,
  environments: readonly EnvironmentState[],
  { now, days, uses }: Staleness,
): readonly StaleReason[] {
  const held = environments.flatMap(({ flags }) =>
    (flags?.flags ?? []).filter((flag) => flag.key === key && flag.defined),
  );
  const settled = environments.every(isRead) ? settledSince(held) : undefined;
  const sinceDays = settled === undefined ? 0 : Math.floor((now - settled.at) / dayMs);
  const day = held
    .flatMap(({ expires }) => expires ?? [])
    .sort()
    .at(-1);
  return [
    ...(day !== undefined && day <= new Date(now).toISOString().slice(0, 10)
      ? [{ kind: 'expired' as const, day }]
      : []),
    ...(settled !== undefined && sinceDays >= days
      ? [{ kind: 'settled' as const, as: settled.as, days: sinceDays }]
      : []),
    ...(uses === 0 ? [{ kind: 'unused' as const }] : []),
  ];
}

/** `off everywhere for 45 days`. */
export function staleWords(reason: StaleReason): string {
  switch (reason.kind) {
    case 'expired':
      return l10n.t('expired on {0}', reason.day);
    case 'settled':
      return l10n.t('{0} everywhere for {1} days', reason.as, reason.days);
    case 'unused':
      return l10n.t('not used in the code');
  }
}

/** What could not be read may have another state: then nothing is said. */
function isRead({ status, flags, flagsTrouble }: EnvironmentState): boolean {
  return flagsTrouble === undefined && (flags !== undefined || status?.state === 'not-set-up');
}

/** Of switches that are there to be used one day, being unused says nothing. */
const keptOn: readonly FlagStatus['kind'][] = ['kill-switch', 'ops'];

/** Since its last change anywhere; nobody knows how long one that was never switched has been there. */
function settledSince(held: readonly FlagStatus[]): { readonly as: string; readonly at: number } | undefined {
  const [first] = held;
  if (first === undefined || keptOn.includes(first.kind)) return undefined;
  const same = sameForAll(first);
  const times = held.flatMap(({ at }) => (at === null ? [] : [Date.parse(at)]));
  if (same === undefined || times.length === 0) return undefined;
  return held.every((flag) => sameForAll(flag) === same) ? { as: same, at: Math.max(...times) } : undefined;
}

/** What everybody gets; `undefined`: not everybody gets the same. */
function sameForAll({ value, share, variant, conditions }: FlagStatus): string | undefined {
  if (!value) return l10n.t('off');
  if (conditions > 0 || (share !== null && share < 100)) return undefined;
  return variant === undefined ? l10n.t('on') : l10n.t('on with {0}', variant);
}
