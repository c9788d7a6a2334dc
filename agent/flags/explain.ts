/** Why a user gets what he gets, for people: the same engine asked step by step. Pure but for the clock of the engine. */
import type { Json } from '../common/json.ts';
import { compileFlag, needGuard, scheduleGuards, type FindFlag, type SwitchedFlag } from './compile.ts';
import { compileCondition, exists } from './conditions.ts';
import { serveFlag, type Context } from './evaluate.ts';
import { onOf } from './model.ts';

export function explain(flag: SwitchedFlag, find: FindFlag, context: Context): string {
  const { model, setting } = flag;
  if (setting === 'off') return 'it is off';
  if (!scheduleGuards(model).every((guard) => holds(guard, context))) return 'its schedule has it off now';
  const missing = model.needs.find((need) => !holds(needGuard(need, find), context));
  if (missing) return `it needs ${missing.flag}, which this user has not`;
  if (model.targeting !== undefined) return "its targeting, in flagd's language, decides";
  for (const [index, { when, serve }] of model.rules.entries()) {
    const asked = compileCondition(when);
    if (!holds(asked, context)) continue;
    if ('variant' in serve) return `rule ${index + 1} holds`;
    if (holds(exists(serve.by), context)) return `rule ${index + 1} holds, and splits by ${serve.by}`;
  }
  const on = onOf(model, setting);
  if ('variant' in on) return model.rules.length === 0 ? 'it is on' : 'it is on, and no rule holds';
  const passed = model.rules.length === 0 ? '' : 'no rule holds; ';
  if (!holds(exists(on.by), context)) return `${passed}it splits by ${on.by}, which is not there`;
  return `${passed}it splits by ${on.by}`;
}

export interface Explained {
  readonly key: string;
  readonly variant: string | null;
  readonly value: Json;
  readonly reason: string;
  readonly because: string;
}

export function evaluateFor(flag: SwitchedFlag, find: FindFlag, context: Context): Explained {
  const { key } = flag.model;
  const result = serveFlag(key, compileFlag(flag, find)).evaluate(context);
  if ('problem' in result)
    return { key, variant: null, value: null, reason: 'ERROR', because: result.problem };
  return { key, ...result, because: explain(flag, find, context) };
}

/** A question that cannot be asked of this context holds for nobody; what is said of that is the evaluation's. */
function holds(targeting: Json, context: Context): boolean {
  const flag = {
    state: 'ENABLED',
    variants: { yes: true, no: false },
    defaultVariant: 'no',
    targeting: { if: [targeting, 'yes', 'no'] },
  } as const;
  const result = serveFlag('it', flag).evaluate(context);
  return 'value' in result && result.value === true;
}
