/** Flags of LaunchDarkly, as its API tells them or its SDKs load them, as definitions: what they mean, or why not. Pure. */
import { isJsonObject, type Json } from '../../common/json.ts';
import {
  flagKinds,
  type Condition,
  type FlagDefinition,
  type Rule,
} from '../../swarm/ledger/flag-definition.ts';
import { targetingKey } from '../model.ts';
import { Unsaid, type Imported, type ReadFlag } from './imported.ts';
import { bucketsDiffer, differencesOf } from './launchdarkly.ts';
import { allOf, conditionsOf, ofUsers, segmentsOf, type Segments } from './launchdarkly-conditions.ts';
import {
  nameOf,
  servedOf,
  variationsOf,
  writtenVariations,
  type Served,
  type Variations,
} from './launchdarkly-variations.ts';
import { objectsOf, textOf, type JsonObject } from './unleash-import.ts';

/** `about`: the whole flag; `there`: what holds in the environment. For SDKs they are the same. */
interface Found {
  readonly key: string;
  readonly about: JsonObject;
  readonly there: JsonObject | undefined;
  readonly isOfSdk: boolean;
}

export function isLaunchDarkly(document: JsonObject): boolean {
  const { flags, items } = document;
  const [first] = isJsonObject(flags) ? Object.values(flags) : objectsOf(items ?? [document]);
  return isJsonObject(first) && Array.isArray(first['variations']);
}

export function readLaunchDarkly(document: JsonObject, from: string | undefined): Imported {
  const found = new Map(foundIn(document, from).map((flag) => [flag.key, flag]));
  const segments = segmentsOf(document['segments']);
  const read = [...found.values()].map((flag): ReadFlag => {
    try {
      return readFlag(flag, found, segments);
    } catch (error) {
      if (error instanceof Unsaid) return { key: flag.key, cannot: error.message };
      throw error;
    }
  });
  return { flags: withTheirNeeds(read), lost: [] };
}

function foundIn(document: JsonObject, from: string | undefined): readonly Found[] {
  const { flags, items } = document;
  if (isJsonObject(flags))
    return Object.entries(flags).map(([key, flag]) => {
      const about = isJsonObject(flag) ? flag : {};
      return { key, about, there: about, isOfSdk: true };
    });
  const all = objectsOf(items ?? [document]);
  const environment = environmentOf(all, from);
  return all.map((about) => {
    const there = objectOf(about['environments'])[environment];
    return {
      ...{ key: textOf(about['key']), about, isOfSdk: false },
      there: isJsonObject(there) ? there : undefined,
    };
  });
}

function environmentOf(flags: readonly JsonObject[], from: string | undefined): string {
  const names = [...new Set(flags.flatMap(({ environments }) => Object.keys(objectOf(environments))))];
  const [only] = names;
  if (only === undefined) throw new Unsaid('its flags have no environments, which say who gets what');
  if (from === undefined && names.length === 1) return only;
  if (from !== undefined && names.includes(from)) return from;
  throw new Unsaid(`it has the environments ${names.join(', ')}: name one of them with --from`);
}

/** A flag that needs one that is not carried over is not, either. */
function withTheirNeeds(read: readonly ReadFlag[]): readonly ReadFlag[] {
  const gone = new Set(read.flatMap((flag) => ('cannot' in flag ? [flag.key] : [])));
  const now = read.map((flag): ReadFlag => {
    if ('cannot' in flag) return flag;
    const { key, needs = [] } = flag.definition;
    const missing = needs.find((need) => gone.has(need.flag));
    return missing ? { key, cannot: `it needs ${missing.flag}, which cannot be carried over` } : flag;
  });
  return now.some((flag, index) => flag !== read[index]) ? withTheirNeeds(now) : now;
}

function readFlag(flag: Found, all: ReadonlyMap<string, Found>, segments: Segments): ReadFlag {
  const { key, about } = flag;
  const there = thereOf(flag);
  const variations = variationsOf(about, flag.isOfSdk);
  const off = offOf(flag, variations);
  const { rules, on, isExperiment } = behaviourOf(there, { key, variations, off: off.name, segments });
  const needs = objectsOf(there['prerequisites']).map((one) => needOf(one, all));
  const definition: FlagDefinition = {
    key,
    ...saidOf(about),
    ...writtenVariations(variations, off.name),
    default: there['on'] === true,
    on,
    ...(rules.length > 0 && { rules: [...rules] }),
    ...(needs.length > 0 && { needs }),
  };
  const splits = [on, ...rules.map(({ serve }) => serve)].some((serve) => 'split' in serve);
  const lost = [
    ...off.lost,
    ...differencesOf(rules),
    ...(splits ? [bucketsDiffer] : []),
    ...(isExperiment ? ['it is an experiment there, and nothing is measured here'] : []),
  ];
  return { definition, lost };
}

function thereOf({ about, there, isOfSdk }: Found): JsonObject {
  if (!there) throw new Unsaid('it is not in that environment');
  if ([about, there].some(({ archived, deleted }) => archived === true || deleted === true))
    throw new Unsaid('it is archived');
  if (!isOfSdk && !isJsonObject(there['fallthrough']))
    throw new Unsaid(
      'its environment is a summary without rules: ask the API with ?summary=0&env=… for all of it',
    );
  return there;
}

interface Off {
  readonly name: string;
  readonly lost: readonly string[];
}

function offOf({ about, there = {} }: Found, variations: Variations): Off {
  const { offVariation } = there;
  if (typeof offVariation === 'number') {
    const name = nameOf(variations, offVariation);
    if (variations.type === 'boolean' && name !== 'off')
      throw new Unsaid('it is true while it is off, and off is false here');
    return { name, lost: [] };
  }
  const preset = objectOf(about['defaults'])['offVariation'];
  const name =
    variations.type === 'boolean' ? 'off' : typeof preset === 'number' ? nameOf(variations, preset) : '';
  if (name === '')
    throw new Unsaid('it serves no variation while it is off: SDKs take their own default then');
  return { name, lost: [`while it is off, SDKs there take their own default; here they get ${name}`] };
}

interface Context {
  readonly key: string;
  readonly variations: Variations;
  readonly off: string;
  readonly segments: Segments;
}

interface Behaviour {
  readonly rules: readonly Rule[];
  readonly on: Rule['serve'];
  readonly isExperiment: boolean;
}

/** Users by name come first, then the rules, then all others. */
function behaviourOf(there: JsonObject, context: Context): Behaviour {
  const { key, variations, off, segments } = context;
  const rules = [...targetsOf(there, variations)];
  const theirs = objectsOf(there['rules']);
  for (const rule of theirs) {
    const asked = conditionsOf(rule['clauses'], segments);
    if (asked.length === 0) throw new Unsaid('one of its rules asks nothing');
    rules.push(...withOthers(allOf(asked), servedOf(rule, variations, off, key)));
  }
  const fallthrough = objectOf(there['fallthrough']);
  const last = servedOf(fallthrough, variations, off, key);
  const isExperiment = [...theirs, fallthrough].some(
    ({ rollout }) => objectOf(rollout)['kind'] === 'experiment',
  );
  if (last.others === undefined || !('by' in last.serve)) return { rules, on: last.serve, isExperiment };
  rules.push({ when: { attribute: last.serve.by, test: { op: 'exists' } }, serve: last.serve });
  return { rules, on: { variant: last.others }, isExperiment };
}

function withOthers(when: Condition, { serve, others }: Served): readonly Rule[] {
  return [{ when, serve }, ...(others === undefined ? [] : [{ when, serve: { variant: others } }])];
}

/** The newer list is for other kinds of contexts; of users it has the order at most, which is the same for everybody. */
function targetsOf(there: JsonObject, variations: Variations): readonly Rule[] {
  const named = (list: string): readonly JsonObject[] =>
    objectsOf(there[list]).filter(({ values }) => Array.isArray(values) && values.length > 0);
  const others = named('contextTargets');
  for (const { contextKind } of others) ofUsers(contextKind, 'it names some');
  return [...named('targets'), ...others].map((target) => {
    const values = (target['values'] as readonly Json[]).map(textOf);
    const serve = { variant: nameOf(variations, target['variation']) };
    return { when: { attribute: targetingKey, test: { op: 'in', values } }, serve };
  });
}

/** A flag that is needed has to be on there, and to serve the one variation. */
function needOf(
  { key: json, variation }: JsonObject,
  all: ReadonlyMap<string, Found>,
): NonNullable<FlagDefinition['needs']>[number] {
  const key = textOf(json);
  const needed = all.get(key);
  if (!needed) throw new Unsaid(`it needs ${key}, which is not in the file`);
  const variations = variationsOf(needed.about, needed.isOfSdk);
  const name = nameOf(variations, variation);
  if (name === offOf(needed, variations).name)
    throw new Unsaid(
      `it needs ${key} to be on and to serve ${name}, which it serves while it is off, too; here one is as good as the other`,
    );
  return { flag: key, variants: variations.type === 'boolean' ? null : [name] };
}

type Said = Pick<FlagDefinition, 'description' | 'owner' | 'kind' | 'expires'>;

function saidOf(about: JsonObject): Said {
  const description = [about['description'], about['name']].map((json) => textOf(json).trim().slice(0, 500));
  const tags = Array.isArray(about['tags']) ? (about['tags'] as readonly Json[]).map(textOf) : [];
  const kind =
    flagKinds.find((one) => tags.includes(one)) ?? (about['temporary'] === true ? 'release' : undefined);
  const maintainer = textOf(about['maintainerTeamKey']) || textOf(objectOf(about['_maintainer'])['email']);
  const owner = propertyOf(about, 'owner') || maintainer;
  const expires = propertyOf(about, 'expires');
  return {
    description: description.find((text) => text !== '') ?? 'Comes from LaunchDarkly.',
    owner: owner === '' ? null : owner,
    ...(kind && { kind }),
    ...(/^\d{4}-\d{2}-\d{2}$/.test(expires) && { expires }),
  };
}

/** Of the properties that people may add to flags there. */
function propertyOf(about: JsonObject, name: string): string {
  const values = objectOf(objectOf(about['customProperties'])[name])['value'];
  return Array.isArray(values) ? textOf((values as readonly Json[])[0]) : '';
}

function objectOf(json: Json | undefined): JsonObject {
  return isJsonObject(json) ? json : {};
}
