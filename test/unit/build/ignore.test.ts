import assert from 'node:assert/strict';
import balena from '@balena/dockerignore';
import fc from 'fast-check';
import { select } from '../../../agent/build/context.ts';
import { parseIgnoreFile } from '../../../agent/build/ignore.ts';
import type { TreeEntry } from '../../../agent/git/repository.ts';

const files = [
  '.dockerignore',
  '.env',
  'Dockerfile',
  'README.md',
  'Src/up.txt',
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
];

/** Files that a `.dockerignore` with this text leaves out. */
function left(text: string): string[] {
  return files.filter(parseIgnoreFile(text));
}

/** Checked against what `docker build` (28.2) sends for the same files. */
const table: readonly (readonly [text: string, left: readonly string[]])[] = [
  ['', []],
  ['# a comment\n\n  \n', []],
  ['a.txt\r\nb.log\r\n', ['a.txt', 'b.log']],
  ['\uFEFFa.txt', ['a.txt']],
  ['/a.txt', ['a.txt']],
  ['./src/../a.txt', ['a.txt']],
  ['A.TXT', []],
  ['src/', ['src/a.txt', 'src/b.log', 'src/deep/c.txt', 'src/deep/d.log']],
  ['*.log', ['b.log']],
  ['**/*.log', ['b.log', 'src/b.log', 'src/deep/d.log']],
  ['**.log', ['b.log', 'src/b.log', 'src/deep/d.log']],
  ['*/*.log', ['src/b.log']],
  ['src/**/c.txt', ['src/deep/c.txt']],
  ['src**', ['src/a.txt', 'src/b.log', 'src/deep/c.txt', 'src/deep/d.log']],
  ['?.txt', ['a.txt']],
  ['[ab].*', ['a.txt', 'b.log']],
  ['[^a].log', ['b.log']],
  ['a+b.txt', ['a+b.txt']],
  ['a+*', ['a+b.txt']],
  ['app/(shop)', ['app/(shop)/page.tsx']],
  ['app/(shop)/*', ['app/(shop)/page.tsx']],
  ['app/[id]', []],
  ['app/\\[id\\]', ['app/[id]/x.ts']],
  ['.', []],
  ['/', []],
  ['..', []],
  ['*\n!src\n!a.txt', files.filter((file) => !file.startsWith('src/') && file !== 'a.txt')],
  ['src\n!src/deep', ['src/a.txt', 'src/b.log']],
  ['src\n! src/deep/c.txt', ['src/a.txt', 'src/b.log', 'src/deep/d.log']],
  ['!a.txt\na.txt', ['a.txt']],
  ['*.md\n!README.md\nREADME*', ['README.md']],
  ['Dockerfile\n.dockerignore', ['.dockerignore', 'Dockerfile']],
];

describe('.dockerignore', () => {
  for (const [text, wanted] of table) {
    it(`with ${JSON.stringify(text)} leaves out ${wanted.length} of ${files.length} files`, () => {
      assert.deepEqual(left(text), wanted);
    });
  }

  it('brings a file below an ignored folder back by a pattern that says no folder, as BuildKit does', () => {
    assert.deepEqual(left('src\n!**/c.txt'), ['src/a.txt', 'src/b.log', 'src/deep/d.log']);
  });

  it('refuses the patterns that Docker refuses', () => {
    for (const text of ['!', '! ', '[', 'a[', '[]a]', '[a-]', 'a\\', '*{1,2}', '\\x*']) {
      assert.throws(() => parseIgnoreFile(text), SyntaxError, text);
    }
  });

  it('agrees with an independent implementation on patterns without quirks', () => {
    const name = fc.constantFrom(
      'src',
      'deep',
      'a.txt',
      'b.log',
      'node_modules',
      '*',
      '*.txt',
      'd*',
      '?.log',
    );
    const pattern = fc
      .tuple(fc.constantFrom('', '!', '/', '**/'), fc.array(name, { minLength: 1, maxLength: 3 }))
      .map(([start, names]) => start + names.join('/'));
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 5 }), (patterns) => {
        const text = patterns.join('\n');
        const other = balena.default({ ignorecase: false }).add(text);
        assert.deepEqual(
          left(text),
          files.filter((file) => other.ignores(file)),
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('the files of a context', () => {
  const entries = files.map((path): TreeEntry => ({ path, kind: 'file', oid: '' }));
  const paths = (text: string, always: readonly string[]): string[] =>
    select(entries, parseIgnoreFile(text), new Set(always)).map((entry) => entry.path);

  it('keep the Dockerfile though it is ignored', () => {
    assert.deepEqual(paths('*', ['Dockerfile']), ['Dockerfile']);
    assert.deepEqual(paths('*', ['src/a.txt']), ['src', 'src/a.txt']);
  });

  it('bring their folders, each once and before what is in it', () => {
    const sent = paths('', []);
    assert.equal(new Set(sent).size, sent.length);
    for (const path of sent) {
      const parent = path.split('/').slice(0, -1).join('/');
      if (parent !== '') assert.ok(sent.indexOf(parent) < sent.indexOf(path), path);
    }
    assert.equal(sent.length, files.length + 8);
  });

  it('bring a folder that is not ignored though all its files are', () => {
    assert.deepEqual(paths('*\n!src\nsrc/**/*.*', []), ['src', 'src/deep']);
  });
});
