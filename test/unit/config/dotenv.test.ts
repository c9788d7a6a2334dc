import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readDotenv } from '../../../agent/config/dotenv.ts';
import { Report } from '../../../agent/config/report.ts';

function read(text: string, given: Readonly<Record<string, string>> = {}) {
  const report = new Report();
  const values = readDotenv({ path: '.env', text }, { given }, report);
  const problems = report.problems().map(({ line, column, code }) => `${line}:${column} ${code}`);
  return { values, problems };
}

describe('.env', () => {
  const table: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'A=1\nB = two words  \n': { A: '1', B: 'two words' },
    '\ufeffexport A=1\r\nB: 2\r\n': { A: '1', B: '2' },
    '# a comment\n\n  A=x # not this\nB=x#y\nC=#z': { A: 'x', B: 'x#y', C: '' },
    "A='it is $B # ${C}'\nB='two\nlines'": { A: 'it is $B # ${C}', B: 'two\nlines' },
    'A="a\\n\\t\\"b\\"\\\\ \\$X" # c\nB="two\nlines"': { A: 'a\n\t"b"\\ $X', B: 'two\nlines' },
    'A=1\nB=${A}2-$A\nC="${NONE:-d}"': { A: '1', B: '12-1', C: 'd' },
    'GIVEN=file\nB=$GIVEN': { GIVEN: 'file', B: 'shell' },
    'A=\nB=""\nGIVEN\nC=1': { A: '', B: '', C: '1' },
    'A=x=y\nA.b-c=1': { A: 'x=y', 'A.b-c': '1' },
    'A=1\nA=2': { A: '2' },
  };
  for (const [text, values] of Object.entries(table))
    it(`is read: ${JSON.stringify(text)}`, () =>
      assert.deepEqual(read(text, { GIVEN: 'shell' }), { values, problems: [] }));

  it('is told with line and column where it is wrong, and the rest is read', () => {
    const text = 'A=1\n =2\n1X=3\nB="never closed\nstill it\n';
    assert.deepEqual(read(text).problems, [
      '2:2 compose.invalid-value',
      '3:1 compose.invalid-value',
      '4:1 compose.invalid-value',
    ]);
    assert.deepEqual(read(text).values, { A: '1' });
    const more = read("A='x' y\nB=${\nC=${D?}\nE=$NONE\nF=1");
    assert.deepEqual(more.problems, [
      '1:1 compose.invalid-value',
      '2:1 compose.variable-syntax',
      '3:1 compose.variable-required',
      '4:1 compose.variable-unset',
    ]);
    assert.equal(more.values['F'], '1');
  });

  it('gives back what was written in quotes, and never throws', () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,5}$/);
    const value = fc.string().map((text) => text.replaceAll(/['\r]/g, ''));
    fc.assert(
      fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (wanted) => {
        const lines = Object.entries(wanted).map(([key, text]) => `${key}='${text}'\n`);
        assert.deepEqual(read(lines.join('')), { values: wanted, problems: [] });
        const escaped = (text: string) => text.replaceAll(/["\\$]/g, '\\$&');
        const quoted = Object.entries(wanted).map(([key, text]) => `${key}="${escaped(text)}"\n`);
        assert.deepEqual(read(quoted.join('')), { values: wanted, problems: [] });
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void read(text)));
    const pieces = fc.constantFrom('A', '=', '"', "'", '\\', '$', '{', '}', '\n', ' ', '#', 'export ');
    fc.assert(fc.property(fc.array(pieces), (parts) => void read(parts.join(''))));
  });
});
