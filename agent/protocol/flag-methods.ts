/** Methods about feature flags. */
import * as z from 'zod';
import { flagExchangeParams, type FlagExchangeResults } from './flag-exchange.ts';
import { flagReason, flagSettlingParams, type FlagSettlingResults } from './flag-settling.ts';
import type { FlagCountsResult } from './flag-counts.ts';
import type { LocalOverride } from './local-flags.ts';
import {
  flagServerParams,
  type FlagServerName,
  type FlagServerResults,
  type HeldElsewhere,
  type FlagSegment,
} from './flag-server.ts';
import type { ReleaseName } from './methods.ts';

const environment = z.string().min(1);
const folder = z.string().min(1);

/** What is said of a user: `targetingKey` names him. */
export const flagContext = z.record(z.string(), z.json());
export type FlagContext = Readonly<Record<string, unknown>>;

export const flagParams = {
  'flags.list': z.strictObject({ folder, environment }),
  'flags.set': z.strictObject({
    folder,
    confirmed: z.boolean().optional(),
    environment,
    key: z.string().min(1),
    on: z.boolean(),
    /** Percent of the users for whom no rule says otherwise; with `on` only. Left out: all of them. */
    share: z.number().min(0).max(100).optional(),
    /** What they get, of a flag that is not boolean; with `on` only. Left out: what the definition says. */
    variant: z.string().min(1).optional(),
    reason: flagReason.optional(),
  }),
  ...flagSettlingParams,
  ...flagExchangeParams,
  /**
   * What SDKs are let in with. Makes a token where there is none. `rotate`: makes another; the one before stays good.
   * `required`: whether SDKs without a token are turned away; left out: as it is.
   */
  'flags.token': z.strictObject({
    folder,
    confirmed: z.boolean().optional(),
    environment,
    rotate: z.boolean(),
    /** Rotates also while services run that would be turned away. */
    force: z.boolean().optional(),
    required: z.boolean().optional(),
  }),
  /** Who gets what, and why. `key`: of one flag; `null`: of all. */
  'flags.evaluate': z.strictObject({
    folder,
    environment,
    key: z.string().min(1).nullable(),
    context: flagContext,
  }),
  /** How often they are evaluated. `key`: of one flag; `null`: of all. */
  'flags.counts': z.strictObject({ folder, environment, key: z.string().min(1).nullable() }),
  ...flagServerParams,
} as const;

export interface FlagStatus {
  readonly key: string;
  /** Whether it is on. */
  readonly value: boolean;
  /** `null`: nobody has switched it, the default holds. */
  readonly state: 'on' | 'off' | null;
  /** Percent of its users it was switched on for; `null`: no share was said. */
  readonly share: number | null;
  /** The variant it was switched to; missing: none was said. One that `variants` has no more: the definition's holds. */
  readonly variant?: string;
  /** False: it was switched once, and no release here knows it any more. */
  readonly defined: boolean;
  readonly default: boolean | null;
  readonly description: string | null;
  readonly owner: string | null;
  readonly kind: 'release' | 'experiment' | 'ops' | 'kill-switch' | null;
  /** The day from which on it should be gone: `2027-03-01`. */
  readonly expires: string | null;
  readonly type: 'boolean' | 'string' | 'number' | 'object';
  /** Names, in the order of the file; of a flag that is not defined: none. */
  readonly variants: readonly string[];
  /** How many rules, needs and the like say who gets what; 0: everybody gets the same. */
  readonly conditions: number;
  /** How SDKs of Unleash that evaluate by themselves have it; missing: exactly as everybody else. */
  readonly unleash?: {
    /** `refused`: they are not given it, since their format cannot say what it means. */
    readonly state: 'refused' | 'buckets-differ';
    readonly reason: string;
  };
  /** Of a flag that another server holds. */
  readonly server?: HeldElsewhere;
  /** Who switched it last, and when (RFC 3339). */
  readonly by: string | null;
  readonly at: string | null;
  /** Why; missing: nobody said so. */
  readonly reason?: string;
}

export interface FlagsResult {
  readonly environment: string;
  readonly stack: string;
  /** The live release, whose definitions hold. */
  readonly release: ReleaseName | null;
  readonly flags: readonly FlagStatus[];
  /** On the agent's machine: what is served there differs by these. Missing: none. */
  readonly overrides?: readonly LocalOverride[];
  /** Who holds them, where that is not Tidegate. */
  readonly server?: FlagServerName;
  /** Of that server: groups of users that flags may be on for. */
  readonly segments?: readonly FlagSegment[];
}

export interface FlagSetResult {
  /** `partial`: it is in the ledger, and not every control has said that it serves it (`missing`). */
  readonly outcome: 'done' | 'unchanged' | 'partial';
  readonly environment: string;
  readonly stack: string;
  readonly flag: string;
  /** `forgotten`: no release defines it any more, and what was said of it is gone. */
  readonly state: 'on' | 'off' | 'forgotten';
  /** Percent; `null`: no share was said. */
  readonly share: number | null;
  /** The variant it was switched to; missing: none was said. */
  readonly variant?: string;
  readonly value: boolean | null;
  readonly message: string;
  /** How many controls serve it. */
  readonly controls: number;
  readonly missing: readonly string[];
  /** Milliseconds from the request to the word of the last control. */
  readonly tookMs: number;
}

export interface FlagTokenResult {
  readonly outcome: 'done' | 'unchanged';
  readonly environment: string;
  readonly stack: string;
  /** Read-only. A secret: shown to who asked for it, and to nobody else. */
  readonly token: string;
  /** How many tokens are good, this one included. */
  readonly good: number;
  readonly required: boolean;
  /** Where services find the flags. */
  readonly addresses: { readonly ofrep: string; readonly unleash: string; readonly flagd: string };
  readonly message: string;
}

export interface FlagEvaluation {
  readonly key: string;
  /** `null`: the SDK takes its own default. */
  readonly variant: string | null;
  readonly value: unknown;
  /** OpenFeature's: `STATIC`, `TARGETING_MATCH`, `DEFAULT`, `ERROR`. */
  readonly reason: string;
  /** Why, for people. */
  readonly because: string;
}

export interface FlagEvaluateResult {
  readonly environment: string;
  readonly stack: string;
  readonly evaluations: readonly FlagEvaluation[];
}

export interface FlagResults extends FlagServerResults, FlagSettlingResults, FlagExchangeResults {
  'flags.list': FlagsResult;
  'flags.set': FlagSetResult;
  'flags.token': FlagTokenResult;
  'flags.evaluate': FlagEvaluateResult;
  'flags.counts': FlagCountsResult;
}
