import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'yaml';
import { applyChanges, fixOf } from '../../../../agent/config/fix/fixes.ts';
import { commentsOf } from '../../../../agent/config/fix/layout.ts';
import type { Change } from '../../../../agent/config/fix/change.ts';
import { load } from '../project-files.ts';

/** A piece of a service, in one of the ways people write it. `#` stands for a comment at the end of a line. */
type Piece = (pad: string) => readonly string[];

const line =
  (text: string): Piece =>
  (pad) => [`${pad}${text}#`];
const block =
  (key: string, inner: readonly string[]): Piece =>
  (pad) => [`${pad}${key}:#`, ...inner.map((text) => `${pad}${pad.slice(0, pad.length / 2)}${text}#`)];

const optional: readonly (readonly Piece[])[] = [
  [line('stop_grace_period: 1s'), line('"stop_grace_period": "2s"'), line('stop_grace_period: 1500ms')],
  [
    line('deploy: { replicas: 1 }'),
    line('deploy: {}'),
    line('deploy:'),
    block('deploy', ['replicas: 1']),
    block('deploy', ['resources: { limits: { memory: 64M } }']),
    block('deploy', ['labels:', '  a: b']),
  ],
  [line("ports: ['80:80']"), block('ports', ['- "80:80"', '- 81:81'])],
  [
    line('environment: { A: 1 }'),
    block('environment', ['A: 1', 'B: |', '  one', '  two']),
    block('environment', ['- A=1', '- B']),
  ],
  [
    line('volumes: [./src:/src]'),
    line("volumes: ['./src:/src', '/data', data:/d:ro]"),
    block('volumes', ['- ./src:/src', '- data:/d:ro']),
    block('volumes', ['- ./app.conf:/app.conf', '- data:/d:ro', '- ./src:/src']),
    line("volumes: [data:/d:ro, './app.conf:/app.conf:ro']"),
    block('volumes', ['- type: bind', '  source: ./src', '  target: /src']),
  ],
  [line('comand: [run]'), line('restrat: always'), block('enviroment', ['A: 1'])],
];

const commentText = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9 :'"{}[\],#-]{0,12}$/).map((text) => text.trim());

interface Written {
  readonly compose: string;
  readonly tidegate: string;
}

/** A service as people write it: any of the pieces in any order, comments and empty lines anywhere. */
const written: fc.Arbitrary<Written> = fc
  .record({
    pieces: fc
      .tuple(...optional.map((forms) => fc.option(fc.constantFrom(...forms), { nil: undefined })))
      .chain((chosen) =>
        fc.shuffledSubarray([line('build: .'), ...chosen.filter((piece) => piece !== undefined)]),
      ),
    step: fc.constantFrom('  ', '    '),
    eol: fc.constantFrom('\n', '\r\n'),
    ends: fc.boolean(),
    comments: fc.array(fc.option(commentText, { nil: undefined }), { minLength: 60, maxLength: 60 }),
    tidegate: fc.constantFrom(
      'services:#\n  web: { route: { port: 3000 }, rollout: { drain: 20s } }#\n',
      'services:#\n  web:#\n    route:#\n      port: 3000#\n    rollout: { drain: 20s }#\n',
      'services:#\n  web:#\n    rout: { port: 3000 }#\n',
    ),
  })
  .map(({ pieces, step, eol, ends, comments, tidegate }) => {
    let next = 0;
    const comment = (): string | undefined => comments[next++ % comments.length];
    const pad = step + step;
    const lines = [
      'services:#',
      `${step}web:#`,
      ...pieces.flatMap((piece) => piece(pad)),
      'volumes: { data: }#',
    ];
    // Inside of a text of several lines a comment would be text.
    const dress = (text: string): readonly string[] => {
      const isText = /^\s*(?:one|two)#$/.test(text);
      const behind = isText || /B: \|#$/.test(text) ? undefined : comment();
      const above = isText ? undefined : comment();
      const bare = text.slice(0, -1);
      const indent = /^ */.exec(bare)?.[0] ?? '';
      return [
        ...(above === undefined ? [] : [`${indent}# ${above}`]),
        behind === undefined ? bare : `${bare} # ${behind}`,
      ];
    };
    const head = 'version: 1#\nproject: shop#\nenvironments: { dev: { edge: { http: 80 } } }#\n';
    return {
      compose: lines.flatMap(dress).join(eol) + (ends ? eol : ''),
      tidegate: `${head}${tidegate}`.trimEnd().split('\n').flatMap(dress).join(eol) + eol,
    };
  });

const sourcesOf = (text: string): readonly string[] =>
  commentsOf(text)
    .map(({ source }) => source.trim())
    .sort();

async function changesOf({ compose, tidegate }: Written): Promise<readonly Change[]> {
  const { problems } = await load({
    ...{ 'compose.yaml': compose, 'tidegate.yaml': tidegate },
    'app.conf': 'on\n',
  });
  const texts: Readonly<Record<string, string>> = { 'compose.yaml': compose, 'tidegate.yaml': tidegate };
  return problems.flatMap(({ change }) =>
    change && fixOf(texts[change.file] ?? '', change) !== null ? [change] : [],
  );
}

function repaired(files: Written, changes: readonly Change[]): Written {
  const of = (file: string): readonly Change[] => changes.filter((change) => change.file === file);
  return {
    compose: applyChanges(files.compose, of('compose.yaml')).text,
    tidegate: applyChanges(files.tidegate, of('tidegate.yaml')).text,
  };
}

describe('fixes of what is found in any files', () => {
  it('keep every comment, give right YAML, and make each finding go', async () => {
    let made = 0;
    await fc.assert(
      fc.asyncProperty(written, async (files) => {
        let now = files;
        for (let round = 0; round < 5; round++) {
          const changes = await changesOf(now);
          if (changes.length === 0) break;
          const next = repaired(now, changes);
          assert.deepEqual(sourcesOf(next.compose), sourcesOf(now.compose));
          assert.deepEqual(sourcesOf(next.tidegate), sourcesOf(now.tidegate));
          parse(next.compose);
          made += changes.length;
          now = next;
        }
        assert.deepEqual(await changesOf(now), []);
      }),
      { numRuns: 300 },
    );
    assert.ok(made > 500, `${made} changes were made`);
  });

  it('leave every other value as it was', async () => {
    await fc.assert(
      fc.asyncProperty(written, async (files) => {
        for (const change of (await changesOf(files)).filter(({ file }) => file === 'compose.yaml')) {
          const after = applyChanges(files.compose, [change]).text;
          assert.deepEqual(without(parse(after), change), without(parse(files.compose), change));
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** The document without the key of the service that the change is about. */
function without(document: unknown, change: Change): unknown {
  const { path } = change;
  const { configs, ...copy } = structuredClone(document) as {
    configs?: unknown;
    services: { web: Record<string, unknown> };
  };
  // A mount that becomes a config is about both.
  if (change.kind === 'all') delete copy.services.web['configs'];
  else assert.equal(configs, undefined);
  const [, , key] = path.map(String);
  const { web } = copy.services;
  const about = [key ?? '', 'command', 'restart', 'environment'].filter(
    (name) => name === key || /^(?:comand|restrat|enviroment)$/.test(key ?? ''),
  );
  copy.services.web = Object.fromEntries(Object.entries(web).filter(([name]) => !about.includes(name)));
  return copy;
}
