/** What one user gets of a flag: flagd's own engine over a compiled flag. */
import type { EvaluationContext, Logger } from '@openfeature/core';
import { FeatureFlag, type Flag } from '@openfeature/flagd-core';
import type { FlagdFlag } from './compile.ts';
import type { Json } from '../common/json.ts';

/** As the client sent it; `targetingKey` names the user. */
export type Context = Readonly<Record<string, Json>>;

export type Evaluation =
  | { readonly value: Json; readonly variant: string; readonly reason: string }
  /** A condition that cannot be asked of this context: a number is compared with something that is none. */
  | { readonly problem: string };

export interface ServedFlag {
  readonly key: string;
  /** The same for everybody. */
  readonly isStatic: boolean;
  readonly evaluate: (context: Context) => Evaluation;
}

/** It tells what it makes of contexts; that is for those who wrote them, in the answer. */
const silent: Logger = { error: nothing, warn: nothing, info: nothing, debug: nothing };

/** Compiles the flag's targeting, which takes a fraction of a millisecond. */
export function serveFlag(key: string, flag: FlagdFlag): ServedFlag {
  // Their type says that targeting is a text; it is read as what it is.
  const feature = new FeatureFlag(key, flag as Flag, silent);
  return {
    key,
    isStatic: flag.targeting === undefined,
    evaluate: (context) => {
      const { value, variant, reason, errorMessage } = feature.evaluate(context as EvaluationContext);
      if (value === undefined || variant === undefined)
        return { problem: errorMessage ?? 'it has no value for this context' };
      return { value: value as Json, variant, reason };
    },
  };
}

function nothing(): void {
  // Nobody listens.
}

/** Why flagd's engine cannot use a targeting; `undefined`: it can. Which variants it names is seen only when it is asked. */
export function problemOfTargeting(targeting: Json): string | undefined {
  const flag = { state: 'ENABLED', variants: { on: true }, defaultVariant: 'on', targeting } as const;
  const result = serveFlag('it', flag).evaluate({});
  return 'problem' in result && result.problem.startsWith('Invalid targeting')
    ? 'cannot be read by flagd'
    : undefined;
}
