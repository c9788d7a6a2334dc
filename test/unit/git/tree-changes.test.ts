import assert from 'node:assert/strict';
import fc from 'fast-check';
import { treeChanges } from '../../../agent/git/tree-changes.ts';
import type { ParsedTreeEntry } from '../../../agent/git/parse.ts';

/** Folders as objects, files as texts; ids are what they hold, as git's are. */
type Files = { readonly [name: string]: string | Files };

function idOf(content: string | Files): string {
  return JSON.stringify(content);
}

const read = (oid: string): Promise<readonly ParsedTreeEntry[]> =>
  Promise.resolve(
    Object.entries(JSON.parse(oid) as Files).map(([name, content]) => ({
      kind: typeof content === 'string' ? ('file' as const) : ('folder' as const),
      name,
      oid: idOf(content),
    })),
  );

async function changed(before: Files, after: Files): Promise<readonly string[]> {
  const changes = await treeChanges(read, idOf(before), idOf(after));
  return changes.map(({ action, path }) => `${action} ${path}`);
}

function paths(files: Files, folder = ''): readonly (readonly [path: string, content: string])[] {
  return Object.entries(files).flatMap(([name, content]) =>
    typeof content === 'string' ? [[folder + name, content] as const] : paths(content, `${folder}${name}/`),
  );
}

describe('the files that differ between two trees', () => {
  it('are told by path, with those of folders that came and went', async () => {
    const before = { a: '1', same: { deep: 'x' }, gone: { one: '1', two: '2' }, turns: 'file' };
    const after = { a: '2', same: { deep: 'x' }, fresh: { one: '1' }, turns: { into: 'folder' } };
    assert.deepEqual(await changed(before, after), [
      'changed a',
      'added fresh/one',
      'removed gone/one',
      'removed gone/two',
      'removed turns',
      'added turns/into',
    ]);
  });

  it('read no folder that is the same on both sides', async () => {
    const asked: string[] = [];
    const same = { deep: { deeper: 'x' } };
    await treeChanges(
      (oid) => {
        asked.push(oid);
        return read(oid);
      },
      idOf({ same, a: '1' }),
      idOf({ same, a: '2' }),
    );
    assert.equal(asked.length, 2);
  });

  it('name a submodule, and do not look into it', async () => {
    const entry = (oid: string): ParsedTreeEntry => ({ kind: 'submodule', name: 'lib', oid });
    const changes = await treeChanges((oid) => Promise.resolve([entry(oid)]), 'c1', 'c2');
    assert.deepEqual(changes, [
      {
        ...{ path: 'lib', action: 'changed' },
        before: { kind: 'submodule', oid: 'c1' },
        after: { kind: 'submodule', oid: 'c2' },
      },
    ]);
  });

  it('are exactly those whose content is another, whatever the trees', async () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const { tree } = fc.letrec<{ tree: Files }>((tie) => ({
      tree: fc.dictionary(name, fc.oneof({ maxDepth: 3 }, fc.constantFrom('1', '2'), tie('tree')), {
        maxKeys: 3,
      }),
    }));
    await fc.assert(
      fc.asyncProperty(tree, tree, async (before, after) => {
        const [old, now] = [new Map(paths(before)), new Map(paths(after))];
        const expected = [...new Set([...old.keys(), ...now.keys()])]
          .filter((path) => old.get(path) !== now.get(path))
          .map((path) => `${!old.has(path) ? 'added' : now.has(path) ? 'changed' : 'removed'} ${path}`);
        assert.deepEqual([...(await changed(before, after))].sort(), expected.sort());
      }),
    );
  });
});
