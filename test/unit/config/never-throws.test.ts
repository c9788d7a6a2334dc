import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stringify } from 'yaml';
import * as keys from '../../../agent/config/compose-keys.ts';
import type { LoadedProject } from '../../../agent/config/project.ts';
import { load, smallCompose, smallTidegate } from './project-files.ts';

type Files = Readonly<Record<string, string>>;

/** Every problem has a place inside its file and says what is wrong and right; a project is there unless one is an error. */
function checkLoaded(loaded: LoadedProject, files: Files): void {
  for (const { file, line, column, message, hint, code } of loaded.problems) {
    const text = files[file];
    assert.ok(text !== undefined, file);
    const lines = text.split('\n');
    assert.ok(Number.isInteger(line) && line >= 1 && line <= lines.length + 1, `${line} of ${lines.length}`);
    assert.ok(
      Number.isInteger(column) && column >= 1 && column <= (lines[line - 1] ?? '').length + 1,
      `column ${column}`,
    );
    assert.match(code, /^(?:config|compose|yaml)\.[a-z-]+$/);
    for (const said of [message, hint]) {
      assert.notEqual(said.trim(), '');
      assert.doesNotMatch(said, /undefined|\[object/);
    }
  }
  const hasErrors = loaded.problems.some(({ severity }) => severity === 'error');
  assert.equal(loaded.project === undefined, hasErrors);
}

async function check(files: Files): Promise<void> {
  const whole = { 'tidegate.yaml': smallTidegate, 'compose.yaml': smallCompose, ...files };
  checkLoaded(await load(whole, { variables: { A: 'a', N: '3' } }), whole);
}

/** Known keys with values of any kind: gets deep into the readers, where plain noise does not. */
const words = [
  '',
  'a',
  '30',
  '30s',
  '5%',
  '/x',
  '.',
  '../..',
  '$A',
  '${N}',
  '${',
  'true',
  'none',
  'a:1',
  'A=b',
  '[',
  '\u0000',
];
const leaf = fc.oneof(
  fc.constantFrom(...words),
  fc.constantFrom(null, true, false, 0, -1, 1.5, 3000, 1e21, Number.NaN),
  fc.string({ maxLength: 6 }),
);
const knownKeys = Object.values(keys).flatMap((table) =>
  'known' in table ? [...table.known, ...Object.keys(table.refused)] : [],
);
const tidegateKeys = [
  ...[
    'version',
    'project',
    'compose',
    'environments',
    'services',
    'suites',
    'stage',
    'service',
    'target',
    'retries',
    'timeout',
    'dev',
    'web',
    'edge',
    'http',
    'url',
  ],
  ...[
    'dockerContext',
    'protected',
    'images',
    'control',
    'variables',
    'route',
    'hosts',
    'port',
    'health',
    'rollout',
  ],
  ...[
    'steps',
    'hold',
    'keepWarm',
    'drain',
    'deadline',
    'unattended',
    'worker',
    'paths',
    'registry',
    'constructor',
  ],
];

function tree(names: readonly string[]): fc.Arbitrary<unknown> {
  return fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      leaf,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...names), tie('node'), { maxKeys: 4 }),
    ),
  })).node;
}

function mutated(text: string): fc.Arbitrary<string> {
  const cut = fc.record({ at: fc.nat(text.length), remove: fc.nat(4), add: fc.string({ maxLength: 3 }) });
  return fc
    .array(cut, { minLength: 1, maxLength: 3 })
    .map((cuts) =>
      cuts.reduce((now, { at, remove, add }) => now.slice(0, at) + add + now.slice(at + remove), text),
    );
}

const composeService = fc.dictionary(fc.constantFrom(...keys.serviceKeys.known), tree(knownKeys), {
  maxKeys: 6,
});

const twoFiles = smallTidegate.replace('project: shop', 'project: shop\ncompose: [compose.yaml, over.yaml]');
const referenceKeys = ['service', 'file', 'path', 'project_directory', 'env_file'];
const reference = fc.oneof(
  fc.constantFrom<unknown>(
    'web',
    'a',
    { service: 'web', file: 'over.yaml' },
    { service: 'a', file: 'compose.yaml' },
  ),
  tree(referenceKeys),
);

describe('loading a project', () => {
  const inputs: Readonly<Record<string, fc.Arbitrary<Files>>> = {
    'any text': fc.record({ 'tidegate.yaml': fc.string(), 'compose.yaml': fc.string() }),
    'a tidegate.yaml with slips': mutated(smallTidegate).map((text) => ({ 'tidegate.yaml': text })),
    'a compose file with slips': mutated(smallCompose).map((text) => ({ 'compose.yaml': text })),
    'known keys of tidegate.yaml with any values': tree(tidegateKeys).map((value) => ({
      'tidegate.yaml': stringify(value),
    })),
    'a service of tidegate.yaml with any values': tree(tidegateKeys).map((value) => ({
      'tidegate.yaml': smallTidegate.replace(/services:[^]*/, stringify({ services: { web: value } })),
    })),
    'known keys of a compose file with any values': tree(knownKeys).map((value) => ({
      'compose.yaml': stringify(value),
    })),
    'a compose service with any values': composeService.map((service) => ({
      'compose.yaml': stringify({
        services: { web: { image: 'a:1', ...service } },
        networks: { back: null },
      }),
    })),
    'two compose files laid over each other': fc
      .tuple(composeService, composeService)
      .map(([one, other]) => ({
        'tidegate.yaml': twoFiles,
        'compose.yaml': stringify({ services: { web: { image: 'a:1', ...one } }, networks: { back: null } }),
        'over.yaml': stringify({ services: { web: other } }),
      })),
    'services that extend each other, files that include each other': fc
      .tuple(composeService, composeService, reference, reference, tree(referenceKeys))
      .map(([one, other, first, second, include]) => ({
        'tidegate.yaml': twoFiles,
        'compose.yaml': stringify({ include, services: { web: { ...one, extends: first }, a: one } }),
        'over.yaml': stringify({
          include: ['compose.yaml'],
          services: { web: { ...other, extends: second } },
        }),
      })),
    'volumes, configs and the files they name': fc
      .tuple(tree(knownKeys), tree(knownKeys), tree(knownKeys), fc.string())
      .map(([volumes, configs, service, text]) => ({
        'compose.yaml': stringify({
          services: {
            web: { image: 'a:1', env_file: ['x.env'], configs: ['a', service], volumes: [service] },
          },
          volumes: { a: volumes },
          configs: { a: configs, b: { file: 'x.env' } },
        }),
        'x.env': text,
      })),
  };
  for (const [name, files] of Object.entries(inputs))
    it(`never throws and always has a place: ${name}`, async () => {
      await fc.assert(fc.asyncProperty(files, check), { numRuns: 150 });
    }).timeout(20_000);
});
