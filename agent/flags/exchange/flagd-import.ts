/** flagd's JSON (https://flagd.dev/reference/flag-definitions) as definitions: its targeting is one that we take as it is. Pure. */
import { isJsonObject, type Json } from '../../common/json.ts';
import {
  flagKeyPattern,
  flagKinds,
  type FlagDefinition,
  type FlagType,
} from '../../swarm/ledger/flag-definition.ts';
import { problemOfTargeting } from '../evaluate.ts';
import { Unsaid, type Imported, type ReadFlag } from './imported.ts';

type JsonObject = { readonly [key: string]: Json };

export function readFlagd(document: JsonObject): Imported {
  const evaluators = objectOf(document['$evaluators']);
  const flags = Object.entries(objectOf(document['flags'])).map(([key, flag]): ReadFlag => {
    try {
      return readFlag(key, objectOf(flag), evaluators);
    } catch (error) {
      if (error instanceof Unsaid) return { key, cannot: error.message };
      throw error;
    }
  });
  return { flags, lost: [] };
}

function readFlag(key: string, flag: JsonObject, evaluators: JsonObject): ReadFlag {
  const variants = Object.entries(objectOf(flag['variants']));
  const type = typeOf(variants.map(([, value]) => value));
  const { defaultVariant } = flag;
  if (typeof defaultVariant !== 'string' || !variants.some(([name]) => name === defaultVariant))
    throw new Unsaid(
      'it names no default variant: SDKs take their own default then, which a flag here never says',
    );
  const targeting = isEmpty(flag['targeting'])
    ? undefined
    : inlined(flag['targeting'] ?? null, evaluators, 0);
  const about = aboutOf(key, objectOf(flag['metadata']));
  const isOff = flag['state'] === 'DISABLED';
  const lost = isOff ? ['it is DISABLED, so that SDKs take their own default; here it is off'] : [];
  const shape =
    type === 'boolean' ? asSwitch(variants) : asVariants(type, variants, about.off ?? defaultVariant);
  const served = shape.rename(defaultVariant);
  const behaviour = behaviourOf(
    shape,
    served,
    targeting === undefined ? undefined : shape.targeting(targeting),
  );
  return {
    definition: { ...about.said, ...shape.written, ...behaviour, ...(isOff && { default: false }) },
    lost,
  };
}

interface Shape {
  readonly written: Pick<FlagDefinition, 'type' | 'variants' | 'off'>;
  readonly off: string;
  /** Some variant that is not that of "off", if there is one. */
  readonly other: string;
  readonly rename: (variant: string) => string;
  readonly targeting: (targeting: Json) => Json;
}

function behaviourOf(
  { off, other }: Shape,
  served: string,
  targeting: Json | undefined,
): Pick<FlagDefinition, 'default' | 'on' | 'targeting'> {
  if (targeting !== undefined) {
    const problem = problemOfTargeting(targeting);
    if (problem !== undefined) throw new Unsaid(`its targeting ${problem}`);
    return { default: true, on: { variant: served }, targeting };
  }
  if (served === off) return { default: false, on: { variant: other } };
  return { default: true, on: { variant: served } };
}

/** A boolean flag here has the variants on and off, whatever they are called there. */
function asSwitch(variants: readonly (readonly [string, Json])[]): Shape {
  const names = new Map(variants.map(([name, value]) => [name, value === true ? 'on' : 'off']));
  const isSame = [...names].every(([name, own]) => name === own);
  const rename = (variant: string): string => names.get(variant) ?? variant;
  return {
    ...{ written: {}, off: 'off', other: 'on', rename },
    targeting: (targeting) => (isSame ? targeting : renamed(targeting, names)),
  };
}

function asVariants(type: FlagType, variants: readonly (readonly [string, Json])[], off: string): Shape {
  const wrong = variants.find(([name]) => !flagKeyPattern.test(name));
  if (wrong) throw new Unsaid(`a variant cannot be called ${JSON.stringify(wrong[0])} here`);
  if (variants.length < 2) throw new Unsaid('it has one variant only');
  const sorted = variants
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const known = sorted.some(({ name }) => name === off) ? off : (sorted[0]?.name ?? off);
  return {
    written: { type, variants: sorted, off: known },
    off: known,
    other: sorted.find(({ name }) => name !== known)?.name ?? known,
    rename: (variant) => variant,
    targeting: (targeting) => targeting,
  };
}

/** Where the targeting gives a variant: in the branches of `if`, and in the parts of `fractional`. */
function renamed(targeting: Json, names: ReadonlyMap<string, string>): Json {
  if (targeting === null) return null;
  if (typeof targeting === 'boolean') return renamed(String(targeting), names);
  if (typeof targeting === 'string') return names.get(targeting) ?? targeting;
  const [[operator, given] = ['', null]] = isJsonObject(targeting) ? Object.entries(targeting) : [];
  const parts = Array.isArray(given) ? (given as readonly Json[]) : [];
  if (operator === 'if' && parts.length > 0)
    return { if: parts.map((part, index) => (isResult(index, parts.length) ? renamed(part, names) : part)) };
  if (operator === 'fractional' && parts.length > 0)
    return { fractional: parts.map((part) => renamedPart(part, names)) };
  throw new Unsaid('its variants are not called on and off, and its targeting computes their names');
}

function isResult(index: number, length: number): boolean {
  return index % 2 === 1 || index === length - 1;
}

/** `[variant, weight]`; what is no list says by what users are split. */
function renamedPart(part: Json, names: ReadonlyMap<string, string>): Json {
  if (!Array.isArray(part)) return part;
  const [variant = null, ...weight] = part as readonly Json[];
  return [renamed(variant, names), ...weight];
}

const deepest = 20;

/** `{ "$ref": "name" }` stands for one of the shared rules. */
function inlined(json: Json, evaluators: JsonObject, depth: number): Json {
  if (depth > deepest) throw new Unsaid('its $ref leads in a circle');
  if (Array.isArray(json)) return (json as readonly Json[]).map((item) => inlined(item, evaluators, depth));
  if (!isJsonObject(json)) return json;
  const { $ref: name } = json;
  if (typeof name === 'string') {
    const found = evaluators[name];
    if (found === undefined) throw new Unsaid(`its $ref ${JSON.stringify(name)} is not in the file`);
    return inlined(found, evaluators, depth + 1);
  }
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, inlined(value, evaluators, depth)]),
  );
}

export function typeOf(values: readonly Json[]): FlagType {
  const kinds = new Set(
    values.map((value) =>
      isJsonObject(value) ? 'object' : Array.isArray(value) || value === null ? 'list' : typeof value,
    ),
  );
  const [kind] = kinds;
  if (kinds.size !== 1 || kind === 'list' || kind === undefined)
    throw new Unsaid('its variants are not all of one kind: boolean, string, number or object');
  return kind as FlagType;
}

function aboutOf(
  key: string,
  metadata: JsonObject,
): {
  readonly said: Pick<FlagDefinition, 'key' | 'description' | 'owner' | 'kind' | 'expires'>;
  readonly off: string | undefined;
} {
  const text = (name: string): string | undefined => {
    const value = metadata[name];
    return typeof value === 'string' && value.trim() !== '' && value.length <= 500 ? value.trim() : undefined;
  };
  const kind = flagKinds.find((one) => one === text('kind'));
  const [expires, off] = [text('expires'), text('off')];
  return {
    said: {
      key,
      description: text('description') ?? 'Comes from flagd.',
      owner: text('owner') ?? null,
      ...(kind && { kind }),
      ...(expires !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(expires) && { expires }),
    },
    off,
  };
}

function isEmpty(json: Json | undefined): boolean {
  return json === undefined || json === null || (isJsonObject(json) && Object.keys(json).length === 0);
}

function objectOf(json: Json | undefined): JsonObject {
  return json !== undefined && isJsonObject(json) ? json : {};
}
