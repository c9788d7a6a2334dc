import assert from 'node:assert/strict';
import fc from 'fast-check';
import { interpolate, type Variables } from '../../../agent/config/interpolate.ts';

const variables = { A: 'a', EMPTY: '', LONG_name1: 'long', PRICE: '$A' };

describe('interpolation', () => {
  const table: readonly (readonly [written: string, expected: string])[] = [
    ['plain', 'plain'],
    ['$A-${A}', 'a-a'],
    ['$LONG_name1!', 'long!'],
    ['$$A $${A}', '$A ${A}'],
    ['$$$A', '$a'],
    ['${NO:-d}|${NO-d}|${EMPTY:-d}|${EMPTY-d}|${A:-d}', 'd|d|d||a'],
    ['${NO:+y}|${NO+y}|${EMPTY:+y}|${EMPTY+y}|${A:+y}', '|||y|y'],
    ['${A:?e}|${A?e}|${EMPTY?e}', 'a|a|'],
    ['${NO:-${EMPTY:-${A}x}y}', 'axy'],
    ['${NO:-{"a":{}}}', '{"a":{}}'],
    ['${NO:-$$5}', '$5'],
    ['${NO:-}', ''],
    ['${NO:-a:-b?c+d}', 'a:-b?c+d'],
    ['a}b{', 'a}b{'],
    ['$PRICE', '$A'],
  ];
  for (const [written, expected] of table)
    it(`makes ${expected === '' ? 'nothing' : expected} of ${written}`, () => {
      assert.deepEqual(interpolate(written, variables), { text: expected, faults: [] });
    });

  const faulty: readonly (readonly [written: string, kind: string, dollar: number, message: RegExp])[] = [
    ['$$ $$ $1', 'syntax', 4, /no variable name/],
    ['cost: 5$', 'syntax', 0, /no variable name/],
    ['$A ${', 'syntax', 1, /no variable name/],
    ['${A', 'syntax', 0, /not closed/],
    ['${A:-${A}', 'syntax', 0, /not closed/],
    ['${A!x}', 'syntax', 0, /unknown operator/],
    ['${A:x}', 'syntax', 0, /unknown operator/],
    ['${A} ${NO:?set it}', 'required', 1, /^The variable NO must be set: set it\.$/],
    ['${EMPTY:?}', 'required', 0, /^The variable EMPTY must be set\.$/],
    ['$A $NO', 'unset', 1, /^The variable NO is not set/],
    ['${constructor}', 'unset', 0, /^The variable constructor is not set/],
    ['${A:-${NO}}${NO:-${B}}', 'unset', 3, /^The variable B is not set/],
    ['${A:-'.repeat(30) + '}'.repeat(30), 'syntax', 20, /nested deeper than 20/],
  ];
  for (const [written, kind, dollar, message] of faulty)
    it(`tells what is wrong with ${written.slice(0, 40)}`, () => {
      const [fault] = interpolate(written, variables).faults;
      assert.deepEqual([fault?.kind, fault?.dollar], [kind, dollar]);
      assert.match(fault?.message ?? '', message);
      assert.notEqual(fault?.hint, '');
    });

  it('finds several faults of one text', () => {
    assert.deepEqual(
      interpolate('$ $NO ${NO:?x} $', variables).faults.map(({ kind, dollar }) => [kind, dollar]),
      [
        ['syntax', 0],
        ['syntax', 3],
        ['unset', 1],
        ['required', 2],
      ],
    );
  });
});

/** The plain reference: a template as a tree, written out as text and evaluated as the specification words it. */
type Part =
  | { readonly text: string }
  | {
      readonly name: string;
      readonly operator: '' | ':-' | '-' | ':+' | '+' | ':?' | '?';
      readonly word: readonly Part[];
    };

function written(parts: readonly Part[]): string {
  return parts
    .map((part) =>
      'text' in part
        ? part.text.replaceAll('$', '$$$$')
        : `\${${part.name}${part.operator}${written(part.word)}}`,
    )
    .join('');
}

function meant(parts: readonly Part[], given: Variables, required: string[]): string {
  return parts
    .map((part) => {
      if ('text' in part) return part.text;
      const value = given[part.name];
      const isSet = value !== undefined && !(part.operator.startsWith(':') && value === '');
      if (part.operator.endsWith('-')) return isSet ? value : meant(part.word, given, required);
      if (part.operator.endsWith('+')) return isSet ? meant(part.word, given, required) : '';
      if (part.operator.endsWith('?') && !isSet) {
        required.push(part.name);
        meant(part.word, given, required);
      }
      return value ?? '';
    })
    .join('');
}

const name = fc.constantFrom('A', 'B', '_c', 'Long_1');
const plainText = fc.string({ unit: fc.constantFrom('a', '$', ' ', ':', '-', '?', '"', 'é'), maxLength: 5 });
const { parts } = fc.letrec<{ parts: Part[]; part: Part }>((tie) => ({
  parts: fc.array(tie('part'), { maxLength: 4 }),
  part: fc.oneof(
    { maxDepth: 4 },
    plainText.map((text) => ({ text })),
    name.map((one) => ({ name: one, operator: '' as const, word: [] })),
    fc.record({
      name,
      operator: fc.constantFrom(':-', '-', ':+', '+', ':?', '?'),
      word: tie('parts'),
    }),
  ),
}));
const someVariables = fc.dictionary(name, fc.constantFrom('', 'x', 'y z', '${A}'));

describe('interpolation of any text', () => {
  it('agrees with a plain reference', () => {
    fc.assert(
      fc.property(parts, someVariables, (tree, given) => {
        const required: string[] = [];
        const expected = meant(tree, given, required);
        const { text, faults } = interpolate(written(tree), given);
        assert.equal(text, expected);
        assert.equal(faults.filter(({ kind }) => kind === 'required').length, required.length);
        assert.equal(faults.filter(({ kind }) => kind === 'syntax').length, 0);
      }),
    );
  });

  it('never throws, and each fault names a dollar sign of the text', () => {
    const noise = fc.string({
      unit: fc.constantFrom('$', '{', '}', 'A', ':', '-', '?', '+', ' ', '1'),
      maxLength: 40,
    });
    fc.assert(
      fc.property(noise, (text) => {
        const dollars = text.split('$').length - 1;
        for (const { dollar } of interpolate(text, { A: 'a' }).faults)
          assert.ok(dollar >= 0 && dollar < dollars, 'dollar >= 0 && dollar < dollars');
      }),
      { numRuns: 2000 },
    );
  });
});
