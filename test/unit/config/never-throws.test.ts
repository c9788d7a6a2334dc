import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stringify } from 'yaml';
import * as keys from '../../../agent/config/compose-keys.ts';
import type { LoadedProject } from '../../../agent/config/project.ts';
import { load, smallCompose, smallTidegate } from './project-files.ts';

type Files = Readonly<Record<'tidegate.yaml' | 'compose.yaml', string>>;

/** Every problem has a place inside its file and says what is wrong and right; a project is there unless one is an error. */
function checkLoaded(loaded: LoadedProject, files: Files): void {
  for (const { file, line, column, message, hint, code } of loaded.problems) {
    assert.ok(file === 'tidegate.yaml' || file === 'compose.yaml', file);
    const lines = files[file].split('\n');
    assert.ok(Number.isInteger(line) && line >= 1 && line <= lines.length + 1, `${line} of ${lines.length}`);
    assert.ok(
      Number.isInteger(column) && column >= 1 && column <= (lines[line - 1] ?? '').length + 1,
      `column ${column}`,
    );
    assert.match(code, /^(?:config|compose|yaml)\.[a-z-]+$/);
    for (const text of [message, hint]) {
      assert.notEqual(text.trim(), '');
      assert.doesNotMatch(text, /undefined|\[object/);
    }
  }
  const hasErrors = loaded.problems.some(({ severity }) => severity === 'error');
  assert.equal(loaded.project === undefined, hasErrors);
}

async function check(files: Partial<Files>): Promise<void> {
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

describe('loading a project', () => {
  const inputs: Readonly<Record<string, fc.Arbitrary<Partial<Files>>>> = {
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
  };
  for (const [name, files] of Object.entries(inputs))
    it(`never throws and always has a place: ${name}`, async () => {
      await fc.assert(fc.asyncProperty(files, check), { numRuns: 150 });
    }).timeout(20_000);
});
