import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { readFlagsFile } from '../../../agent/flags/flags-file.ts';
import { flagKeyPattern, type FlagDefinition } from '../../../agent/swarm/ledger/flags.ts';

function problemsOf(text: string): readonly string[] {
  return readFlagsFile('flags.yaml', text).problems.map(
    ({ file, line, column, code, message }) => `${file}:${line}:${column} ${code}: ${message}`,
  );
}
const hintOf = (text: string): string => readFlagsFile('flags.yaml', text).problems[0]?.hint ?? '';

const good = `version: 1
flags:
  # Until the warehouse can tell.
  stock-numbers: { description: Shows how many are left, default: on, owner: shop }
  newBasket.v2:
    description: The new basket
  off-at-first: { description: x, default: off }
  false-at-first: { description: x, default: false }
`;

describe('a flags file', () => {
  it('gives its flags by key; a default that is not there is off', () => {
    const { flags, problems } = readFlagsFile('flags.yaml', good);
    assert.deepEqual(problems, []);
    assert.deepEqual(flags, [
      { key: 'false-at-first', description: 'x', default: false, owner: null },
      { key: 'newBasket.v2', description: 'The new basket', default: false, owner: null },
      { key: 'off-at-first', description: 'x', default: false, owner: null },
      { key: 'stock-numbers', description: 'Shows how many are left', default: true, owner: 'shop' },
    ]);
    assert.deepEqual(readFlagsFile('f', 'version: 1\nflags: {}\n'), { flags: [], problems: [] });
  });

  const table: readonly [string, string, readonly string[]][] = [
    [
      'a key that is written twice',
      'version: 1\nflags:\n  a: { description: x }\n  a: { description: y }\n',
      ['flags.yaml:4:3 yaml.syntax: The YAML cannot be read: Map keys must be unique.'],
    ],
    [
      'keys that are not known',
      'version: 1\nflags:\n  a: { descripton: x, description: x, variants: [] }\nowner: me\n',
      [
        'flags.yaml:3:8 flags.unknown-key: flags.a: "descripton" is not a known key.',
        'flags.yaml:3:39 flags.unknown-key: flags.a: "variants" is not a known key.',
        'flags.yaml:4:1 flags.unknown-key: "owner" is not a known key.',
      ],
    ],
    [
      'a flag without a description, and one that is no map',
      'version: 1\nflags:\n  a: {}\n  b: on\n  c:\n',
      [
        'flags.yaml:3:3 flags.missing-key: flags.a: "description" is missing.',
        'flags.yaml:4:6 flags.invalid-value: flags.b is "on", not a map.',
        'flags.yaml:5:5 flags.invalid-value: flags.c is empty, not a map.',
      ],
    ],
    [
      'values of other kinds',
      'version: 2\nflags:\n  a: { description: 5, owner: [x], default: 20% }\n  b: { description: "", default: }\n',
      [
        'flags.yaml:1:10 flags.invalid-value: version: 2 is not a known version.',
        'flags.yaml:3:21 flags.invalid-value: flags.a.description is not text.',
        'flags.yaml:3:31 flags.invalid-value: flags.a.owner is not text.',
        'flags.yaml:3:45 flags.invalid-value: flags.a.default is "20%", neither on nor off.',
        'flags.yaml:4:21 flags.invalid-value: flags.b.description is not text.',
        'flags.yaml:4:34 flags.invalid-value: flags.b.default is empty.',
      ],
    ],
    [
      'keys that no flag can have',
      'version: 1\nflags:\n  "a b": { description: x }\n  -a: { description: x }\n',
      [
        'flags.yaml:3:3 flags.invalid-key: flags: "a b" cannot be the key of a flag.',
        'flags.yaml:4:3 flags.invalid-key: flags: "-a" cannot be the key of a flag.',
      ],
    ],
    ['an empty file', '# nothing\n', ['flags.yaml:1:1 flags.missing-key: flags.yaml is empty.']],
    ['a list', '- a\n- b\n', ['flags.yaml:1:1 flags.invalid-value: The file is a list, not a map.']],
    [
      'flags that are a list, without a version',
      'flags: [a]\n',
      [
        'flags.yaml:1:1 flags.missing-key: "version" is missing.',
        'flags.yaml:1:8 flags.invalid-value: flags is a list, not a map.',
      ],
    ],
    ['no flags at all', 'version: 1\n', ['flags.yaml:1:1 flags.missing-key: "flags" is missing.']],
  ];
  for (const [name, text, expected] of table)
    it(`is told where it is wrong: ${name}`, () => assert.deepEqual(problemsOf(text), expected));

  it('is told what would be right', () => {
    assert.equal(hintOf('version: 1\nflags: { a: { descripton: x } }\n'), 'Did you mean "description"?');
    assert.equal(hintOf('version: 1\nflag: {}\n'), 'Did you mean "flags"?');
    assert.match(hintOf('version: 1\nnew-basket: {}\nflags: {}\n'), /below "flags:"/);
    assert.match(hintOf('version: 1\nflags: { a: { description: x, default: 5 } }\n'), /on or off/);
  });

  const key = fc.stringMatching(/^[A-Za-z0-9]{1,12}([-_.][A-Za-z0-9]{1,12}){0,3}$/);
  const words = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
    .map((text) => text.trim())
    .filter((text) => text !== '');
  const definition: fc.Arbitrary<FlagDefinition> = fc.record(
    { key, description: words, default: fc.boolean(), owner: fc.option(words) },
    { noNullPrototype: true },
  );

  it('reads what was written, whatever the words', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(definition, { selector: ({ key: k }) => k }),
        fc.boolean(),
        (flags, asWords) => {
          const written = flags.map(({ key: k, description, default: isOn, owner }) => [
            k,
            {
              description,
              ...(isOn || !asWords ? { default: asWords ? 'on' : isOn } : {}),
              ...(owner === null ? {} : { owner }),
            },
          ]);
          const text = stringify({ version: 1, flags: Object.fromEntries(written) as unknown });
          const sorted = [...flags].sort((a, b) => (a.key < b.key ? -1 : 1));
          assert.deepEqual(readFlagsFile('flags.yaml', text), { flags: sorted, problems: [] });
        },
      ),
    );
  });

  it('never throws: each problem has a place in the file, and each flag it gives is right', () => {
    const leaf = fc.oneof(
      fc.constantFrom(null, true, 'on', 'off', '', 5, -1.5),
      fc.string({ maxLength: 8 }),
      key,
    );
    const value = fc.oneof(
      leaf,
      fc.array(leaf, { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('description', 'default', 'owner', 'ownr', 'x'), leaf),
    );
    const file = fc.oneof(
      fc.string(),
      fc
        .record(
          {
            version: fc.oneof(fc.constant(1), leaf),
            flags: fc.oneof(fc.dictionary(fc.oneof(key, fc.string()), value), value),
            other: leaf,
          },
          { requiredKeys: [] },
        )
        .map((written) => stringify(written)),
    );
    fc.assert(
      fc.property(file, (text) => {
        const { flags, problems } = readFlagsFile('flags.yaml', text);
        const lines = text.split('\n');
        for (const { line, column, message, hint } of problems) {
          assert.ok(line >= 1 && line <= lines.length + 1, `line ${line} of ${lines.length}`);
          assert.ok(column >= 1 && column <= (lines[line - 1] ?? '').length + 1, `column ${column}`);
          assert.doesNotMatch(message + hint, /undefined|\[object/);
          assert.ok(message !== '' && hint !== '', 'it says what is wrong and what would be right');
        }
        for (const flag of flags) assert.match(flag.key, flagKeyPattern);
      }),
      { numRuns: 300 },
    );
  });
});
