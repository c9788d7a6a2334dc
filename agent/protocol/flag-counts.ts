/**
 * How often flags are evaluated, variant by variant. Two things are counted apart: an application **asked** for this very
 * flag, or was **given** it together with all others, which says nothing about whether it is used.
 */

/** How control came to know. Asked: `ofrep` (one flag), and what Unleash's SDKs tell of themselves. The others: given. */
export const countedWays = [
  'ofrep',
  'unleash',
  'unleash-frontend',
  'ofrep-all',
  'unleash-frontend-all',
] as const;
export type CountedWay = (typeof countedWays)[number];

/** The application was given it together with all others. */
export function isGiven(way: CountedWay): boolean {
  return way === 'ofrep-all' || way === 'unleash-frontend-all';
}

/** No variant is called like these. */
export const unnamed = {
  /** The flag cannot be asked of that context: the SDK takes its own default. */
  error: '(error)',
  /** An SDK told that the flag was on, and not with which variant. */
  on: '(on)',
} as const;

export interface Counted {
  /** The last 60 minutes, the last 24 hours, and since control started. */
  readonly hour: number;
  readonly day: number;
  readonly total: number;
}

export interface CountedVariant {
  /** Its name, or one of `unnamed`. */
  readonly variant: string;
  readonly asked: Counted;
  readonly given: Counted;
  /** Totals by way; those that are not 0. */
  readonly ways: Readonly<Partial<Record<CountedWay, number>>>;
}

export interface CountedFlag {
  readonly key: string;
  /** False: no release here knows it any more. */
  readonly defined: boolean;
  /** When an application asked for this very flag last (RFC 3339); `null`: not since control started. */
  readonly askedAt: string | null;
  /** In the order of the file; those that were never served are there with 0. */
  readonly variants: readonly CountedVariant[];
}

/** SDKs of one application that have told of themselves. Those that speak OFREP or flagd do not. */
export interface ConnectedSdk {
  /** As it calls itself. */
  readonly app: string;
  /** `unleash-client-node:6.11.0`; `null`: it did not say. */
  readonly sdk: string | null;
  readonly instances: number;
  /** RFC 3339. */
  readonly seenAt: string;
}

export interface SdkStreams {
  /** Clients that are being told of changes right now. */
  readonly ofrep: number;
  readonly unleash: number;
  readonly flagd: number;
}

export interface FlagCountsResult {
  readonly environment: string;
  readonly stack: string;
  /** When the control that counts for the longest time began (RFC 3339); `null`: none answered. */
  readonly since: string | null;
  /** How many controls are in these numbers, and what is said of the others. */
  readonly controls: number;
  readonly missing: readonly string[];
  readonly flags: readonly CountedFlag[];
  /** Asked for keys that nobody defines. */
  readonly unknown: Counted;
  /** Of more variants than control keeps apart. */
  readonly others: Counted;
  readonly sdks: readonly ConnectedSdk[];
  readonly streams: SdkStreams;
}
