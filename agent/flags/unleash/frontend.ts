/** Unleash's frontend API: evaluated here, by the same engine and with the same buckets as over OFREP. Pure. */
import { isJsonObject, type Json } from '../../common/json.ts';
import { unnamed } from '../../protocol/flag-counts.ts';
import type { FlagsDocument } from '../document.ts';
import type { Context } from '../evaluate.ts';
import { isOff, payloadOf, type Payload } from './translate.ts';

interface Toggle {
  readonly name: string;
  readonly enabled: true;
  readonly impressionData: false;
  readonly variant: {
    readonly name: string;
    readonly enabled: boolean;
    readonly feature_enabled: true;
    readonly payload?: Payload;
  };
}

/**
 * Those that are on for this user, as Unleash has it. A flag that this context cannot be asked of is not. `served`: is told
 * what each flag came to, also of those that are off.
 */
export function frontendToggles(
  { flags, sources }: FlagsDocument,
  context: Context,
  served: (key: string, variant: string) => void = () => undefined,
): readonly Toggle[] {
  const toggles: Toggle[] = [];
  for (const [key, flag] of flags) {
    const model = sources.get(key)?.model;
    const result = flag.evaluate(context);
    if (model) served(key, 'problem' in result ? unnamed.error : result.variant);
    if (!model || 'problem' in result || isOff(model, result.variant)) continue;
    const variant =
      model.type === 'boolean'
        ? ({ name: 'disabled', enabled: false, feature_enabled: true } as const)
        : ({
            name: result.variant,
            enabled: true,
            feature_enabled: true,
            payload: payloadOf(result.value),
          } as const);
    toggles.push({ name: key, enabled: true, impressionData: false, variant });
  }
  return toggles;
}

/** Unleash keeps what it does not know itself under `properties`; the user is `userId`. */
export function contextOf(sent: Readonly<Record<string, Json>>): Context {
  const { properties, ...fields } = sent;
  const context = { ...(isJsonObject(properties) ? properties : {}), ...fields };
  const user = context['userId'];
  return user === undefined ? context : { ...context, targetingKey: user };
}

const property = /^properties\[([^\]]+)\]$/;

/** `userId=ann&properties[plan]=pro`. */
export function contextOfQuery(query: URLSearchParams): Context {
  const fields: Record<string, Json> = {};
  const properties: Record<string, Json> = {};
  for (const [name, value] of query) {
    const [, inner] = property.exec(name) ?? [];
    if (inner === undefined) fields[name] = value;
    else properties[inner] = value;
  }
  return contextOf({ ...fields, properties });
}
