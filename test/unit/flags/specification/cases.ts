/** The package @unleash/client-specification: states of an Unleash server, and what an SDK has to make of them. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Context } from 'unleash-client';

export interface SpecConstraint {
  readonly contextName: string;
  readonly operator: string;
  readonly values?: readonly string[];
  readonly value?: string;
  readonly inverted?: boolean;
  readonly caseInsensitive?: boolean;
}

export interface SpecVariant {
  readonly name: string;
  readonly weight: number;
  readonly payload?: { readonly type: string; readonly value: string };
}

export interface SpecStrategy {
  readonly name: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly constraints?: readonly SpecConstraint[];
  readonly segments?: readonly number[];
  readonly variants?: readonly SpecVariant[];
}

export interface SpecFeature {
  readonly name: string;
  readonly enabled: boolean;
  readonly strategies: readonly SpecStrategy[];
  readonly variants?: readonly SpecVariant[];
  readonly dependencies?: readonly {
    readonly feature: string;
    readonly enabled?: boolean;
    readonly variants?: readonly string[];
  }[];
}

export interface SpecSegment {
  readonly id: number;
  readonly constraints: readonly SpecConstraint[];
}

export interface SpecState {
  readonly features: ReadonlyMap<string, SpecFeature>;
  readonly segments: ReadonlyMap<number, SpecSegment>;
}

interface SpecTest<T> {
  readonly description: string;
  readonly context: Context;
  readonly toggleName: string;
  readonly expectedResult: T;
}

export interface SpecVariantResult {
  readonly name: string;
  readonly enabled: boolean;
  readonly feature_enabled: boolean;
  readonly payload?: { readonly type: string; readonly value: string };
}

export interface Specification {
  readonly name: string;
  readonly state: SpecState;
  readonly tests: readonly SpecTest<boolean>[];
  readonly variantTests: readonly SpecTest<SpecVariantResult>[];
}

interface Written extends Partial<Pick<Specification, 'tests' | 'variantTests'>> {
  readonly name: string;
  readonly state: {
    readonly features?: readonly SpecFeature[];
    readonly segments?: readonly SpecSegment[];
    readonly events?: readonly SpecEvent[];
  };
}

interface SpecEvent {
  readonly features?: readonly SpecFeature[];
  readonly segments?: readonly SpecSegment[];
  readonly feature?: SpecFeature;
  readonly segment?: SpecSegment;
  readonly featureName?: string;
  readonly segmentId?: number;
}

const folder = path.dirname(
  createRequire(import.meta.url).resolve('@unleash/client-specification/specifications/index.json'),
);

export async function specifications(): Promise<readonly Specification[]> {
  const names = await json<readonly string[]>('index.json');
  return Promise.all(
    names.map(async (file) => {
      const { name, state, tests = [], variantTests = [] } = await json<Written>(file);
      return { name, state: stateOf(state), tests, variantTests };
    }),
  );
}

/** What is there after all events. */
function stateOf({ features = [], segments = [], events = [] }: Written['state']): SpecState {
  const state = { features: new Map<string, SpecFeature>(), segments: new Map<number, SpecSegment>() };
  for (const event of [{ features, segments }, ...events] as readonly SpecEvent[]) {
    for (const one of [...(event.features ?? []), ...(event.feature ? [event.feature] : [])])
      state.features.set(one.name, one);
    for (const one of [...(event.segments ?? []), ...(event.segment ? [event.segment] : [])])
      state.segments.set(one.id, one);
    if (event.featureName !== undefined) state.features.delete(event.featureName);
    if (event.segmentId !== undefined) state.segments.delete(event.segmentId);
  }
  return state;
}

async function json<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(path.join(folder, file), 'utf8')) as T;
}
