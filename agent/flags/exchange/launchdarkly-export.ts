/** As LaunchDarkly's API tells flags, with one environment: exactly what they mean, or not in it, with the reason. Pure. */
import type { Json } from '../../common/json.ts';
import { wholeShare, type Serve } from '../../swarm/ledger/flag-definition.ts';
import type { FlagSource } from '../document.ts';
import type { FlagModel } from '../model.ts';
import type { Lost } from './export.ts';
import { Unsaid } from './imported.ts';
import { bucketsDiffer, differencesOf, referenceOf, wholeWeight } from './launchdarkly.ts';
import { rulesOf, type WrittenRules } from './launchdarkly-rules.ts';

type Sources = ReadonlyMap<string, FlagSource>;

export function launchDarklyExport(
  sources: Sources,
  environment: string,
): { readonly document: Json; readonly lost: readonly Lost[] } {
  const items: Json[] = [];
  const lost: Lost[] = [];
  for (const [key, source] of sources) {
    const flag = said(() => flagOf(source, sources, environment));
    if ('cannot' in flag) lost.push({ key, why: flag.cannot });
    else {
      items.push(flag.written);
      lost.push(...flag.differs.map((why) => ({ key, why })));
    }
  }
  return { document: { items, totalCount: items.length }, lost };
}

function said<T>(write: () => T): T | { readonly cannot: string } {
  try {
    return write();
  } catch (error) {
    if (error instanceof Unsaid) return { cannot: error.message };
    throw error;
  }
}

/** A flag that is off keeps there what it would serve, and what cannot be said does not hang on the switch. */
function flagOf(
  source: FlagSource,
  sources: Sources,
  environment: string,
): { readonly written: Json; readonly differs: readonly string[] } {
  const { model, setting } = source;
  const { rules, fallthrough } = behaviourOf(source);
  const prerequisites = model.needs.map((need) => prerequisiteOf(need, sources));
  const there = {
    on: setting !== 'off',
    archived: false,
    targets: [],
    contextTargets: [],
    rules: rules.map(({ clauses, serve }) => ({
      clauses: clauses.map((clause): Json => ({ ...clause })),
      ...served(serve, model),
    })),
    fallthrough: served(fallthrough, model),
    offVariation: indexOf(model, model.off),
    prerequisites,
  };
  const written = { ...aboutOf(source, fallthrough), environments: { [environment]: there } };
  const isSplit = [fallthrough, ...rules.map(({ serve }) => serve)].some((serve) => 'split' in serve);
  return { written, differs: [...differencesOf(model.rules), ...(isSplit ? [bucketsDiffer] : [])] };
}

function behaviourOf({ model, setting }: FlagSource): WrittenRules {
  if (model.targeting !== undefined) throw new Unsaid("it has a targeting in flagd's own language");
  if (model.schedule) throw new Unsaid('it has a schedule, which is no part of a flag there');
  return rulesOf(model, setting === 'off' ? 'on' : setting);
}

function aboutOf({ definition, model }: FlagSource, fallthrough: Serve): { readonly [key: string]: Json } {
  const { key, description, owner, kind, expires } = definition;
  const on = 'variant' in fallthrough ? fallthrough.variant : fallthrough.split[0]?.variant;
  const property = (name: string, value: string): Json => ({ name, value: [value] });
  return {
    ...{ key, name: key, description },
    kind: model.type === 'boolean' ? 'boolean' : 'multivariate',
    variations: model.variants.map(({ name, value }) => ({ value, name })),
    defaults: {
      onVariation: indexOf(model, on ?? model.off),
      offVariation: indexOf(model, model.off),
    },
    temporary: kind === 'release' || kind === 'experiment',
    tags: kind ? [kind] : [],
    archived: false,
    customProperties: {
      ...(owner !== null && { owner: property('owner', owner) }),
      ...(expires !== undefined && { expires: property('expires', expires) }),
    },
  };
}

function served(serve: Serve, model: FlagModel): { readonly [key: string]: Json } {
  if ('variant' in serve) return { variation: indexOf(model, serve.variant) };
  const variations = serve.split.map(({ variant, share }) => ({
    variation: indexOf(model, variant),
    weight: (share * wholeWeight) / wholeShare,
  }));
  return { rollout: { contextKind: 'user', bucketBy: referenceOf(serve.by), variations } };
}

function indexOf({ variants }: FlagModel, variant: string): number {
  return variants.findIndex(({ name }) => name === variant);
}

/** One variation, of a flag that is on: a flag that is off holds nothing there, whatever it serves. */
function prerequisiteOf({ flag, variants }: FlagModel['needs'][number], sources: Sources): Json {
  const needed = sources.get(flag);
  if (!needed) throw new Unsaid(`it needs ${flag}, which is not there`);
  const { model } = needed;
  const asked = model.variants.filter(({ name }) =>
    variants ? variants.includes(name) : name !== model.off,
  );
  const [only] = asked;
  if (!only || asked.length > 1)
    throw new Unsaid(`it needs one of several variants of ${flag}, and LaunchDarkly takes one`);
  if (only.name === model.off)
    throw new Unsaid(`it needs ${flag} to serve what it serves while it is off, which holds nothing there`);
  const found = said(() => {
    for (const need of model.needs) prerequisiteOf(need, sources);
    return behaviourOf(needed);
  });
  if ('cannot' in found)
    throw new Unsaid(`it needs ${flag}, which LaunchDarkly cannot have: ${found.cannot}`);
  return { key: flag, variation: indexOf(model, only.name) };
}
