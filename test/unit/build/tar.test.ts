import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import fc from 'fast-check';
import { extract, type Header } from 'tar-stream';
import { hasCode } from '../../../agent/common/errors.ts';
import { readContext, type BuildSource } from '../../../agent/build/context.ts';
import { packContext } from '../../../agent/build/tar.ts';
import { openRepository } from '../../../agent/git/open.ts';
import type { Repository } from '../../../agent/git/repository.ts';
import { commit, git, Scratch, write, type Content } from '../git/scratch-repository.ts';

const source: BuildSource = {
  kind: 'build',
  context: '',
  dockerfile: 'Dockerfile',
  target: undefined,
  args: {},
};

interface Entry {
  readonly header: Header;
  readonly data: Buffer;
}

async function unpack(tar: Buffer): Promise<Entry[]> {
  const entries: Entry[] = [];
  const reader = extract();
  reader.end(tar);
  for await (const entry of reader) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(chunk as Uint8Array);
    entries.push({ header: entry.header, data: Buffer.concat(chunks) });
  }
  return entries;
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function tarOf(repository: Repository, ref: string, from: BuildSource = source): Promise<Buffer> {
  const found = await repository.resolve(ref);
  const { entries } = await readContext({ repository, commit: found }, from, 'buildkit');
  return collect(packContext(repository, entries, { time: found.time }));
}

/** Path, type, executable bit, link and bytes: what a checkout would show. */
function shape(entries: readonly Entry[]): string[] {
  return entries
    .filter(({ header }) => header.name !== 'pax_global_header')
    .map(({ header, data }) => {
      const executable = header.type === 'file' && (header.mode & 0o100) !== 0;
      const hash = createHash('sha256').update(data).digest('hex');
      return JSON.stringify([header.name, header.type, executable, header.linkname, hash]);
    })
    .sort();
}

const name = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9 ._-]{0,8}[a-z0-9]$/),
  fc.constantFrom(
    'Ünïcödé',
    '日本 語.txt',
    '😀',
    'a b c',
    '-dash',
    'x'.repeat(120),
    '"quoted"',
    "it's",
    'tab\there',
  ),
);
const content: fc.Arbitrary<Content> = fc.oneof(
  fc.string(),
  fc.uint8Array({ maxLength: 2_000 }),
  fc.constant(''),
  fc.record({ executable: fc.string() }),
  fc.record({ link: fc.constantFrom('x', '../y', 'Dockerfile', `long/${'target/'.repeat(30)}`, 'ziel-ä') }),
);
/** A path never runs through a file: folders have names that files do not. */
const tree = fc
  .array(fc.tuple(fc.array(name, { maxLength: 3 }), name, content), { minLength: 1, maxLength: 12 })
  .map((files) =>
    Object.fromEntries(
      files.map(([folders, last, what]) => [[...folders.map((f) => `${f}.d`), last].join('/'), what]),
    ),
  );

describe('a context as a tar', () => {
  let scratch: Scratch;
  before(async () => (scratch = await Scratch.folder()));
  after(() => scratch.remove());

  it('holds what "git archive" of the commit holds, whatever the files', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(tree, async (files) => {
        const dir = await scratch.repository(`archive${count++}`);
        await commit(dir, { ...files, Dockerfile: 'FROM scratch\n' });
        const archive = execFileSync('git', ['archive', 'HEAD'], { cwd: dir, maxBuffer: 1e9 });
        const own = await tarOf(await openRepository(dir), 'HEAD');
        assert.deepEqual(shape(await unpack(own)), shape(await unpack(archive)));
      }),
      { numRuns: 25 },
    );
  }).timeout(60_000);

  it('is the same bytes each time, belongs to root, and has the time of the commit', async () => {
    const dir = await scratch.repository('same');
    await commit(dir, {
      Dockerfile: 'FROM scratch\n',
      'a/run.sh': { executable: 'x' },
      'a/l': { link: 'run.sh' },
    });
    const first = await tarOf(await openRepository(dir), 'HEAD');
    const withoutGit = await tarOf(await openRepository(dir, { program: '/nowhere/git' }), 'HEAD');
    assert.ok(first.equals(withoutGit), 'first.equals(withoutGit)');
    const seen = (await unpack(first)).map(({ header: h }) => [
      h.name,
      h.mode.toString(8),
      h.uid,
      h.gid,
      h.mtime.getTime(),
    ]);
    const time = 1_700_000_000_000;
    assert.deepEqual(seen, [
      ['Dockerfile', '644', 0, 0, time],
      ['a/', '755', 0, 0, time],
      ['a/l', '777', 0, 0, time],
      ['a/run.sh', '755', 0, 0, time],
    ]);
  });

  it('never holds what is not committed', async () => {
    const dir = await scratch.repository('dirty');
    await commit(dir, { Dockerfile: 'FROM scratch\n', 'a.txt': 'committed' });
    const repository = await openRepository(dir);
    const clean = await tarOf(repository, 'HEAD');
    await write(dir, { 'a.txt': 'changed', 'new.txt': 'new' });
    await git(dir, 'add', 'new.txt');
    assert.equal(await repository.isDirty(), true);
    assert.ok(clean.equals(await tarOf(repository, 'HEAD')), "clean.equals(await tarOf(repository, 'HEAD'))");
  });

  it('is of the commit that was asked for, not of the one that is checked out', async () => {
    const dir = await scratch.repository('tags');
    await commit(dir, { Dockerfile: 'FROM scratch\n', 'a.txt': 'one' });
    await git(dir, 'tag', '-a', '-m', 'x', 'v1');
    await commit(dir, { 'a.txt': 'two' });
    const entries = await unpack(await tarOf(await openRepository(dir), 'v1'));
    assert.equal(entries.find(({ header }) => header.name === 'a.txt')?.data.toString(), 'one');
  });

  it('brings a Dockerfile that lies outside of the context', async () => {
    const dir = await scratch.repository('outside');
    await commit(dir, { 'docker/web.Dockerfile': 'FROM scratch\n', 'web/a.txt': 'a', 'api/b.txt': 'b' });
    const from = { ...source, context: 'web', dockerfile: 'docker/web.Dockerfile' };
    const entries = await unpack(await tarOf(await openRepository(dir), 'HEAD', from));
    assert.deepEqual(
      entries.map(({ header }) => header.name),
      ['.tidegate.Dockerfile', 'a.txt'],
    );
  });

  it('prefers the ignore file of the Dockerfile, which only BuildKit knows', async () => {
    const dir = await scratch.repository('ignores');
    await commit(dir, {
      Dockerfile: 'FROM scratch\n',
      'Dockerfile.dockerignore': 'a.txt\n',
      '.dockerignore': '*\n',
      'a.txt': 'a',
      'b.txt': 'b',
    });
    const repository = await openRepository(dir);
    const found = await repository.resolve('HEAD');
    const paths = async (kind: 'buildkit' | 'classic'): Promise<string[]> =>
      (await readContext({ repository, commit: found }, source, kind)).entries.map((entry) => entry.path);
    assert.deepEqual(await paths('buildkit'), [
      '.dockerignore',
      'Dockerfile',
      'Dockerfile.dockerignore',
      'b.txt',
    ]);
    assert.deepEqual(await paths('classic'), ['.dockerignore', 'Dockerfile']);
  });

  it('is refused when a file of it is kept by Git LFS', async () => {
    const dir = await scratch.repository('lfs');
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 1\n`;
    await commit(dir, { Dockerfile: 'FROM scratch\n', 'logo.png': pointer });
    const repository = await openRepository(dir);
    await assert.rejects(tarOf(repository, 'HEAD'), (error) => {
      assert.ok(hasCode(error, 'build.unsupported'), "hasCode(error, 'build.unsupported')");
      return error.message.startsWith('logo.png is kept by Git LFS');
    });
  });

  it('fails when a file of it cannot be read, instead of ending early', async () => {
    const dir = await scratch.repository('origin');
    await git(dir, 'config', 'uploadpack.allowFilter', 'true');
    await commit(dir, { Dockerfile: 'FROM scratch\n', 'a.txt': 'old' });
    await commit(dir, { 'a.txt': 'new' });
    await git(scratch.dir, 'clone', '-q', '--filter=blob:none', `file://${dir}`, 'partial');
    const repository = await openRepository(`${scratch.dir}/partial`);
    await assert.rejects(tarOf(repository, 'HEAD~1'), (error) =>
      hasCode(error, 'git.unsupported-repository'),
    );
  });

  it('says which folder, Dockerfile or ignore file is wrong', async () => {
    const dir = await scratch.repository('wrong');
    await commit(dir, { 'web/a.txt': 'a', Dockerfile: 'FROM scratch\n', 'web/.dockerignore': 'a[\n' });
    const repository = await openRepository(dir);
    const cases: [Partial<BuildSource>, RegExp][] = [
      [{ context: 'nothing' }, /"nothing" is not a folder/],
      [{ context: 'Dockerfile' }, /"Dockerfile" is not a folder/],
      [{ context: 'web' }, /web\/\.dockerignore cannot be read: syntax error in pattern: "a\["/],
    ];
    for (const [part, message] of cases) {
      await assert.rejects(tarOf(repository, 'HEAD', { ...source, ...part }), (error) => {
        assert.ok(hasCode(error, 'build.failed'), String(error));
        assert.match(error.message, message);
        return true;
      });
    }
  });
});
