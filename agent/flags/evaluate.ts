/** What one user gets of a flag: flagd's own engine over a compiled flag. */
import { ErrorCode, type EvaluationContext, type Logger } from '@openfeature/core';
import { FeatureFlag, type Flag } from '@openfeature/flagd-core';
import { canonicalJson, sha256 } from '../common/canonical.ts';
import type { Json } from '../common/json.ts';
import type { FlagdFlag } from './compile.ts';

/** As the client sent it; `targetingKey` names the user. */
export type Context = Readonly<Record<string, Json>>;

export type Evaluation =
  | { readonly value: Json; readonly variant: string; readonly reason: string }
  /** A condition that cannot be asked of this context: a number is compared with something that is none. */
  | { readonly problem: string };

export interface ServedFlag {
  readonly key: string;
  readonly compiled: FlagdFlag;
  /** Of the compiled flag: equal flags, equal digest. */
  readonly digest: string;
  /** False: everybody gets the same. */
  readonly depends: boolean;
  readonly evaluate: (context: Context) => Evaluation;
}

/** It tells what it makes of contexts; that is for those who wrote them, in the answer. */
const silent: Logger = { error: nothing, warn: nothing, info: nothing, debug: nothing };

/** Compiles the flag's targeting, which takes a fraction of a millisecond. */
export function serveFlag(key: string, flag: FlagdFlag): ServedFlag {
  const feature = featureOf(key, flag);
  return {
    key,
    compiled: flag,
    digest: digestOf(flag),
    depends: flag.targeting !== undefined,
    evaluate: (context) => {
      const { value, variant, reason, errorMessage } = feature.evaluate(context as EvaluationContext);
      if (value === undefined || variant === undefined)
        return { problem: errorMessage ?? 'it has no value for this context' };
      return { value: value as Json, variant, reason };
    },
  };
}

/** Their type says that targeting is a text; it is read as what it is. */
function featureOf(key: string, flag: FlagdFlag): FeatureFlag {
  return new FeatureFlag(key, flag as Flag, silent);
}

/** The order of a split is its meaning, and canonical JSON keeps that of lists. */
export function digestOf(flag: FlagdFlag): string {
  return sha256(canonicalJson(flag));
}

function nothing(): void {
  // Nobody listens.
}

/** Why flagd's engine cannot use a targeting; `undefined`: it can. Which variants it names is seen only when it is asked. */
export function problemOfTargeting(targeting: Json): string | undefined {
  const flag = { state: 'ENABLED', variants: { on: true }, defaultVariant: 'on', targeting } as const;
  return featureOf('it', flag).evaluate({}).errorCode === ErrorCode.PARSE_ERROR
    ? 'cannot be read by flagd'
    : undefined;
}
