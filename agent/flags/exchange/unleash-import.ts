/** Features of Unleash, as it exports them or gives them to SDKs, as definitions: what they mean, or why not. Pure. */
import { isJsonObject, type Json } from '../../common/json.ts';
import { wholeShare, type FlagDefinition, type Serve } from '../../swarm/ledger/flag-definition.ts';
import { targetingKey } from '../model.ts';
import { Unsaid, type Imported, type ReadFlag } from './imported.ts';
import { conditionOf, scheduleOf, type Constraint } from './unleash-conditions.ts';
import { shapeOf, type Shape } from './unleash-variants.ts';

export type JsonObject = { readonly [key: string]: Json };

export interface Feature {
  readonly name: string;
  readonly about: JsonObject;
  readonly enabled: boolean;
  readonly strategies: readonly JsonObject[];
  readonly variants: readonly JsonObject[];
  readonly dependencies: readonly JsonObject[];
}

export function readUnleash(document: JsonObject, from: string | undefined): Imported {
  const segments = new Map(objectsOf(document['segments']).map((segment) => [segment['id'], segment]));
  const flags = featuresOf(document, from).map((feature): ReadFlag => {
    try {
      return readFeature(feature, segments);
    } catch (error) {
      if (error instanceof Unsaid) return { key: feature.name, cannot: error.message };
      throw error;
    }
  });
  return { flags, lost: [] };
}

/** An export has one list of everything of a kind; what SDKs load has each in its feature. */
function featuresOf(document: JsonObject, from: string | undefined): readonly Feature[] {
  const strategies = objectsOf(document['featureStrategies']);
  const states = objectsOf(document['featureEnvironments']);
  const names = [...new Set(states.map(({ environment }) => textOf(environment)))];
  const [only] = names;
  if (names.length > 1 && (from === undefined || !names.includes(from)))
    throw new Unsaid(`it has several environments (${names.join(', ')}): name one of them with --from`);
  const environment = names.length === 1 ? only : from;
  const isOf = (one: JsonObject): boolean =>
    environment === undefined || (one['environment'] ?? environment) === environment;
  return objectsOf(document['features']).map((about) => {
    const name = textOf(about['name']);
    const own = states.find((one) => textOf(one['featureName']) === name && isOf(one));
    const listed = strategies.filter((one) => textOf(one['featureName']) === name && isOf(one));
    const needed = objectsOf(document['dependencies']).find((one) => one['feature'] === name)?.[
      'dependencies'
    ];
    return {
      name,
      about,
      enabled: (own?.['enabled'] ?? about['enabled']) === true,
      strategies: [...listed, ...objectsOf(about['strategies'])].sort(
        (a, b) => Number(a['sortOrder'] ?? 0) - Number(b['sortOrder'] ?? 0),
      ),
      variants: objectsOf(own?.['variants'] ?? about['variants']),
      dependencies: objectsOf(needed ?? about['dependencies']),
    };
  });
}

const kinds: Readonly<Record<string, NonNullable<FlagDefinition['kind']>>> = {
  release: 'release',
  experiment: 'experiment',
  operational: 'ops',
  'kill-switch': 'kill-switch',
};

function readFeature(feature: Feature, segments: ReadonlyMap<Json | undefined, JsonObject>): ReadFlag {
  const { name, about, enabled, dependencies } = feature;
  const kind = kinds[textOf(about['type'])];
  const description = textOf(about['description']).trim().slice(0, 500);
  const shape = shapeOf(feature);
  const { rules, on, schedule, bucketsDiffer } = served(feature, shape, segments);
  const needs = dependencies.map(needOf);
  const definition: FlagDefinition = {
    key: name,
    description: description === '' ? 'Comes from Unleash.' : description,
    owner: null,
    ...(kind && { kind }),
    ...shape.written,
    default: enabled,
    ...(on && { on }),
    ...(rules.length > 0 && { rules }),
    ...(needs.length > 0 && { needs }),
    ...(schedule && { schedule }),
  };
  const lost = [
    ...shape.lost,
    ...(bucketsDiffer
      ? ['buckets differ: as many users are in its shares as before, but not the same ones']
      : []),
  ];
  return { definition, lost };
}

interface Served {
  readonly rules: NonNullable<FlagDefinition['rules']>;
  readonly on: Serve | undefined;
  readonly schedule: FlagDefinition['schedule'];
  readonly bucketsDiffer: boolean;
}

/** There, a strategy that leaves a user out leaves him to the next; here, the first rule that holds decides. */
function served(feature: Feature, shape: Shape, segments: ReadonlyMap<Json | undefined, JsonObject>): Served {
  const strategies = feature.strategies.filter((strategy) => strategy['disabled'] !== true);
  const dated = scheduleOf(strategies.map((strategy) => constraintsOf(strategy, segments)));
  const off: Serve = { variant: shape.off };
  const done = (rules: Served['rules'], on: Serve): Served => ({
    rules,
    on: shape.isPlain && 'variant' in on && on.variant === 'on' ? undefined : on,
    schedule: dated.schedule,
    bucketsDiffer: [...rules.map(({ serve }) => serve), on].some((serve) => 'split' in serve),
  });
  if (strategies.length === 0) return done([], shape.serve(feature.variants, wholeShare, undefined));
  const rules: NonNullable<FlagDefinition['rules']>[number][] = [];
  for (const [index, strategy] of strategies.entries()) {
    const { asked, share, by, seed } = readStrategy(strategy, dated.rest[index] ?? []);
    const own = objectsOf(strategy['variants']);
    const serve = shape.serve(
      own.length > 0 ? own : feature.variants,
      share,
      by === undefined ? undefined : { by, seed: seed ?? feature.name },
    );
    if (share < wholeShare && index < strategies.length - 1)
      throw new Unsaid(
        `users whom its strategy ${index + 1} leaves out go on to the next one there, and do not here`,
      );
    if (asked.length === 0) return done(rules, serve);
    const [first] = asked;
    rules.push({ when: asked.length === 1 && first ? first : { all: asked }, serve });
  }
  return done(rules, off);
}

interface Strategy {
  readonly asked: readonly NonNullable<FlagDefinition['rules']>[number]['when'][];
  readonly share: number;
  readonly by: string | undefined;
  readonly seed: string | undefined;
}

function readStrategy(strategy: JsonObject, constraints: readonly Constraint[]): Strategy {
  const asked = constraints.map(conditionOf);
  const parameters = isJsonObject(strategy['parameters']) ? strategy['parameters'] : {};
  const kind = textOf(strategy['name']);
  const all = { asked, share: wholeShare, by: undefined, seed: undefined };
  const seed = textOf(parameters['groupId']) || undefined;
  switch (kind) {
    case 'default':
      return all;
    case 'userWithId': {
      const values = textOf(parameters['userIds'])
        .split(',')
        .map((id) => id.trim())
        .filter((id) => id !== '');
      return { ...all, asked: [...asked, { attribute: targetingKey, test: { op: 'in', values } }] };
    }
    case 'gradualRolloutUserId':
      return { asked, share: percentOf(parameters['percentage']), by: targetingKey, seed };
    case 'flexibleRollout':
      return {
        asked,
        share: percentOf(parameters['rollout']),
        by: stickinessOf(parameters['stickiness']),
        seed,
      };
    default:
      throw new Unsaid(`it has a strategy ${JSON.stringify(kind)}, which goes by what no flag here knows`);
  }
}

function percentOf(json: Json | undefined): number {
  const percent = Number(json ?? 100);
  if (Number.isInteger(percent) && percent >= 0 && percent <= 100) return percent * 100;
  throw new Unsaid(`its share ${JSON.stringify(json)} is no percentage`);
}

/** `default`: the user, or the session of one who has no name yet. */
export function stickinessOf(json: Json | undefined): string {
  const name = textOf(json) || 'default';
  if (name === 'random')
    throw new Unsaid('its share is drawn anew each time, and here a user stays in or out');
  return name === 'default' || name === 'userId' ? targetingKey : name;
}

function constraintsOf(
  strategy: JsonObject,
  segments: ReadonlyMap<Json | undefined, JsonObject>,
): readonly Constraint[] {
  const ids = Array.isArray(strategy['segments']) ? (strategy['segments'] as readonly Json[]) : [];
  const shared = ids.flatMap((id) => {
    const segment = segments.get(id);
    if (!segment?.['constraints'])
      throw new Unsaid(`its segment ${JSON.stringify(id)} is not in the file with what it asks`);
    return objectsOf(segment['constraints']);
  });
  return [...shared, ...objectsOf(strategy['constraints'])];
}

function needOf(dependency: JsonObject): NonNullable<FlagDefinition['needs']>[number] {
  if (dependency['enabled'] === false)
    throw new Unsaid(
      `it needs ${textOf(dependency['feature'])} to be off, and here a flag needs others to be on`,
    );
  const variants = Array.isArray(dependency['variants'])
    ? (dependency['variants'] as readonly Json[]).map(textOf)
    : [];
  return { flag: textOf(dependency['feature']), variants: variants.length === 0 ? null : variants };
}

export function objectsOf(json: Json | undefined): readonly JsonObject[] {
  return Array.isArray(json) ? (json as readonly Json[]).filter(isJsonObject) : [];
}

export function textOf(json: Json | undefined): string {
  return typeof json === 'string' ? json : '';
}
