import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { hasCode } from '../../../agent/common/errors.ts';
import type { Params } from '../../../agent/protocol/methods.ts';
import type { ValidateResult } from '../../../agent/protocol/validate.ts';
import { createAgent } from '../../../agent/server/agent.ts';
import type { Swarm } from '../../../agent/swarm/port.ts';
import { FakeCluster } from '../../support/fake-swarm.ts';

const tidegate = `version: 1
project: shop
environments:
  dev: { edge: { http: 8080 } } # here
  live: { edge: { http: 80 }, variables: { TAG: '1.2' } }
services:
  web: { route: { port: 3000 } }
`;

const compose = `services:
  web: # the shop
    image: shop:\${TAG:-latest}
    ports: ['3000:3000'] # for docker compose
`;

describe('validate', () => {
  let folder: string;
  const write = (name: string, text: string): Promise<void> => writeFile(path.join(folder, name), text);
  const read = (name: string): Promise<string> => readFile(path.join(folder, name), 'utf8');

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tidegate-validate-'));
    await promisify(execFile)('git', ['init', '-q', folder]);
    await write('tidegate.yaml', tidegate);
    await write('compose.yaml', compose);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function validate(
    asked: Partial<Params<'validate'>> = {},
    open: () => Swarm = () => assert.fail('no engine is asked'),
  ): Promise<ValidateResult> {
    const agent = createAgent({
      env: { PATH: process.env['PATH'], DOCKER_HOST: `unix://${folder}/none.sock` },
      assets: { controlBundle: '', edgeLua: '' },
      open,
    });
    const call = { signal: new AbortController().signal, onEvent: () => undefined };
    try {
      return await agent.request('validate', { folder, environment: null, fix: false, ...asked }, call);
    } finally {
      agent.close();
    }
  }

  it('finds what is in the working tree, for every environment, and asks no engine', async () => {
    const { outcome, environments, problems } = await validate();
    assert.equal(outcome, 'wrong');
    assert.deepEqual(environments, ['dev', 'live']);
    assert.deepEqual(
      problems.map(({ file, line, column, code, environments: where }) => [
        `${file}:${line}:${column}`,
        code,
        where.join(),
      ]),
      [
        ['compose.yaml:2:3', 'compose.no-healthcheck', 'dev,live'],
        ['compose.yaml:2:3', 'compose.one-replica', 'dev,live'],
        ['compose.yaml:3:5', 'compose.moving-tag', 'dev'],
        ['compose.yaml:4:5', 'compose.ports', 'dev,live'],
      ],
    );
  });

  it('offers repairs with their ranges, as an editor takes them', async () => {
    const { problems } = await validate({ environment: 'live' });
    assert.deepEqual(problems.find(({ code }) => code === 'compose.ports')?.fix, {
      title: 'Leave the ports of web to docker compose ("ports: ignore")',
      edits: [
        {
          file: 'tidegate.yaml',
          range: { start: { line: 7, column: 31 }, end: { line: 7, column: 31 } },
          newText: ', ports: ignore',
        },
      ],
    });
  });

  it('looks at what an editor has not saved, and says where each problem ends', async () => {
    const texts = { 'tidegate.yaml': tidegate.replace('port: 3000', 'port: 3000, prot: 1') };
    const { folder: inside, problems } = await validate({ environment: 'live', texts });
    assert.equal(inside, '');
    const [problem] = problems.filter(({ file }) => file === 'tidegate.yaml');
    assert.deepEqual(
      [problem?.code, problem?.line, problem?.column, problem?.end],
      ['config.unknown-key', 7, 31, { line: 7, column: 35 }],
    );
    const onDisk = (await validate({ environment: 'live' })).problems;
    assert.deepEqual(onDisk.find(({ code }) => code === 'compose.ports')?.end, { line: 4, column: 10 });
    await assert.rejects(validate({ fix: true, texts }), { code: 'usage.invalid' });
  });

  it('repairs the files when it is asked to, and keeps what else is in them', async () => {
    await chmod(path.join(folder, 'compose.yaml'), 0o640);
    const { outcome, problems, fixed } = await validate({ fix: true });
    assert.equal(outcome, 'right');
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['compose.moving-tag'],
    );
    assert.deepEqual(fixed.map(({ file }) => file).sort(), ['compose.yaml', 'compose.yaml', 'tidegate.yaml']);
    assert.match(
      await read('tidegate.yaml'),
      /# here[\s\S]*web: \{ route: \{ port: 3000 \}, ports: ignore \}/,
    );
    const repaired = await read('compose.yaml');
    assert.ok(repaired.startsWith(compose), 'nothing that was there has changed');
    assert.match(repaired, /healthcheck:\n {6}test: \['CMD-SHELL', /);
    assert.equal((await stat(path.join(folder, 'compose.yaml'))).mode & 0o777, 0o640);
    assert.deepEqual((await validate({ fix: true })).fixed, []);
  });

  it('pins an image to what the engine or its registry knows it as, and keeps what stands behind it', async () => {
    const cluster = new FakeCluster();
    const digest = `sha256:${'a'.repeat(64)}`;
    const text = (image: string): string =>
      `services:\n  web: { image: "${image}", healthcheck: { test: "true" }, deploy: { replicas: 2 } } # web\n`;
    await write('compose.yaml', text('redis:7'));
    const open = (): Swarm => cluster.view();
    assert.deepEqual((await validate({ fix: true }, open)).fixed, [], 'nobody knows it');
    cluster.registry.set('redis:7', digest);
    const { problems } = await validate({}, open);
    assert.deepEqual(
      problems.map(({ code, fix }) => [code, fix?.edits[0]?.newText]),
      [['compose.moving-tag', `redis:7@${digest}`]],
    );
    // One without a digest was built here; what the registry calls so is something else.
    cluster.images.add('redis:7');
    assert.deepEqual((await validate({ fix: true }, open)).fixed, []);
    const view = cluster.view();
    const known = {
      id: 'i',
      tags: [],
      digests: ['x@sha256:0', `docker.io/library/redis@${digest}`],
      labels: {},
    };
    const images = { ...view.images, get: () => Promise.resolve(known) };
    const { fixed } = await validate({ fix: true }, () => Object.assign(cluster.view(), { images }));
    assert.equal(fixed.length, 1);
    const pinned = text(`redis:7@${digest}`).replaceAll('"', '');
    assert.equal((await read('compose.yaml')).replaceAll('"', ''), pinned);
  });

  it('works from any folder of the project, and says which file it means', async () => {
    await mkdir(path.join(folder, 'src'));
    await write('compose.yaml', 'services:\n  web: { imgae: x }\n');
    const { problems } = await validate({ folder: path.join(folder, 'src'), environment: 'dev' });
    const [unknown] = problems.filter(({ code }) => code === 'compose.unknown-key');
    assert.equal(unknown?.file, 'compose.yaml');
    assert.match(unknown.hint, /Did you mean "image"/);
    assert.equal(unknown.fix?.edits[0]?.newText, 'image');
  });

  it('names an environment that is not there, and a file that is missing', async () => {
    await assert.rejects(validate({ environment: 'deb' }), (error) =>
      hasCode(error, 'config.unknown-environment'),
    );
    await rm(path.join(folder, 'tidegate.yaml'));
    await assert.rejects(validate(), (error) => hasCode(error, 'config.missing'));
  });
});
