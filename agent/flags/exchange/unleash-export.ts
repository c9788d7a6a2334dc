/**
 * As Unleash exports an environment, and takes it back in: out of what its SDKs are given. Its server takes all of a file
 * or nothing, and less than its SDKs know: what it refuses is left out. Pure.
 */
import type { Json } from '../../common/json.ts';
import type { FlagDefinition } from '../../swarm/ledger/flag-definition.ts';
import type { FlagSource } from '../document.ts';
import { translate, wholeWeight, type Strategy, type UnleashFeature } from '../unleash/translate.ts';
import type { Lost } from './export.ts';

const types = {
  release: 'release',
  experiment: 'experiment',
  ops: 'operational',
  'kill-switch': 'kill-switch',
} as const satisfies Record<NonNullable<FlagDefinition['kind']>, string>;

interface Written {
  readonly definition: FlagDefinition;
  readonly feature: UnleashFeature;
  readonly isOn: boolean;
}

export function unleashExport(
  sources: ReadonlyMap<string, FlagSource>,
  environment: string,
): { readonly document: Json; readonly lost: readonly Lost[] } {
  const written: Written[] = [];
  const lost: Lost[] = [];
  for (const [key, source] of sources) {
    // A flag that is off keeps its strategies there.
    const shown = source.setting === 'off' ? { ...source, setting: 'on' as const } : source;
    const translated = translate(shown, (needed) => sources.get(needed));
    const why = 'refused' in translated ? translated.refused : whyNoServer(translated.as.feature);
    if (why !== undefined) lost.push({ key, why });
    else if ('as' in translated) {
      const { feature } = translated.as;
      const isOn = source.setting !== 'off' && feature.enabled;
      written.push({ definition: source.definition, feature, isOn });
    }
  }
  // What others need has no needs itself there: one look is enough.
  const there = new Set(written.map(({ feature }) => feature.name));
  const whole = written.filter(({ feature: { name, dependencies } }) => {
    const missing = dependencies.find(({ feature }) => !there.has(feature));
    if (missing) lost.push({ key: name, why: `it needs ${missing.feature}, which is not in the file` });
    return !missing;
  });
  return { document: documentOf(whole, environment), lost };
}

const comparable = /^(IN|STR_(STARTS|ENDS)_WITH|NUM_(GT|GTE|LT|LTE)|DATE_(AFTER|BEFORE)|SEMVER_(EQ|GT|LT))$/;
const longestText = 100;

/** Of unleash-server 7.4. `undefined`: it takes it. */
function whyNoServer({ strategies }: UnleashFeature): string | undefined {
  const constraints = strategies.flatMap((strategy) => strategy.constraints);
  if (constraints.some(({ operator }) => !comparable.test(operator)))
    return "Unleash's server cannot compare versions with >= and <=";
  if (constraints.some(({ values }) => values.some((value) => value.length > longestText)))
    return `Unleash's server takes no values of more than ${longestText} characters`;
  const isWeighed = ({ variants }: Strategy): boolean =>
    variants.length === 0 || variants.reduce((sum, { weight }) => sum + weight, 0) === wholeWeight;
  return strategies.every(isWeighed)
    ? undefined
    : 'of those who are in, its variants get shares that are no tenths of a percent';
}

function documentOf(written: readonly Written[], environment: string): Json {
  return {
    features: written.map(({ definition: { key, description, kind = 'release' } }) => ({
      name: key,
      description,
      type: types[kind],
      project: 'default',
      stale: false,
      impressionData: false,
      archived: false,
    })),
    featureStrategies: written.flatMap(({ feature }) => strategiesOf(feature)),
    featureEnvironments: written.map(({ feature: { name }, isOn }) => ({
      ...{ name, featureName: name },
      environment,
      enabled: isOn,
      variants: [],
    })),
    contextFields: [],
    featureTags: [],
    segments: [],
    tagTypes: [],
    dependencies: written.flatMap(({ feature: { name, dependencies } }) =>
      dependencies.length === 0 ? [] : [{ feature: name, dependencies: dependencies as unknown as Json }],
    ),
  };
}

/** Of which environment they are, a server is told beside the file. */
function strategiesOf({ name: featureName, strategies }: UnleashFeature): readonly Json[] {
  return strategies.map(({ name, parameters, constraints, variants }, sortOrder) => ({
    ...{ name, featureName, sortOrder, disabled: false, segments: [], title: '' },
    parameters,
    constraints: constraints as unknown as Json,
    // One is the rest of the others, or it would weigh them all alike.
    variants: variants.map((variant, index) => ({
      ...variant,
      payload: { ...variant.payload },
      weightType: index === variants.length - 1 ? 'variable' : 'fix',
    })),
  }));
}
