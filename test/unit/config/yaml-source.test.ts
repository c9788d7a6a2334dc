import assert from 'node:assert/strict';
import { Report } from '../../../agent/config/report.ts';
import { readYaml } from '../../../agent/config/yaml-source.ts';
import { locate, plainOf, type Tree } from '../../../agent/config/yaml-tree.ts';

function read(text: string): Tree {
  const report = new Report();
  const tree = readYaml('f.yaml', text, report);
  assert.deepEqual(report.problems(), []);
  assert.ok(tree, 'tree');
  return tree;
}

function problems(text: string): readonly string[] {
  const report = new Report();
  readYaml('f.yaml', text, report);
  return report.problems().map(({ line, column, code }) => `${line}:${column} ${code}`);
}

describe('a YAML tree', () => {
  it('merges maps: what is written wins, then the first of a list', () => {
    const tree = read('a: &a { x: 1, y: 1 }\nb: &b { y: 2, z: 2 }\nc:\n  <<: [*a, *b]\n  x: 3\n');
    assert.deepEqual((plainOf(tree) as { c: unknown }).c, { x: 3, y: 1, z: 2 });
  });

  it('takes a quoted << for a key like any other', () => {
    assert.deepEqual(plainOf(read('"<<": { a: 1 }\n')), { '<<': { a: 1 } });
  });

  it('reads numbers as Docker does', () => {
    assert.deepEqual(plainOf(read('[010, 0x10, 1.10, yes, 1_0, 2020-01-01]')), [
      8,
      16,
      1.1,
      'yes',
      '1_0',
      '2020-01-01',
    ]);
  });

  it('knows where a key and a value stand, also behind an alias', () => {
    const tree = read('a: &a\n  x: 1\nb: *a\n');
    assert.deepEqual(locate(tree, ['b', 'x']).at, { file: 'f.yaml', line: 2, column: 3 });
    assert.deepEqual(locate(tree, ['b', 'x']).tree.at, { file: 'f.yaml', line: 2, column: 6 });
    assert.equal(locate(tree, ['b', 'nothing']).found, false);
  });

  it('knows where a dollar sign of a text stands', () => {
    const texts = {
      'a: x $ y': [1, 6],
      "a: 'it''s $'": [1, 11],
      'a: "\\t\\"$"': [1, 9],
      'a: |\n  one\n  two $': [3, 7],
      'a: >-\n  one\n  two $': [3, 7],
      'a: one\n  two $': [2, 7],
      'a: "\\x24"': [1, 4],
    };
    for (const [text, [line, column]] of Object.entries(texts)) {
      const { tree } = locate(read(text), ['a']);
      assert.deepEqual(tree.kind === 'scalar' && tree.dollar(0), { file: 'f.yaml', line, column }, text);
    }
  });

  it('counts columns behind a byte order mark and CRLF line ends', () => {
    assert.deepEqual(locate(read('\ufeff{ a: 1 }\r\n'), ['a']).at, { file: 'f.yaml', line: 1, column: 4 });
    assert.deepEqual(locate(read('a: 1\r\nb: 2\r\n'), ['b']).at, { file: 'f.yaml', line: 2, column: 1 });
  });

  it('refuses what is too deep, too large or circular', () => {
    assert.deepEqual(problems('a: &a [*a]'), ['1:8 yaml.unknown-anchor']);
    assert.deepEqual(problems(`${'['.repeat(200)}${']'.repeat(200)}`), ['1:102 yaml.too-deep']);
    assert.deepEqual(problems(`a: ${'x'.repeat(200_001)}`), ['1:1 yaml.too-large']);
    for (const deep of ['[', '{a: ', '- ', '? ', '- [\n'])
      assert.match(problems(deep.repeat(5000)).join(), /yaml.too-deep$/, deep);
  });

  it('reports at most twenty syntax errors', () => {
    assert.equal(problems('a: b: c\n'.repeat(50)).length, 20);
  });
});
