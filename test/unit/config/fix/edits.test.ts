import assert from 'node:assert/strict';
import type { Change, Value } from '../../../../agent/config/fix/change.ts';
import { applyChanges, fixOf } from '../../../../agent/config/fix/fixes.ts';

function set(path: string, value: Value): Change {
  return { kind: 'set', title: 'set', file: 'f.yaml', path: path.split('.'), value };
}

function add(path: string, item: Value): Change {
  return { kind: 'add', title: 'add', file: 'f.yaml', path: path.split('.'), item };
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
    'a map that is merged in': ['b: &b { deploy: {} }\na:\n  <<: *b\n', set('a.deploy.replicas', 2)],
    'a list with nothing in it': ['a:\n  c:\n', add('a.c', { s: 'y' })],
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

  const items: readonly (readonly [what: string, before: string, after: string])[] = [
    ['a list', 'a:\n  c:\n    - x # one\n\nb: 1\n', 'a:\n  c:\n    - x # one\n    - { s: y }\n\nb: 1\n'],
    ['a list of maps', 'a:\n  c:\n  - s: x\n    t: 1\n', 'a:\n  c:\n  - s: x\n    t: 1\n  - { s: y }\n'],
    ['brackets', 'a: { c: [x] } # it\n', 'a: { c: [x, { s: y }] } # it\n'],
    ['empty brackets', 'a:\n  c: []\n', 'a:\n  c: [{ s: y }]\n'],
    ['a list that is not there', 'a:\n    b: 1\n', 'a:\n    b: 1\n    c:\n        - { s: y }\n'],
  ];
  for (const [what, before, wanted] of items)
    it(`adds an item to ${what}`, () => assert.equal(after(before, add('a.c', { s: 'y' })), wanted));

  it('is several ones, each made for the text with those before it, or none', () => {
    const all = (line: number): Change => ({
      ...{ kind: 'all', title: '', file: 'f.yaml', path: ['a'] },
      changes: [
        add('a.c', 'y'),
        set('d.e', 2),
        { kind: 'remove', title: '', file: 'f.yaml', path: ['a', 'v', 0], at: { line, column: 7 } },
      ],
    });
    const below = 'a:\n  b: 1\n  v:\n    - x # one\n\n# end\n';
    assert.equal(after(below, all(4)), "a:\n  b: 1\n  # one\n  c: ['y']\nd:\n  e: 2\n\n# end\n");
    const above = 'a:\n  c:\n    - z\n  v:\n    - x\n';
    assert.equal(after(above, all(5)), 'a:\n  c:\n    - z\n    - y\nd:\n  e: 2\n');
    assert.equal(fixOf(below, all(3)), null);
  });

  it('adds to a map what cannot come from those that are merged into it', () => {
    const text = 'x-a: &a { c: 1 }\nx-b: &b\n  <<: *a\n  e: 1\nb:\n  <<: *b\n  z: 1\n';
    assert.equal(after(text, set('b.d', 2)), text + '  d: 2\n');
    for (const key of ['c', 'e']) assert.equal(fixOf(text, set(`b.${key}`, 2)), null, key);
  });

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
