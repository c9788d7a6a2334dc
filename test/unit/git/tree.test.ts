import assert from 'node:assert/strict';
import path from 'node:path';
import { hasCode } from '../../../agent/common/errors.ts';
import { openRepository } from '../../../agent/git/open.ts';
import type { Repository } from '../../../agent/git/repository.ts';
import { commit, git, Scratch, write } from './scratch-repository.ts';

const readers = [
  { name: 'with git', program: 'git' },
  { name: 'without git', program: '/nowhere/git' },
];

for (const { name, program } of readers) {
  describe(`a repository, ${name}: files of a commit`, () => {
    let scratch: Scratch;
    let dir: string;
    let repository: Repository;
    let oid: string;

    before(async () => {
      scratch = await Scratch.folder();
      dir = await scratch.repository('r');
      oid = await commit(dir, {
        'plain.txt': 'plain',
        'run.sh': { executable: '#!/bin/sh\n' },
        link: { link: 'plain.txt' },
        'away link': { link: '../../etc/passwd' },
        'absolute link': { link: '/etc/passwd' },
        loop: { link: 'loop' },
        'empty file': '',
        'ünïcödé/日本 語.txt': 'unicode',
        'a/b/c.txt': 'deep',
        'a-b/x': 'sorts before a/',
        'binary.bin': Uint8Array.from([0, 255, 10, 13, 0]),
      });
      repository = await openRepository(dir, { program });
    });
    after(() => scratch.remove());

    it('lists them in the order of git, with kinds', async () => {
      const wanted = (await git(dir, '-c', 'core.quotePath=false', 'ls-tree', '-r', 'HEAD'))
        .split('\n')
        .map((line) => {
          const [, mode, blob, file] = /^(\d+) blob ([0-9a-f]+)\t(.*)$/.exec(line) ?? [];
          const kinds: Record<string, string> = {
            '100644': 'file',
            '100755': 'executable',
            '120000': 'symlink',
          };
          return { path: file, kind: kinds[mode ?? ''], oid: blob };
        });
      assert.equal(wanted.length, 11);
      assert.deepEqual(await repository.entries(oid, ''), wanted);
    });

    it('lists those of a folder by their path inside it', async () => {
      for (const folder of ['a', 'a/', './a', 'a/.']) {
        assert.deepEqual(
          (await repository.entries(oid, folder)).map((entry) => entry.path),
          ['b/c.txt'],
        );
      }
      assert.deepEqual(await repository.entries(oid, 'nothing/here'), []);
      assert.deepEqual(await repository.entries(oid, 'plain.txt'), []);
    });

    it('reads text, follows links inside the repository only, and says undefined for what is not there', async () => {
      assert.equal(await repository.readFile(oid, 'plain.txt'), 'plain');
      assert.equal(await repository.readFile(oid, 'link'), 'plain');
      assert.equal(await repository.readFile(oid, 'ünïcödé/日本 語.txt'), 'unicode');
      assert.equal(await repository.readFile(oid, 'empty file'), '');
      for (const file of ['away link', 'absolute link', 'loop', 'a', 'a/b/missing', 'plain.txt/x', '']) {
        assert.equal(await repository.readFile(oid, file), undefined, file);
      }
    });

    it('knows the ids of folders and files', async () => {
      assert.equal(await repository.objectId(oid, ''), await git(dir, 'rev-parse', 'HEAD^{tree}'));
      assert.equal(await repository.objectId(oid, 'a/b'), await git(dir, 'rev-parse', 'HEAD:a/b'));
      assert.equal(await repository.objectId(oid, 'run.sh'), await git(dir, 'rev-parse', 'HEAD:run.sh'));
      assert.equal(await repository.objectId(oid, 'a/x'), undefined);
    });

    it('streams raw bytes in the order asked for, also the same blob twice', async () => {
      const entries = await repository.entries(oid, '');
      const byPath = new Map(entries.map((entry) => [entry.path, entry.oid]));
      const order = ['binary.bin', 'empty file', 'plain.txt', 'binary.bin', 'link'].map(
        (file) => byPath.get(file) ?? '',
      );
      const seen: string[] = [];
      for await (const bytes of repository.blobs(order)) seen.push(Buffer.from(bytes).toString('latin1'));
      assert.deepEqual(seen, ['\0ÿ\n\r\0', '', 'plain', '\0ÿ\n\r\0', 'plain.txt']);
    });

    it('reads blobs larger than a pipe, and stops when told to', async () => {
      const big = Buffer.alloc(3_000_000, 'tidegate ');
      const large = await commit(dir, { 'big.bin': big });
      const blob = (await repository.objectId(large, 'big.bin')) ?? '';
      const controller = new AbortController();
      let count = 0;
      await assert.rejects(async () => {
        for await (const bytes of repository.blobs(Array<string>(50).fill(blob), controller.signal)) {
          assert.ok(big.equals(bytes), 'big.equals(bytes)');
          if (++count === 2) controller.abort(new Error('enough'));
        }
      }, /enough/);
      assert.equal(count, 2);
    });

    it('refuses a submodule in the folder that is needed, and only there', async () => {
      const sub = await scratch.repository('sub');
      await commit(sub, { 's.txt': 's' });
      await git(dir, 'submodule', '--quiet', 'add', sub, 'third/sub');
      const withSub = await commit(dir, {});
      const refused = (error: unknown): boolean =>
        hasCode(error, 'git.unsupported-repository') && error.message.startsWith('third/sub is a submodule');
      await assert.rejects(repository.entries(withSub, ''), refused);
      await assert.rejects(repository.entries(withSub, 'third'), refused);
      await assert.rejects(repository.entries(withSub, 'third/sub'), refused);
      await assert.rejects(repository.readFile(withSub, 'third/sub/s.txt'), refused);
      assert.equal((await repository.entries(withSub, 'a')).length, 1);
    });

    it('tells whether something is not committed, and never serves it', async () => {
      const clean = await scratch.repository(`clean ${name}`);
      const head = await commit(clean, { 'a.txt': 'committed', '.gitignore': 'ignored\n' });
      const fresh = await openRepository(clean, { program });
      assert.equal(await fresh.isDirty(), false);
      await write(clean, { ignored: 'x' });
      assert.equal(await fresh.isDirty(), false);
      await write(clean, { 'a.txt': 'changed' });
      assert.equal(await fresh.isDirty(), true);
      assert.equal(await fresh.readFile(head, 'a.txt'), 'committed');
      await git(clean, 'checkout', '-q', '--', 'a.txt');
      assert.equal(await fresh.isDirty(), false);
      await write(clean, { 'new.txt': 'not added' });
      assert.equal(await fresh.isDirty(), true);
      assert.equal((await fresh.entries(head, '')).length, 2);
      await git(clean, 'add', 'new.txt');
      assert.equal(await fresh.isDirty(), true);
      assert.equal(await fresh.isDirty('new.txt'), false);
      assert.equal(await fresh.isDirty('a.txt'), true);
    });

    it('tells what git ignores, which nothing tracked is', async () => {
      const folder = await scratch.repository(`ignoring ${name}`);
      const rules = { '.gitignore': '*.env\nprivate/\n!kept.env\n' };
      await commit(folder, { ...rules, 'plain.txt': 'p' });
      await write(folder, { 'tracked.env': 't' });
      await git(folder, 'add', '--force', 'tracked.env');
      await write(folder, { 'own.env': 'o', 'kept.env': 'k', 'private/key': 'k' });
      const opened = await openRepository(folder, { program });
      const files = [
        'own.env',
        'private/key',
        'not-there.env',
        'kept.env',
        'tracked.env',
        'plain.txt',
        'none',
      ];
      assert.deepEqual(await Promise.all(files.map((file) => opened.isIgnored(file))), [
        ...[true, true, true],
        ...[false, false, false, false],
      ]);
    });

    it('says in a linked worktree whether something is not committed, or what that takes', async () => {
      const tree = path.join(scratch.dir, `worktree ${name}`);
      await git(dir, 'worktree', 'add', '-q', '--detach', tree, oid);
      const linked = await openRepository(tree, { program });
      if (program !== 'git') {
        await assert.rejects(linked.isDirty(), (error) => hasCode(error, 'git.unsupported-repository'));
        return;
      }
      assert.equal(await linked.isDirty(), false);
      await write(tree, { 'plain.txt': 'changed' });
      assert.equal(await linked.isDirty(), true);
    });

    it('names its origin without credentials', async () => {
      assert.equal(await repository.originUrl(), undefined);
      await git(dir, 'remote', 'add', 'origin', 'https://user:secret@git.example/shop.git');
      assert.equal(await repository.originUrl(), 'https://git.example/shop.git');
      await git(dir, 'remote', 'set-url', 'origin', 'git@git.example:team/shop.git');
      assert.equal(await repository.originUrl(), 'ssh://git.example/team/shop.git');
      await git(dir, 'remote', 'set-url', 'origin', '../elsewhere');
      assert.equal(await repository.originUrl(), undefined);
    });
  });
}
