/**
 * Unleash's own specification for its SDKs: each state that a flags file can say is written as one, compiled as the
 * flags of a release are, served as control serves it, and read by the real SDK, which has to give what the specification
 * expects. What cannot be said is named here, so that it neither grows nor shrinks unseen.
 */
import assert from 'node:assert/strict';
import type { Context } from 'unleash-client';
import { stringify } from 'yaml';
import type { Json } from '../../../../agent/common/json.ts';
import { flagsDocument, type FlagsDocument } from '../../../../agent/flags/document.ts';
import { readFlagsFile } from '../../../../agent/flags/file/flags-file.ts';
import { contextOf, frontendToggles } from '../../../../agent/flags/unleash/frontend.ts';
import { clientFeatures } from '../../../../agent/flags/unleash/payload.ts';
import { translate } from '../../../../agent/flags/unleash/translate.ts';
import type { FlagDefinition } from '../../../../agent/swarm/ledger/flag-definition.ts';
import { sdkOf } from '../unleash-sdk.ts';
import { specifications, type SpecFeature, type Specification, type SpecState } from './cases.ts';
import { Unsaid, type Written } from './constraints.ts';
import { flagOf } from './flags-file.ts';
import { refusals, type Expected } from './refusals.ts';

type Said = { readonly flags: readonly FlagDefinition[] } | { readonly refused: string };

/** The feature with all it needs, as a flags file that is read like any other. */
function said(feature: SpecFeature, state: SpecState): Said {
  const flags: Record<string, Written> = {};
  const segments: Record<string, Written> = {};
  const write = (name: string): void => {
    const one = state.features.get(name);
    if (!one || name in flags) return;
    const written = flagOf(one, state);
    flags[name] = written.flag;
    Object.assign(segments, written.segments);
    for (const { feature: needed } of one.dependencies ?? []) write(needed);
  };
  try {
    write(feature.name);
  } catch (error) {
    if (error instanceof Unsaid) return { refused: error.message };
    throw error;
  }
  const file = readFlagsFile('flags.yaml', stringify({ version: 1, segments, flags }), 'dev');
  const [problem] = file.problems;
  if (problem) return { refused: problem.message };
  const found = translated(flagsDocument(file.flags, new Map()), feature.name);
  return found === undefined ? { flags: file.flags } : { refused: found };
}

/** Why Unleash's SDKs are not given this flag; `undefined`: they are. */
function translated({ sources }: FlagsDocument, key: string): string | undefined {
  const source = sources.get(key);
  assert.ok(source, `the file defines ${key}`);
  const result = translate(source, (needed) => sources.get(needed));
  return 'refused' in result ? result.refused : undefined;
}

/**
 * What Unleash's frontend API answers here, by our own engine. `undefined`: not to be compared, since it has other buckets
 * and its clock is the real one.
 */
function answeredHere(document: FlagsDocument, key: string, context: Context): boolean | undefined {
  const { model } = document.sources.get(key) ?? {};
  const isSplit = [model?.on, ...(model?.rules ?? []).map(({ serve }) => serve)].some(
    (serve) => serve && 'split' in serve,
  );
  if (isSplit || model?.schedule) return undefined;
  const sent = JSON.parse(JSON.stringify(context)) as Readonly<Record<string, Json>>;
  return frontendToggles(document, contextOf(sent)).some(({ name }) => name === key);
}

async function run({ state, tests, variantTests }: Specification): Promise<Expected> {
  const refused: Record<string, string> = {};
  const flags = new Map<string, FlagDefinition>();
  for (const feature of state.features.values()) {
    const result = said(feature, state);
    if ('refused' in result) refused[feature.name] = result.refused;
    else for (const one of result.flags) flags.set(one.key, one);
  }
  const document = flagsDocument([...flags.values()], new Map());
  const sdk = await sdkOf(clientFeatures(document));
  let held = 0;
  try {
    for (const { toggleName, context, expectedResult, description } of tests) {
      if (toggleName in refused) continue;
      assert.equal(sdk.isEnabled(toggleName, context), expectedResult, description);
      const here = answeredHere(document, toggleName, context);
      assert.equal(here ?? expectedResult, expectedResult, `answered here: ${description}`);
      held += 1;
    }
    for (const { toggleName, context, expectedResult, description } of variantTests) {
      if (toggleName in refused) continue;
      const { name, enabled, payload, feature_enabled } = sdk.getVariant(toggleName, context);
      const got = { name, ...(payload && { payload }), enabled, feature_enabled };
      assert.deepEqual(got, expectedResult, description);
      held += 1;
    }
  } finally {
    sdk.destroy();
  }
  return { refused, held };
}

describe("Unleash's specification of its SDKs, through flags files and what control serves", function () {
  this.timeout(20_000);
  let all: readonly Specification[];
  before(async () => {
    all = await specifications();
  });

  it('is known in all its parts', () => {
    assert.deepEqual(all.map(({ name }) => name).sort(), Object.keys(refusals).sort());
  });

  for (const [name, expected] of Object.entries(refusals))
    it(`holds: ${name}`, async () => {
      const one = all.find((candidate) => candidate.name === name);
      assert.ok(one, `there is ${name}`);
      assert.deepEqual(await run(one), expected);
    });
});
