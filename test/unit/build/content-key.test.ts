import assert from 'node:assert/strict';
import { hasCode } from '../../../agent/common/errors.ts';
import { contentKey } from '../../../agent/build/content-key.ts';
import type { BuilderKind, BuildSource } from '../../../agent/build/context.ts';
import { openRepository } from '../../../agent/git/open.ts';
import { commit, Scratch } from '../git/scratch-repository.ts';

const source: BuildSource = {
  kind: 'build',
  context: 'web',
  dockerfile: 'web/Dockerfile',
  target: undefined,
  args: {},
};

describe('the content key', () => {
  let scratch: Scratch;
  let dir: string;
  before(async () => {
    scratch = await Scratch.folder();
    dir = await scratch.repository('r');
    await commit(dir, {
      'web/Dockerfile': 'FROM scratch\nCOPY . /\n',
      'web/a.txt': 'a',
      'docker/Dockerfile': 'FROM scratch\nCOPY . /\n',
      'README.md': 'one',
    });
  });
  after(() => scratch.remove());

  async function key(
    part: Partial<BuildSource> = {},
    { ref = 'HEAD', kind = 'buildkit' }: { readonly ref?: string; readonly kind?: BuilderKind } = {},
  ): Promise<string> {
    const repository = await openRepository(dir);
    return contentKey({ repository, commit: await repository.resolve(ref) }, { ...source, ...part }, kind);
  }

  it('is the same for a commit that changes nothing of the context', async () => {
    const before = await key();
    await commit(dir, { 'README.md': 'two' }, 'docs only');
    assert.equal(await key(), before);
    assert.match(before, /^[0-9a-f]{64}$/);
    assert.notEqual(await key({ context: '' }), await key({ context: '' }, { ref: 'HEAD~1' }));
  });

  it('does not depend on the order of the arguments', async () => {
    assert.equal(await key({ args: { A: '1', B: '2' } }), await key({ args: { B: '2', A: '1' } }));
  });

  it('changes with everything that makes the image', async () => {
    const keys = [
      await key(),
      await key({ context: '' }),
      await key({ dockerfile: 'docker/Dockerfile' }),
      await key({ target: 'test' }),
      await key({ args: { A: '1' } }),
      await key({ args: { A: '2' } }),
    ];
    for (const [file, text] of [
      ['web/a.txt', 'changed'],
      ['web/Dockerfile', 'FROM scratch\nCOPY a.txt /\n'],
      ['web/.dockerignore', 'a.txt\n'],
    ] as const) {
      await commit(dir, { [file]: text });
      keys.push(await key());
    }
    await commit(dir, { 'docker/Dockerfile.dockerignore': 'a.txt\n', 'web/.dockerignore': '' });
    keys.push(await key({ dockerfile: 'docker/Dockerfile' }));
    assert.equal(new Set(keys).size, keys.length);
  });

  it('does not change with what the ignore file leaves out', async () => {
    await commit(dir, { 'web/.dockerignore': '*.log\n!keep.log\nnotes\n.dockerignore\n' });
    const before = await key();
    await commit(dir, { 'web/a.log': 'x', 'web/notes/today.txt': 'x' });
    assert.equal(await key(), before);
    // Other patterns, the same files left.
    await commit(dir, { 'web/.dockerignore': '**/*.log\nnotes\n.dockerignore\n' });
    assert.equal(await key(), before);
    await commit(dir, { 'web/.dockerignore': 'a.log\nnotes\n.dockerignore\n', 'web/keep.log': 'x' });
    assert.notEqual(await key(), before);
    await commit(dir, { 'web/sub/b.txt': 'x' });
    const plain = await key();
    await commit(dir, { 'web/sub/b.txt': { executable: 'x' } });
    assert.notEqual(await key(), plain);
  });

  it('changes with an ignored Dockerfile, which is used all the same', async () => {
    await commit(dir, { 'web/.dockerignore': 'Dockerfile\n' });
    const before = await key();
    await commit(dir, { 'web/Dockerfile': 'FROM scratch\nCOPY . /other\n' });
    assert.notEqual(await key(), before);
  });

  it('heeds the ignore file that the builder heeds', async () => {
    await commit(dir, { 'web/Dockerfile.dockerignore': 'x.txt\n', 'web/.dockerignore': '' });
    const before = [await key(), await key({}, { kind: 'classic' })];
    await commit(dir, { 'web/x.txt': 'x' });
    const after = [await key(), await key({}, { kind: 'classic' })];
    assert.equal(after[0], before[0]);
    assert.notEqual(after[1], before[1]);
  });

  it('needs the Dockerfile and the folder to be committed', async () => {
    await assert.rejects(key({ dockerfile: 'web/Other' }), (error) => hasCode(error, 'build.failed'));
    await assert.rejects(key({ context: 'nothing' }), (error) => hasCode(error, 'build.failed'));
  });
});
