import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { hasCode } from '../../../agent/common/errors.ts';
import type { InitResult } from '../../../agent/protocol/init.ts';
import type { Params } from '../../../agent/protocol/methods.ts';
import { createAgent } from '../../../agent/server/agent.ts';

const compose = `services:
  # what users see
  web:
    build: .
    ports: ['3000:3000'] # on a laptop
    volumes: ['./src:/app/src'] # to work on it
`;

describe('init', () => {
  let folder: string;
  const file = (name: string): string => path.join(folder, name);
  const read = (name: string): Promise<string> => readFile(file(name), 'utf8');

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tidegate-init-'));
    await promisify(execFile)('git', ['init', '-q', folder]);
    await writeFile(file('docker-compose.yml'), compose);
    await writeFile(file('Dockerfile'), 'FROM node:22-alpine\nEXPOSE 3000\n');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function init(asked: Partial<Params<'init'>> = {}): Promise<InitResult> {
    const agent = createAgent({
      env: { PATH: process.env['PATH'] },
      assets: { controlBundle: '', edgeLua: '' },
      open: () => assert.fail('no engine is asked'),
    });
    const call = { signal: new AbortController().signal, onEvent: () => undefined };
    const params = { folder, compose: null, write: true, fix: false, ...asked };
    try {
      return await agent.request('init', params, call);
    } finally {
      agent.close();
    }
  }

  const errors = ({ problems }: InitResult): readonly string[] =>
    problems.flatMap(({ severity, code }) => (severity === 'error' ? [code] : []));

  it('writes the file beside the compose file it finds, which stays as it is', async () => {
    await mkdir(file('src'));
    const result = await init({ folder: file('src') });
    assert.deepEqual(
      [result.file, result.compose, result.written],
      ['tidegate.yaml', 'docker-compose.yml', true],
    );
    assert.equal(await read('tidegate.yaml'), result.text);
    assert.equal(await read('docker-compose.yml'), compose);
    assert.deepEqual(errors(result), ['compose.unsupported-value']);
  });

  it('repairs the compose file only when it is asked to', async () => {
    const result = await init({ fix: true });
    assert.deepEqual(errors(result), []);
    const repaired = await read('docker-compose.yml');
    assert.doesNotMatch(repaired, /\.\/src/);
    for (const comment of ['# what users see', '# on a laptop', '# to work on it'])
      assert.ok(repaired.includes(comment), comment);
  });

  it('writes nothing when it is only asked what it would write', async () => {
    const { written, text, decisions } = await init({ write: false, fix: true });
    assert.equal(written, false);
    assert.match(text, /route: \{ hosts: \[[^\]]+\], port: 3000 \}/);
    assert.deepEqual(
      decisions.map(({ kind }) => kind),
      ['project', 'edge', 'route'],
    );
    await assert.rejects(read('tidegate.yaml'), /ENOENT/);
    assert.equal(await read('docker-compose.yml'), compose);
  });

  it('takes the compose file that is named, from where the client stands', async () => {
    await mkdir(file('deploy'));
    await writeFile(file('deploy/stack.yaml'), 'services: { web: { image: "a:1", ports: [80] } }\n');
    const result = await init({ compose: 'deploy/stack.yaml' });
    assert.deepEqual([result.file, result.compose], ['tidegate.yaml', 'deploy/stack.yaml']);
    assert.match(result.text, /^compose: deploy\/stack\.yaml$/m);
    assert.deepEqual(errors(result), []);
  });

  it('never replaces a file', async () => {
    await writeFile(file('tidegate.yaml'), 'mine');
    await assert.rejects(init(), (error) => hasCode(error, 'config.exists'));
    assert.equal(await read('tidegate.yaml'), 'mine');
  });

  it('says what it looked for, and what it cannot read', async () => {
    await writeFile(file('docker-compose.yml'), 'services: [');
    await assert.rejects(init(), (error) => hasCode(error, 'config.invalid') && /:1:/.test(error.message));
    await rm(file('docker-compose.yml'));
    await assert.rejects(
      init(),
      (error) => hasCode(error, 'config.missing') && error.message.includes('docker-compose.yml'),
    );
    await assert.rejects(init({ compose: '../x.yaml' }), (error) => hasCode(error, 'config.missing'));
  });
});
