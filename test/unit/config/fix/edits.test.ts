import assert from 'node:assert/strict';
import type { Change, Value } from '../../../../agent/config/fix/change.ts';
import { applyChanges, fixOf } from '../../../../agent/config/fix/fixes.ts';

function set(path: string, value: Value): Change {
  return { kind: 'set', title: 'set', file: 'f.yaml', path: path.split('.'), value };
}

function after(text: string, change: Change): string {
  const { text: result, applied } = applyChanges(text, [change]);
  assert.equal(applied.length, 1, 'the change can be made');
  return result;
}

describe('a change of a YAML text', () => {
  const texts: Readonly<Record<string, { before: string; change: Change; after: string }>> = {
    'replaces a value and keeps what stands behind it': {
      before: 'a:\n  b: 5s   # why\n  c: 1\n',
      change: set('a.b', '30s'),
      after: 'a:\n  b: 30s   # why\n  c: 1\n',
    },
    'adds a key behind the last one, in the indentation of the file': {
      before: 'a:\n    b: 1 # one\n    # about c\n    c: [x,\n      y] # two\n\n# end\n',
      change: set('a.d', 2),
      after: 'a:\n    b: 1 # one\n    # about c\n    c: [x,\n      y] # two\n    d: 2\n\n# end\n',
    },
    'adds the maps above a key': {
      before: 'a:\n  b:\n    c: 1\nz: 1\n',
      change: set('a.b.deploy.replicas', 2),
      after: 'a:\n  b:\n    c: 1\n    deploy:\n      replicas: 2\nz: 1\n',
    },
    'adds to a map in brackets': {
      before: 'web: { route: { port: 3000 } } # web\n',
      change: set('web.ports', 'ignore'),
      after: 'web: { route: { port: 3000 }, ports: ignore } # web\n',
    },
    'adds to empty brackets': {
      before: 'web: {}\n',
      change: set('web.a', { b: 1 }),
      after: 'web: { a: { b: 1 } }\n',
    },
    'fills a key with nothing behind it': {
      before: 'a:\n  deploy: # later\n  b: 1\n',
      change: set('a.deploy.replicas', 2),
      after: 'a:\n  deploy: # later\n    replicas: 2\n  b: 1\n',
    },
    'adds at the end of a file without a line break there': {
      before: 'a:\n  b: 1',
      change: set('a.c', 'x'),
      after: 'a:\n  b: 1\n  c: x',
    },
    'keeps the line breaks of the file': {
      before: 'a:\r\n  b: 1\r\nc: 1\r\n',
      change: set('a.d', 'x'),
      after: 'a:\r\n  b: 1\r\n  d: x\r\nc: 1\r\n',
    },
    'adds behind a text of several lines': {
      before: 'a:\n  b: |\n    one\n    two\nc: 1\n',
      change: set('a.d', 'x'),
      after: 'a:\n  b: |\n    one\n    two\n  d: x\nc: 1\n',
    },
    'writes lists on one line, each text in quotes': {
      before: 'a:\n  b: 1\n',
      change: set('a.test', ['CMD', "it's", 'a: "b"']),
      after: `a:\n  b: 1\n  test: ['CMD', "it's", 'a: "b"']\n`,
    },
    'keeps the comments of what it takes out': {
      before: 'a:\n  # first\n  v:\n    - x # one\n    # two\n    - y\n  b: 1\n',
      change: {
        kind: 'remove',
        title: '',
        file: 'f.yaml',
        path: ['a', 'v', 0],
        at: { line: 4, column: 7 },
      },
      after: 'a:\n  # first\n  v:\n    # one\n    # two\n    - y\n  b: 1\n',
    },
    'takes out a list with its only item': {
      before: 'a:\n  v:\n    - x # one\n  b: 1\n',
      change: { kind: 'remove', title: '', file: 'f.yaml', path: ['a', 'v', 0], at: { line: 3, column: 7 } },
      after: 'a:\n  # one\n  b: 1\n',
    },
    'takes an item out of brackets': {
      before: 'a: [x, y, z]\n',
      change: { kind: 'remove', title: '', file: 'f.yaml', path: ['a', 1], at: { line: 1, column: 8 } },
      after: 'a: [x, z]\n',
    },
    'renames a key': {
      before: 'a:\n  "imgae": x # it\n',
      change: { kind: 'rename', title: '', file: 'f.yaml', path: ['a', 'imgae'], to: 'image' },
      after: 'a:\n  image: x # it\n',
    },
  };
  for (const [name, { before, change, after: wanted }] of Object.entries(texts))
    it(name, () => assert.equal(after(before, change), wanted));

  const impossible: Readonly<Record<string, readonly [string, Change]>> = {
    'a map that is merged in': ['b: &b { c: 1 }\na:\n  <<: *b\n', set('a.deploy.replicas', 2)],
    'an alias': ['b: &b { c: 1 }\na: *b\n', set('a.c', 2)],
    'a map that others use as well': ['a: &a { c: 1 }\nb: *a\n', set('a.c', 2)],
    'a map where a value is wanted': ['a: { c: 1 }\n', set('a', 2)],
    'a file with errors': ['a: [\n', set('a', 2)],
    'an item that stands somewhere else': [
      'a: [x, y]\n',
      { kind: 'remove', title: '', file: 'f.yaml', path: ['a', 1], at: { line: 1, column: 5 } },
    ],
  };
  for (const [name, [text, change]] of Object.entries(impossible))
    it(`is not made in ${name}`, () => assert.equal(fixOf(text, change), null));

  it('is told with its range, lines and columns from 1', () => {
    assert.deepEqual(fixOf('a:\n  b: 5s # x\n', set('a.b', '30s')), {
      title: 'set',
      edits: [
        {
          file: 'f.yaml',
          range: { start: { line: 2, column: 6 }, end: { line: 2, column: 8 } },
          newText: '30s',
        },
      ],
    });
  });
});
