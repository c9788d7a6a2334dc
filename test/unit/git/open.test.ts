import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../../../agent/common/errors.ts';
import type { ErrorCode } from '../../../agent/protocol/codes.ts';
import { openRepository } from '../../../agent/git/open.ts';
import { commit, git, Scratch, write } from './scratch-repository.ts';

/** Fails unless the error has the code and its hint says what is expected. */
function fails(code: ErrorCode, hint: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(hasCode(error, code), String(error));
    assert.match(error.hint ?? '', hint);
    return true;
  };
}

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const item of items) assert.ok(item, 'item');
}

const readers = [
  { name: 'with git', program: 'git' },
  { name: 'without git', program: '/nowhere/git' },
];

describe('a folder that is no usable repository', () => {
  let scratch: Scratch;
  before(async () => (scratch = await Scratch.folder()));
  after(() => scratch.remove());

  it('is said to be no repository', async () => {
    await assert.rejects(openRepository(scratch.dir), fails('git.not-a-repository', /git init/));
    await assert.rejects(
      openRepository(path.join(scratch.dir, 'missing')),
      fails('git.not-a-repository', /git init/),
    );
  });

  it('is said to have lost its repository when its .git file points nowhere', async () => {
    await write(scratch.dir, { 'lost/.git': 'gitdir: ../gone\n' });
    const lost = openRepository(path.join(scratch.dir, 'lost'));
    await assert.rejects(lost, fails('git.not-a-repository', /worktree repair/));
  });

  it('is said to be bare', async () => {
    const dir = await scratch.repository('bare', '--bare');
    await assert.rejects(openRepository(dir), fails('git.unsupported-repository', /git clone/));
  });

  it('is said to use object ids of another kind', async () => {
    const dir = await scratch.repository('sha256', '--object-format=sha256');
    await assert.rejects(openRepository(dir), (error) => {
      assert.match(String(error), /objectformat = sha256/);
      return fails('git.unsupported-repository', /SHA-1/)(error);
    });
  });

  it('is said to keep its refs in another way', async () => {
    const dir = await scratch.repository('reftable');
    await git(dir, 'config', 'extensions.refstorage', 'reftable');
    await assert.rejects(openRepository(dir), fails('git.unsupported-repository', /file based refs/));
  });

  it('is said to have no commits yet', async () => {
    const repository = await openRepository(await scratch.repository('empty'));
    await assert.rejects(repository.resolve('HEAD'), fails('git.unknown-ref', /git commit/));
  });
});

for (const { name, program } of readers) {
  describe(`an incomplete repository, ${name}`, () => {
    let scratch: Scratch;
    let origin: string;
    let old: string;

    before(async () => {
      scratch = await Scratch.folder();
      origin = await scratch.repository('origin');
      await git(origin, 'config', 'uploadpack.allowFilter', 'true');
      old = await commit(origin, { 'a.txt': 'old', 'd/b.txt': 'old too' });
      await git(origin, 'tag', 'v1.0.0');
      await commit(origin, { 'a.txt': 'new', 'd/b.txt': 'new too' });
      await git(origin, 'tag', 'v2.0.0');
    });
    after(() => scratch.remove());

    async function clone(to: string, ...options: string[]): Promise<string> {
      await git(scratch.dir, 'clone', '-q', ...options, `file://${origin}`, to);
      return path.join(scratch.dir, to);
    }

    it('that is shallow releases what it has and says how to get the rest', async () => {
      const repository = await openRepository(await clone(`shallow-${name}`, '--depth', '1'), { program });
      const head = await repository.resolve('HEAD');
      assert.equal(await repository.readFile(head.oid, 'a.txt'), 'new');
      for (const ref of ['v1.0.0', old, old.slice(0, 10)]) {
        await assert.rejects(
          repository.resolve(ref),
          fails('git.unknown-ref', /git fetch --unshallow --tags/),
          ref,
        );
      }
      const deeper = repository.resolve('HEAD~1');
      await assert.rejects(deeper, fails('git.unsupported-repository', /git fetch --unshallow/));
    });

    it('that is partial says so instead of fetching, and its hint works', async () => {
      const dir = await clone(`partial-${name}`, '--filter=blob:none');
      const repository = await openRepository(dir, { program });
      const head = await repository.resolve('HEAD');
      assert.equal(await repository.readFile(head.oid, 'a.txt'), 'new');
      const first = await repository.resolve('v1.0.0');
      assert.equal(first.oid, old);
      const oids = (await repository.entries(old, '')).map((entry) => entry.oid);
      assert.equal(oids.length, 2);
      const clear = fails('git.unsupported-repository', /git fetch --refetch --no-filter/);
      await assert.rejects(repository.readFile(old, 'a.txt'), clear);
      await assert.rejects(drain(repository.blobs(oids)), clear);
      // Its maintenance would go on in the background, and take packs away while they are read.
      await git(dir, 'fetch', '-q', '--refetch', '--no-filter', '--no-auto-maintenance');
      const whole = await openRepository(dir, { program });
      assert.equal(await whole.readFile(old, 'a.txt'), 'old');
    });

    it('that lost an object says that it is damaged', async () => {
      const dir = await scratch.repository(`damaged-${name}`);
      const oid = await commit(dir, { 'a.txt': 'text that is lost', 'b.txt': 'text that stays' });
      const blob = await git(dir, 'rev-parse', 'HEAD:a.txt');
      const file = path.join(dir, '.git/objects', blob.slice(0, 2), blob.slice(2));
      await rm(file);
      const repository = await openRepository(dir, { program });
      const damaged = fails('git.unreadable', /git fsck/);
      await assert.rejects(repository.readFile(oid, 'a.txt'), damaged);
      await assert.rejects(drain(repository.blobs([blob])), damaged);
      await writeFile(file, 'not an object');
      await assert.rejects(repository.readFile(oid, 'a.txt'), damaged);
      await assert.rejects(drain(repository.blobs([blob])), damaged);
      assert.equal(await repository.readFile(oid, 'b.txt'), 'text that stays');
    });

    it('that borrows objects is read, or says how to make it whole', async () => {
      const dir = path.join(scratch.dir, `borrowing-${name}`);
      await git(scratch.dir, 'clone', '-q', '--shared', origin, dir);
      const repository = await openRepository(dir, { program });
      if (program === 'git') assert.equal((await repository.resolve('v1.0.0')).oid, old);
      else
        await assert.rejects(
          repository.resolve('v1.0.0'),
          fails('git.unsupported-repository', /git repack -a -d/),
        );
    });
  });
}
