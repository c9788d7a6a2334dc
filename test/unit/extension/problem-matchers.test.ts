import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import metadata from '../../../package.json' with { type: 'json' };
import { explain } from '../../../agent/build/explain.ts';
import { run } from '../../../agent/cli/run.ts';
import { createAgent } from '../../../agent/server/agent.ts';
import { describeEnd } from '../../../agent/server/wording.ts';
import { taskWords } from '../../../extension/model/task.ts';
import { FakeAgent, rolloutDone } from '../cli/fake-agent.ts';
import { FakeHost } from '../cli/fake-host.ts';
import { git, Scratch } from '../git/scratch-repository.ts';

type Matched = Readonly<Record<'file' | 'line' | 'column' | 'severity' | 'message', string | undefined>>;

/** As the editor reads what a task prints: each line by itself, the first matcher that fits. */
function matched(output: string): readonly Matched[] {
  return output.split('\n').flatMap((line) =>
    metadata.contributes.problemMatchers.flatMap(({ pattern }) => {
      const found = new RegExp(pattern.regexp).exec(line);
      const part = (name: string): string | undefined =>
        found?.[(pattern as unknown as Record<string, number>)[name] ?? -1];
      const [file, number, column] = [part('file'), part('line'), part('column')];
      if (found === null) return [];
      return [{ file, line: number, column, severity: part('severity'), message: part('message') }];
    }),
  );
}

const tidegateYaml = (service: string): string =>
  `version: 1\nproject: shop\ncompose: compose.yaml\nenvironments:\n  dev: { edge: { http: 8080 } }\nservices:\n  web: ${service}\n`;

describe('the problem matchers of tasks', () => {
  let scratch: Scratch;
  beforeEach(async () => (scratch = await Scratch.folder()));
  afterEach(() => scratch.remove());

  /** The real command line and the real agent, on a repository of these files; no Docker is there. */
  async function ran(files: Readonly<Record<string, string>>): Promise<{ code: number; output: string }> {
    const folder = await scratch.repository('shop');
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), text);
    }
    await git(folder, 'add', '-A');
    await git(folder, 'commit', '-qm', 'all');
    const env = { DOCKER_HOST: `unix://${folder}/none.sock`, PATH: process.env['PATH'], HOME: folder };
    const agent = createAgent({ env, assets: { controlBundle: '', edgeLua: '' } });
    try {
      const words = taskWords({ command: 'plan', environment: 'dev', folder });
      if ('wrong' in words) throw new Error(words.wrong);
      const host = new FakeHost({ argv: words, agent });
      const code = await run(host.host);
      return { code, output: host.out + host.err };
    } finally {
      agent.close();
    }
  }

  it('find every problem of the configuration at its place, and nothing else', async () => {
    const { code, output } = await ran({
      'tidegate.yaml': tidegateYaml('{ rout: { port: 3000 } }'),
      'compose.yaml': 'services:\n  web: { image: X, prots: [] }\n',
    });
    assert.equal(code, 2);
    assert.deepEqual(
      matched(output).map(({ file, line, column }) => `${String(file)}:${String(line)}:${String(column)}`),
      ['compose.yaml:2:17', 'compose.yaml:2:20', 'tidegate.yaml:7:3', 'tidegate.yaml:7:10'],
    );
    const [first] = matched(output);
    assert.match(first?.message ?? '', /^services\.web\.image: "X" is not an image name\. Write it as/);
    assert.equal(first?.severity, undefined, 'an error, as all are that say nothing else');
  });

  it('find warnings as warnings, before something else stops the command', async () => {
    const { code, output } = await ran({
      'tidegate.yaml': tidegateYaml('{ route: { port: 3000 } }'),
      'compose.yaml': 'services:\n  web: { image: nginx, container_name: web }\n',
    });
    assert.equal(code, 1, 'no Docker is there');
    const warnings = matched(output);
    assert.ok(warnings.length > 0, output);
    for (const { file, severity } of warnings)
      assert.deepEqual([file, severity], ['compose.yaml', 'warning'], output);
  });

  it('find the step of a Dockerfile that failed, once, with what it said', async () => {
    const build = (place: { step: string; stage: string; position: number; output: string[] } | undefined) =>
      explain({
        service: 'web',
        reason: place ? 'exit code: 1' : 'dockerfile parse error line 2: unknown instruction: FOO',
        place,
        dockerfile: { path: 'my web/Dockerfile', text: 'FROM node\nRUN npm ci\n' },
        builder: { kind: 'buildkit', refusesBuildkit: false, version: '23.0.0', major: 23 },
        mask: (text) => text,
      }).message;
    const step = { step: 'RUN npm ci', stage: '', position: 2, output: ['npm ERR! a.js:3:4 missing'] };
    for (const [detail, message] of [
      [build(step), '"RUN npm ci" (my web/Dockerfile, line 2): exit code: 1'],
      [build({ ...step, output: [] }), '"RUN npm ci" (my web/Dockerfile, line 2): exit code: 1'],
      [
        build(undefined),
        '(my web/Dockerfile, line 2): dockerfile parse error line 2: unknown instruction: FOO',
      ],
    ]) {
      const { code, output } = await failing(detail ?? '');
      assert.equal(code, 1);
      const found = matched(output).filter(({ file }) => file === 'my web/Dockerfile');
      assert.deepEqual(
        found.map((one) => [one.line, one.message]),
        [
          ['2', message],
          ['2', message],
        ],
        output,
      );
    }
  });

  it('find nothing in what programs write, and in times', () => {
    const lines = [
      'web | GET http://shop.example:8080:1 ok',
      'build web | /app/src/main.ts:3:5 error TS2304: x',
      '12:34:56 listening',
      '2026-03-01T12:15:30 listening',
      'v1.2.0 is live in dev: every edge answers with it.',
      '  rollout r1, 4.2 s',
      'next: Known here: dev.',
    ];
    assert.deepEqual(matched(lines.join('\n')), []);
  });
});

/** As the agent tells it: the phase that the rollout went to, with the first line; then how it ended. */
async function failing(detail: string): Promise<{ code: number; output: string }> {
  const head = { kind: 'deploy', tag: 'v1.2.0', ref: 'v1.2.0', commit: 'a'.repeat(40), commands: [] };
  const state = { reason: 'build-failed', detail, trail: [] };
  const message = describeEnd({
    ...{ head, state, outcome: 'failed', environment: 'dev', from: undefined },
  } as unknown as Parameters<typeof describeEnd>[0]);
  const agent = new FakeAgent({
    deploy: (_params, { onEvent }) => {
      const [news = ''] = detail.split('\n');
      onEvent({ kind: 'phase', rollout: 'r1', phase: 'aborting', detail: news });
      return { ...rolloutDone, outcome: 'failed', reason: 'build-failed', message };
    },
  });
  const host = new FakeHost({ argv: ['deploy', 'dev', 'v1.2.0'], agent });
  const code = await run(host.host);
  return { code, output: host.out + host.err };
}
