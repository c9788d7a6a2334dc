import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { testEngine } from '../../support/engine.ts';
import { Workshop } from './workshop.ts';

const run = promisify(execFile);

const files = Object.fromEntries(
  [
    'README.md',
    'a+b.txt',
    'a.txt',
    'app/(shop)/page.tsx',
    'app/[id]/x.ts',
    'b.log',
    'node_modules/x/index.js',
    'src/a.txt',
    'src/b.log',
    'src/deep/c.txt',
    'src/deep/d.log',
  ].map((file) => [file, 'x']),
);

const ignoreFiles = [
  'node_modules\n**/*.log\n*.md\n',
  '*\n!src\n!a.txt\nsrc/deep\n',
  'Dockerfile\n.dockerignore\napp/(shop)\napp/\\[id\\]\n',
  '**.log\n/a+b.txt\n?.txt\n# src\n',
  'src/**\n!src/deep\n',
  '*/*\n!README.md\n',
];

/** Everything under /context is listed by the build itself, between two marks. */
function dockerfile(): string {
  return `FROM BASE\nCOPY . /context\nRUN echo ${randomBytes(6).toString('hex')} && cd /context && find . -type f -exec echo "file {}" ";"\n`;
}

function listed(log: string): string[] {
  return [...log.matchAll(/(?:^|\] )file \.\/(.*)$/gm)].map(([, file = '']) => file).sort();
}

describe('a build with a .dockerignore', () => {
  let classic: Workshop;
  let buildkit: Workshop;
  let host: string;
  before(async () => {
    ({ host } = await testEngine());
    classic = await Workshop.open('classic builder');
    buildkit = await Workshop.open('BuildKit');
  });
  after(async () => {
    await classic.dispose();
    await buildkit.dispose();
  });

  for (const text of ignoreFiles) {
    it(`of ${JSON.stringify(text)} is given the files that "docker build" gives it`, async () => {
      // Each with a Dockerfile of its own: what comes out of a cache lists nothing.
      const project = (): Promise<string> =>
        classic.project(dockerfile(), { ...files, '.dockerignore': text });
      const env = { ...process.env, DOCKER_HOST: host, DOCKER_BUILDKIT: '0' };
      const cwd = await project();
      const docker = await run('docker', ['build', '--no-cache', '--force-rm', '.'], { cwd, env });
      // The checkout's own .git is in no commit.
      const wanted = listed(docker.stdout).filter((file) => !file.startsWith('.git/'));
      assert.ok(wanted.length > 0, 'wanted.length > 0');
      await classic.build(await project());
      assert.deepEqual(listed(classic.lines.join('\n')), wanted);
      await buildkit.build(await project());
      const always = [...new Set([...wanted, 'Dockerfile'])].sort();
      assert.deepEqual(listed(buildkit.lines.join('\n')), always);
      const [, id = ''] = /Successfully built (\w+)/.exec(docker.stdout) ?? [];
      await classic.engine.docker.getImage(id).remove({ force: true });
    });
  }
});

describe('a build with BuildKit only', () => {
  let workshop: Workshop;
  before(async () => (workshop = await Workshop.open('BuildKit')));
  after(() => workshop.dispose());

  it('keeps a cache mount from one build to the next', async () => {
    const id = randomBytes(6).toString('hex');
    const step = (command: string): string =>
      `FROM BASE\nRUN --mount=type=cache,id=${id},target=/cache ${command}\n`;
    await workshop.build(await workshop.project(step('echo kept > /cache/file')));
    await workshop.build(await workshop.project(step('echo "it is $(cat /cache/file)"')));
    assert.ok(
      workshop.lines.some((line) => line.endsWith('] it is kept')),
      workshop.lines.join('\n'),
    );
  });

  it('reads the ignore file of its Dockerfile, and a Dockerfile from outside of its context', async () => {
    const dir = await workshop.project(dockerfile(), {
      'docker/web.Dockerfile': dockerfile().replace('BASE', workshop.base),
      'docker/web.Dockerfile.dockerignore': 'a.txt\n',
      'web/a.txt': 'a',
      'web/b.txt': 'b',
    });
    await workshop.build(dir, { source: { context: 'web', dockerfile: 'docker/web.Dockerfile' } });
    assert.deepEqual(listed(workshop.lines.join('\n')), ['.tidegate.Dockerfile', 'b.txt']);
  });
});

describe('a service with an image of its own', () => {
  let workshop: Workshop;
  before(async () => (workshop = await Workshop.open('BuildKit')));
  after(() => workshop.dispose());

  it('gets the id the engine has for the name', async () => {
    const image = await workshop.named(workshop.base);
    assert.equal(image.ref, (await workshop.images.get(workshop.base))?.id);
    assert.deepEqual([image.digest, image.built], [image.ref, false]);
  });

  it('is told when the image cannot be had', async () => {
    const name = `127.0.0.1:1/tidegate/${randomBytes(6).toString('hex')}:1`;
    await assert.rejects(workshop.named(name), { code: 'registry.unreachable' });
  });
});
