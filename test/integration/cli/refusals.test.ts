import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openShop, type CliRun, type Shop } from '../../support/shop.ts';
import { addTag } from '../release/commits.ts';

interface Refusal {
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly code: string;
  readonly exit: number;
  readonly message: RegExp;
  readonly hint: RegExp;
}

const refusals: Readonly<Record<string, Refusal>> = {
  'a deploy before setup': {
    args: ['deploy', 'dev', 'v1.0.0'],
    code: 'environment.not-set-up',
    exit: 1,
    message: /-dev/,
    hint: /tidegate setup/,
  },
  'a rollback before setup': {
    args: ['rollback', 'dev'],
    code: 'environment.not-set-up',
    exit: 1,
    message: /-dev/,
    hint: /tidegate setup/,
  },
  'an unknown tag': {
    args: ['deploy', 'dev', 'v1.1.1'],
    code: 'git.unknown-ref',
    exit: 2,
    message: /v1\.1\.1[\s\S]*v1\.1\.0/,
    hint: /git tag/,
  },
  'an unknown environment': {
    args: ['deploy', 'prod', 'v1.0.0'],
    code: 'config.unknown-environment',
    exit: 2,
    message: /prod/,
    hint: /dev/,
  },
  'an engine that is not there': {
    args: ['deploy', 'dev', 'v1.0.0'],
    env: { DOCKER_HOST: 'unix:///nope.sock' },
    code: 'engine.unreachable',
    exit: 1,
    message: /unix:\/\/\/nope\.sock/,
    hint: /./,
  },
  'a compose file that is broken': {
    args: ['deploy', 'dev', 'broken-compose'],
    code: 'config.invalid',
    exit: 2,
    message: /compose\.yaml:\d+:\d+/,
    hint: /./,
  },
};

describe('a command that cannot be done says why and what to do', function () {
  this.timeout(120_000);
  let shop: Shop;

  before(async () => {
    shop = await openShop({ about: 'refuse', setUp: false });
    await addTag(shop.folder, {
      from: 'v1.0.0',
      tag: 'broken-compose',
      edit: { 'compose.yaml': (text) => text.replace('replicas: 2', 'replicas: many\n      privileged: [') },
    });
  });
  after(() => shop.leave());

  for (const [name, refusal] of Object.entries(refusals))
    it(`${name}: ${refusal.code}, exit code ${refusal.exit}`, async () => {
      const { args, env = {} } = refusal;
      const [text, json] = await Promise.all([
        shop.start(args, { env }).done,
        shop.start([...args, '--json'], { env }).done,
      ]);
      expectRefusal(text, json, refusal);
    });

  it('a folder that is no git repository: git.not-a-repository, exit code 2', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tidegate-plain-'));
    try {
      await writeFile(path.join(folder, 'tidegate.yaml'), 'version: 1\n');
      const args = ['deploy', 'dev', '--folder', folder];
      const [text, json] = [await shop.cli(...args), await shop.cli(...args, '--json')];
      const message = new RegExp(path.basename(folder));
      expectRefusal(text, json, { args, code: 'git.not-a-repository', exit: 2, message, hint: /git/ });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('nothing of all this leaves anything on the Swarm', async () => {
    const own = { 'tidegate.stack': shop.stack };
    assert.deepEqual(await shop.swarm.services.list(own), []);
    assert.deepEqual(await shop.swarm.configs.list(own), []);
    assert.deepEqual(await shop.swarm.networks.list(own), []);
  });
});

function expectRefusal(text: CliRun, json: CliRun, { code, exit, message, hint }: Refusal): void {
  assert.equal(text.code, exit, text.stderr);
  assert.equal(text.stdout, '');
  assert.match(text.stderr, new RegExp(`^error ${code.replace('.', '\\.')}: `, 'm'));
  assert.match(text.stderr, message);
  assert.match(text.stderr, /^next: \S/m);
  assert.equal(json.code, exit, json.stderr);
  const { error } = JSON.parse(json.stdout) as { error: { code: string; message: string; hint: string } };
  assert.equal(error.code, code);
  assert.match(error.message, message);
  assert.match(error.hint, hint);
}
