/** As Unleash exports an environment, and takes it back in: out of what its SDKs are given. Pure. */
import type { Json } from '../../common/json.ts';
import type { FlagDefinition } from '../../swarm/ledger/flag-definition.ts';
import type { FlagSource } from '../document.ts';
import { translate, type UnleashFeature } from '../unleash/translate.ts';
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
    if ('refused' in translated) lost.push({ key, why: translated.refused });
    else {
      const { feature } = translated.as;
      const isOn = source.setting !== 'off' && feature.enabled;
      written.push({ definition: source.definition, feature, isOn });
    }
  }
  return { document: documentOf(written, environment), lost };
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
    featureStrategies: written.flatMap(({ feature }) => strategiesOf(feature, environment)),
    featureEnvironments: written.map(({ feature: { name }, isOn }) => ({
      featureName: name,
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

function strategiesOf(
  { name: featureName, strategies }: UnleashFeature,
  environment: string,
): readonly Json[] {
  return strategies.map(({ name, parameters, constraints, variants }, sortOrder) => ({
    ...{ name, featureName, environment, sortOrder, disabled: false, segments: [], title: '' },
    parameters,
    constraints: constraints as unknown as Json,
    variants: variants as unknown as Json,
  }));
}
