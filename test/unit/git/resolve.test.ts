import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../../../agent/common/errors.ts';
import { openRepository } from '../../../agent/git/open.ts';
import type { Repository } from '../../../agent/git/repository.ts';
import { commit, git, Scratch } from './scratch-repository.ts';

const readers = [
  { name: 'with git', program: 'git' },
  { name: 'without git', program: '/nowhere/git' },
];

for (const { name, program } of readers) {
  describe(`a repository, ${name}: names of commits`, () => {
    let scratch: Scratch;
    let dir: string;
    let repository: Repository;
    let first: string;
    let second: string;

    before(async () => {
      scratch = await Scratch.folder();
      dir = await scratch.repository('r');
      first = await commit(dir, { 'a.txt': '1' }, 'First\n\nmore');
      await git(dir, 'tag', 'v1.0.0');
      await git(dir, 'tag', '-a', '-m', 'annotated', 'v1.0.1');
      await git(dir, 'tag', '-a', '-m', 'of a tag', 'nested', 'v1.0.1');
      second = await commit(dir, { 'a.txt': '2' }, 'Second');
      await git(dir, 'branch', 'topic/x');
      await git(dir, 'update-ref', 'refs/remotes/origin/main', first);
      await git(dir, 'symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
      await git(dir, 'tag', 'a-tree', 'HEAD^{tree}');
      repository = await openRepository(dir, { program });
    });

    after(() => scratch.remove());

    it('finds HEAD, branches, remote branches, tags and ids', async () => {
      const wanted: Record<string, string> = {
        HEAD: second,
        '@': second,
        main: second,
        'heads/main': second,
        'refs/heads/main': second,
        'topic/x': second,
        'origin/main': first,
        origin: first,
        'v1.0.0': first,
        'v1.0.1': first,
        nested: first,
        'tags/nested': first,
        'HEAD~1': first,
        'HEAD^': first,
        'main~0': second,
        [first]: first,
        [first.toUpperCase()]: first,
        [first.slice(0, 8)]: first,
        [`${second.slice(0, 10)}~`]: first,
      };
      for (const [ref, oid] of Object.entries(wanted))
        assert.equal((await repository.resolve(ref)).oid, oid, ref);
    });

    it('reads the commit', async () => {
      const found = await repository.resolve('v1.0.0');
      assert.equal(found.tree, await git(dir, 'rev-parse', 'v1.0.0^{tree}'));
      assert.equal(found.time, 1_700_000_000_000);
      assert.equal(found.subject, 'First');
      assert.equal(found.ref, 'v1.0.0');
    });

    it('names the tag that was asked for, else the newest one of the commit', async () => {
      assert.equal((await repository.resolve('v1.0.0')).tag, 'v1.0.0');
      assert.equal((await repository.resolve('nested')).tag, 'nested');
      assert.equal((await repository.resolve(first)).tag, 'v1.0.1');
      assert.equal((await repository.resolve('v1.0.0~0')).tag, 'v1.0.1');
      assert.equal((await repository.resolve('HEAD')).tag, undefined);
    });

    it('lists tags peeled to their commits, in natural order, without those of trees', async () => {
      const wanted = ['nested', 'v1.0.0', 'v1.0.1'].map((tag) => ({ name: tag, oid: first }));
      assert.deepEqual(await repository.tags(), wanted);
    });

    it('says which names are nearest to an unknown one', async () => {
      await assert.rejects(repository.resolve('v1.0.2'), (error) => {
        assert.ok(hasCode(error, 'git.unknown-ref'), "hasCode(error, 'git.unknown-ref')");
        assert.deepEqual(error.data['nearest'], ['v1.0.0', 'v1.0.1']);
        assert.match(error.message, /Nearest: v1\.0\.0, v1\.0\.1/);
        return true;
      });
    });

    it('refuses what is no commit', async () => {
      const tree = await git(dir, 'rev-parse', 'HEAD^{tree}');
      const blob = await git(dir, 'rev-parse', 'HEAD:a.txt');
      const wrong = [
        '',
        '.',
        '..',
        'config',
        '../HEAD',
        'zzz',
        'deadbeef',
        '0'.repeat(40),
        tree,
        blob,
        'a-tree',
        'main~9',
      ];
      for (const ref of wrong) {
        await assert.rejects(
          repository.resolve(ref),
          (error) => hasCode(error, 'git.unknown-ref'),
          JSON.stringify(ref),
        );
      }
    });

    it('finds packed refs, and a loose one before a packed one', async () => {
      await git(dir, 'pack-refs', '--all');
      await git(dir, 'gc', '-q');
      const fresh = await openRepository(dir, { program });
      for (const ref of ['v1.0.0', 'v1.0.1', 'nested', 'origin'])
        assert.equal((await fresh.resolve(ref)).oid, first, ref);
      assert.deepEqual(await fresh.tags(), await repository.tags());
      await git(dir, 'tag', '-f', 'v1.0.0', second);
      assert.equal((await fresh.resolve('v1.0.0')).oid, second);
      await git(dir, 'tag', '-f', 'v1.0.0', first);
    });

    it('sees commits and tags that were made after it was opened', async () => {
      const third = await commit(dir, { 'b.txt': '3' });
      await git(dir, 'tag', 'v9');
      assert.equal((await repository.resolve('v9')).oid, third);
      await git(dir, 'gc', '-q');
      assert.equal((await repository.resolve('HEAD')).oid, third);
      assert.equal((await repository.resolve('v9~2')).oid, first);
    });

    it('follows when the checkout is replaced by another clone', async () => {
      const place = await scratch.repository(`replaced ${name}`);
      await commit(place, { 'a.txt': 'old' });
      const opened = await openRepository(place, { program });
      await opened.resolve('HEAD');
      await rm(place, { recursive: true });
      await scratch.repository(`replaced ${name}`);
      const oid = await commit(place, { 'a.txt': 'new' });
      assert.equal((await opened.resolve('HEAD')).oid, oid);
    });

    it('is the same from a subfolder and from a linked worktree', async () => {
      const sub = path.join(dir, 'sub/deep');
      await mkdir(sub, { recursive: true });
      const tree = path.join(scratch.dir, `worktree ${name}`);
      await git(dir, 'worktree', 'add', '-q', '--detach', tree, first);
      const inside = await openRepository(sub, { program });
      const linked = await openRepository(tree, { program });
      assert.equal(inside.root, dir);
      assert.equal(linked.root, tree);
      assert.equal((await linked.resolve('HEAD')).oid, first);
      assert.equal((await linked.resolve('topic/x')).oid, second);
      assert.deepEqual(await linked.tags(), await repository.tags());
    });
  });
}
