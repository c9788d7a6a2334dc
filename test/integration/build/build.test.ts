import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import Dockerode from 'dockerode';
import { hasCode, type TidegateError } from '../../../agent/common/errors.ts';
import type { BuiltImage } from '../../../agent/build/builder.ts';
import type { ErrorCode } from '../../../agent/protocol/codes.ts';
import { commit, git, write } from '../../unit/git/scratch-repository.ts';
import { Workshop, type BuilderName } from './workshop.ts';

const unique = (): string => randomBytes(6).toString('hex');

/** Awaits a failure with this code. */
async function failure(promise: Promise<unknown>, code: ErrorCode): Promise<TidegateError> {
  const error: unknown = await promise.then(
    () => assert.fail(`expected ${code}`),
    (reason: unknown) => reason,
  );
  assert.ok(hasCode(error, code), String(error));
  return error;
}

/** Command lines of everything that runs on this machine, containers included. */
async function processes(): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!(await isSo())) {
    assert.ok(performance.now() < deadline, `not within 15 s: ${what}`);
    await delay(50);
  }
}

for (const name of ['BuildKit', 'classic builder'] satisfies BuilderName[]) {
  describe(`building with ${name}`, () => {
    let workshop: Workshop;
    before(async () => (workshop = await Workshop.open(name)));
    after(() => workshop.dispose());

    it('makes an image of the commit, with what has no registry pinned by its id', async () => {
      const dir = await workshop.project('FROM BASE\nCOPY . /app\n', {
        'a file.txt': 'committed',
        unique: unique(),
        'run.sh': { executable: '#!/bin/sh\n' },
        link: { link: 'a file.txt' },
        'ünïcödé/x': '',
      });
      await git(dir, 'tag', 'v1.0.0');
      await git(dir, 'remote', 'add', 'origin', 'https://me:secret@git.example/shop.git');
      await write(dir, { 'a file.txt': 'changed', 'new.txt': 'not committed' });
      const image = await workshop.build(dir, { ref: 'v1.0.0' });
      assert.match(image.ref, /^sha256:[0-9a-f]{64}$/);
      assert.equal(image.digest, image.ref);
      assert.equal(image.built, true);
      const listed = await workshop.run(
        image.ref,
        'sh',
        '-c',
        'cd /app; find . | sort; cat link; stat -c "%a %u" run.sh',
      );
      const files = [
        '.',
        './Dockerfile',
        './a file.txt',
        './link',
        './run.sh',
        './unique',
        './ünïcödé',
        './ünïcödé/x',
      ];
      assert.equal(listed, `${files.join('\n')}\ncommitted755 0\n`);
      const labels = (await workshop.images.get(image.ref))?.labels ?? {};
      assert.equal(labels['org.opencontainers.image.revision'], await git(dir, 'rev-parse', 'v1.0.0'));
      assert.equal(labels['org.opencontainers.image.version'], 'v1.0.0');
      assert.equal(labels['org.opencontainers.image.source'], 'https://git.example/shop.git');
      assert.equal(labels['tidegate.service'], 'web');
    });

    it('builds a content once, whatever commit, service or agent asks for it', async () => {
      const dir = await workshop.project('', {
        'web/Dockerfile': `FROM ${workshop.base}\nCOPY . /web\n`,
        'web/x': unique(),
        'README.md': 'one',
      });
      const source = { context: 'web', dockerfile: 'web/Dockerfile' };
      const built = await workshop.build(dir, { source });
      assert.equal(built.built, true);
      await commit(dir, { 'README.md': 'two' });
      assert.deepEqual(await workshop.build(dir, { source, service: 'other' }), { ...built, built: false });
      assert.deepEqual(workshop.lines, []);
      const tags = (await workshop.images.get(built.ref))?.tags ?? [];
      assert.equal(tags.filter((tag) => tag.startsWith(`tidegate/${workshop.stack}/`)).length, 2);
      await commit(dir, { 'web/x': unique() });
      assert.equal((await workshop.build(dir, { source })).built, true);
    });

    it('does not take an image that somebody built on top for the image itself', async () => {
      const dir = await workshop.project('FROM BASE\nCOPY . /app\n', { x: unique() });
      const image = await workshop.build(dir);
      const child = await workshop.engine.docker.createContainer({ Image: image.ref, Cmd: ['true'] });
      const name = { repo: `child-${workshop.stack}`, tag: 'latest' };
      await child.commit(name);
      await child.remove();
      for (const tag of (await workshop.images.get(image.ref))?.tags ?? []) await workshop.images.untag(tag);
      const again = await workshop.build(dir);
      assert.equal(again.built, true);
      const tags = (await workshop.images.get(again.ref))?.tags ?? [];
      assert.ok(!tags.includes(`${name.repo}:${name.tag}`), '!tags.includes(`${name.repo}:${name.tag}`)');
    });

    it('builds one content once when two ask at the same time', async () => {
      const dir = await workshop.project('FROM BASE\nRUN sleep 0.5\nCOPY . /app\n', { x: unique() });
      const builder = workshop.builder();
      const source = {
        kind: 'build',
        context: '',
        dockerfile: 'Dockerfile',
        target: undefined,
        args: {},
      } as const;
      const request = await workshop.request(dir, { source });
      const both: BuiltImage[] = await Promise.all(
        ['one', 'two'].map((service) => builder.build({ ...request, service })),
      );
      assert.deepEqual(both.map((image) => image.built).sort(), [false, true]);
      assert.equal(both[0]?.ref, both[1]?.ref);
    });

    it('that waits for another of its content ends at once when it is cancelled', async () => {
      const dir = await workshop.project(`FROM BASE\nRUN echo ${unique()}; sleep 60\n`);
      const source = {
        kind: 'build',
        context: '',
        dockerfile: 'Dockerfile',
        target: undefined,
        args: {},
      } as const;
      const builder = workshop.builder();
      const [first, second] = [new AbortController(), new AbortController()];
      const ahead = builder.build(await workshop.request(dir, { source, signal: first.signal }));
      ahead.catch(() => undefined);
      const waiting = builder.build(await workshop.request(dir, { source, signal: second.signal }));
      waiting.catch(() => undefined);
      second.abort();
      await failure(waiting, 'build.cancelled');
      first.abort();
      await failure(ahead, 'build.cancelled');
    });

    it('passes arguments and the target, and shows no secret of them', async () => {
      const dockerfile =
        'FROM BASE AS base\nARG API_TOKEN\nARG COLOUR\nRUN echo "$COLOUR $API_TOKEN" | tee /out\n';
      const dir = await workshop.project(`${dockerfile}FROM base AS last\nRUN exit 1\n`);
      const secret = unique();
      const args = { API_TOKEN: secret, COLOUR: 'teal' };
      const image = await workshop.build(dir, { source: { target: 'base', args } });
      assert.equal(await workshop.run(image.ref, 'cat', '/out'), `teal ${secret}\n`);
      const said = workshop.lines.join('\n');
      assert.match(said, /teal \*\*\*/);
      assert.ok(!said.includes(secret), said);
    });

    it('tells lines while the build runs', async () => {
      const dir = await workshop.project('FROM BASE\nRUN echo early; sleep 3; echo late\n');
      const controller = new AbortController();
      const early = new Promise<void>((resolve) => {
        const onLine = (line: string): void => {
          if (/(^|\] )early$/.test(line)) resolve();
        };
        workshop.build(dir, { onLine, signal: controller.signal }).catch(() => undefined);
      });
      await early;
      assert.ok(
        !workshop.lines.some((line) => /(^|\] )late$/.test(line)),
        '!workshop.lines.some((line) => /(^|\\] )late$/.test(line))',
      );
      controller.abort();
    });

    it('that fails names the step, its line, its output and the reason', async () => {
      const dir = await workshop.project(
        'FROM BASE AS deps\n# comment\nRUN true && \\\n  true\nFROM deps\nRUN echo why it failed; exit 3\nRUN never\n',
      );
      const error = await failure(workshop.build(dir), 'build.failed');
      assert.match(
        error.message,
        /at "RUN echo why it failed; exit 3" \(Dockerfile, line 6\): exit code: 3\n {2}why it failed$/,
      );
      assert.equal(error.data['service'], 'web');
      assert.deepEqual(error.data['output'], ['why it failed']);
    });

    it('of a Dockerfile that cannot be read names the line', async () => {
      const error = await failure(
        workshop.build(await workshop.project('FROM BASE\n\nFOO bar\n')),
        'build.failed',
      );
      assert.equal(error.data['line'], 3);
      assert.match(error.message, /unknown instruction: FOO/);
    });

    it('of a missing file, base image or stage says so', async () => {
      const missing = await failure(
        workshop.build(await workshop.project('FROM BASE\nCOPY nope /x\n')),
        'build.failed',
      );
      assert.match(missing.message, /"COPY nope \/x" \(Dockerfile, line 2\): .*nope/);
      const stage = await workshop.project('FROM BASE AS one\n');
      const target = await failure(workshop.build(stage, { source: { target: 'two' } }), 'build.failed');
      assert.match(target.message, /two/);
      const file = await failure(workshop.build(stage, { source: { dockerfile: 'Other' } }), 'build.failed');
      assert.match(file.message, /The Dockerfile Other is not in commit/);
    });

    it('that needs a newer builder names the version that has it', async () => {
      const dir = await workshop.project('FROM BASE\nCOPY --link Dockerfile /x\n');
      const { Version } = (await workshop.engine.docker.version()) as { Version: string };
      if (Number.parseInt(Version, 10) >= 23 && name === 'BuildKit') {
        await workshop.build(dir);
        return;
      }
      const error = await failure(workshop.build(dir), 'build.unsupported');
      assert.match(error.message, /--link/);
      assert.match(error.hint ?? '', name === 'BuildKit' ? /Docker Engine 23\.0/ : /DOCKER_BUILDKIT=0/);
    });

    it('that is cancelled ends: its processes are gone, and no image is left', async () => {
      const seconds = `9${Math.floor(Math.random() * 1e6)}`;
      const dir = await workshop.project(`FROM BASE\nRUN echo ${unique()}; sleep ${seconds}\n`);
      const controller = new AbortController();
      const building = workshop.build(dir, { signal: controller.signal });
      building.catch(() => undefined);
      const sleeps = async (): Promise<boolean> =>
        (await processes()).some((line) => line.startsWith(`sleep\0${seconds}`));
      await until('the step runs', sleeps);
      const images = await workshop.imageIds();
      controller.abort();
      const error = await failure(building, 'build.cancelled');
      assert.equal(error.data['service'], 'web');
      await until('the step is gone', async () => !(await sleeps()));
      assert.deepEqual(await workshop.imageIds(), images);
      const again = await failure(workshop.build(dir, { signal: controller.signal }), 'build.cancelled');
      assert.equal(again.data['service'], 'web');
    });

    it('that is cancelled while its context is sent ends at once', async () => {
      const big = Buffer.from(Array.from({ length: 400_000 }, () => Math.random()).join('\n'));
      const dir = await workshop.project('FROM BASE\nCOPY . /\n', { big, bigger: Buffer.concat([big, big]) });
      const controller = new AbortController();
      const building = workshop.build(dir, { signal: controller.signal });
      building.catch(() => undefined);
      await delay(20);
      controller.abort();
      const start = performance.now();
      await failure(building, 'build.cancelled');
      assert.ok(performance.now() - start < 4_000, 'performance.now() - start < 4_000');
    });

    it('on an engine that is not there says so', async () => {
      const dir = await workshop.project('FROM BASE\n');
      const docker = new Dockerode({ socketPath: '/nowhere/docker.sock' });
      const args = { X: unique() };
      const source = {
        kind: 'build',
        context: '',
        dockerfile: 'Dockerfile',
        target: undefined,
        args,
      } as const;
      const building = workshop
        .builder({ docker, name: 'unix:///nowhere/docker.sock' })
        .build(await workshop.request(dir, { source }));
      await failure(building, 'engine.unreachable');
    });
  });
}
