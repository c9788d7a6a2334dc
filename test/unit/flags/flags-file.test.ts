import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { readFlagsFile } from '../../../agent/flags/file/flags-file.ts';
import { flagKeyPattern, type FlagDefinition } from '../../../agent/swarm/ledger/flag-definition.ts';

function problemsOf(text: string): readonly string[] {
  return readFlagsFile('flags.yaml', text, 'dev').problems.map(
    ({ file, line, column, code, message }) => `${file}:${line}:${column} ${code}: ${message}`,
  );
}
const hintOf = (text: string): string => readFlagsFile('flags.yaml', text, 'dev').problems[0]?.hint ?? '';

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
    const { flags, problems } = readFlagsFile('flags.yaml', good, 'dev');
    assert.deepEqual(problems, []);
    assert.deepEqual(flags, [
      { key: 'false-at-first', description: 'x', default: false, owner: null },
      { key: 'newBasket.v2', description: 'The new basket', default: false, owner: null },
      { key: 'off-at-first', description: 'x', default: false, owner: null },
      { key: 'stock-numbers', description: 'Shows how many are left', default: true, owner: 'shop' },
    ]);
    assert.deepEqual(readFlagsFile('f', 'version: 1\nflags: {}\n', 'dev'), { flags: [], problems: [] });
  });

  const table: readonly [string, string, readonly string[]][] = [
    [
      'a key that is written twice',
      'version: 1\nflags:\n  a: { description: x }\n  a: { description: y }\n',
      ['flags.yaml:4:3 yaml.syntax: The YAML cannot be read: Map keys must be unique.'],
    ],
    [
      'keys that are not known',
      'version: 1\nflags:\n  a: { descripton: x, description: x, variant: [] }\nowner: me\n',
      [
        'flags.yaml:3:8 flags.unknown-key: flags.a: "descripton" is not a known key.',
        'flags.yaml:3:39 flags.unknown-key: flags.a: "variant" is not a known key.',
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

  const rich = `version: 1
segments:
  staff: { attribute: email, endsWith: "@shop.example" }
  testers: { any: [{ segment: staff }, { attribute: plan, in: [beta] }] }
flags:
  basket: { description: The new basket, kind: release, expires: 2027-03-01 }
  checkout:
    description: The way to pay
    type: string
    variants: { quick: two-pages, classic: one-page }
    off: classic
    on: { split: { quick: 25%, classic: 75% }, by: userId }
    needs: { basket: on }
    rules:
      - { when: { segment: testers }, serve: quick }
      - { when: { not: { attribute: user.age, atLeast: 18 } }, serve: classic }
    environments:
      dev: { default: on, schedule: { from: 2027-01-01T08:00:00+01:00 } }
      production: { rules: [] }
`;

  it('gives types, rules, shares and needs, as the environment has them', () => {
    const { flags, problems } = readFlagsFile('flags.yaml', rich, 'dev');
    assert.deepEqual(problems, []);
    const [basket, checkout] = flags;
    assert.deepEqual([basket?.kind, basket?.expires], ['release', '2027-03-01']);
    const staff = { attribute: 'email', test: { op: 'ends-with', texts: ['@shop.example'] } };
    assert.deepEqual(checkout, {
      key: 'checkout',
      description: 'The way to pay',
      owner: null,
      type: 'string',
      variants: [
        { name: 'classic', value: 'one-page' },
        { name: 'quick', value: 'two-pages' },
      ],
      off: 'classic',
      default: true,
      on: {
        by: 'userId',
        seed: 'checkout',
        split: [
          { variant: 'quick', share: 2_500 },
          { variant: 'classic', share: 7_500 },
        ],
      },
      rules: [
        {
          when: { any: [staff, { attribute: 'plan', test: { op: 'in', values: ['beta'] } }] },
          serve: { variant: 'quick' },
        },
        {
          when: { not: { attribute: 'user.age', test: { op: '>=', number: 18 } } },
          serve: { variant: 'classic' },
        },
      ],
      schedule: { from: Date.parse('2027-01-01T07:00:00Z'), until: null },
      needs: [{ flag: 'basket', variants: null }],
    });
    const [, elsewhere] = readFlagsFile('flags.yaml', rich, 'production').flags;
    assert.deepEqual(
      [elsewhere?.default, elsewhere?.rules, elsewhere?.schedule],
      [false, undefined, undefined],
    );
  });

  const withFlag = (flag: string): string => `version: 1\nflags:\n  a: { description: x, ${flag} }\n`;
  const mistakes: readonly [string, RegExp][] = [
    [withFlag('kind: relase'), /3:30 .*flags\.a\.kind is "relase"/],
    [withFlag('expires: 2027-02-30'), /flags\.a\.expires is "2027-02-30"/],
    [withFlag('type: string, off: a'), /3:6 .*flags\.a: "variants" is missing/],
    [withFlag('type: string, variants: { a: 1, b: x }, off: b, on: b'), /variants\.a is 1, not a string/],
    [
      withFlag('type: string, variants: { a: x, b: y }, off: c, on: b'),
      /flags\.a\.off is "c", not a variant/,
    ],
    [withFlag('type: string, variants: { a: x, b: y }, off: a'), /flags\.a: "on" is missing/],
    [withFlag('off: on'), /flags\.a\.off is for flags of another type/],
    [withFlag('on: { split: { on: 20%, off: 70% } }'), /on\.split gives 90% of the users something/],
    [withFlag('on: { split: { yes: 100% } }'), /split\.yes is not a variant/],
    [withFlag('rules: [{ when: { segment: staff }, serve: on }]'), /there is no segment "staff"/],
    [withFlag('rules: [{ serve: on }]'), /flags\.a\.rules\[0\]: "when" is missing/],
    [withFlag('rules: [{ when: { attribute: a, is: 1, in: [2] }, serve: on }]'), /asks two things/],
    [
      withFlag('rules: [{ when: { attribute: $flagd.x, is: 1 }, serve: on }]'),
      /cannot be the name of an attribute/,
    ],
    [withFlag('rules: [{ when: { attribute: v, version: ">=1.2" }, serve: on }]'), /version is ">=1\.2"/],
    [withFlag('targeting: { iff: [true, "on"] }'), /targeting cannot be read by flagd/],
    [
      withFlag('targeting: { if: [true, "on"] }, rules: [{ when: { attribute: a, is: 1 }, serve: on }]'),
      /is beside rules/,
    ],
    [withFlag('needs: { b: on }'), /flags\.a\.needs\.b is no flag of this file/],
    [withFlag('needs: { a: on }'), /flags\.a\.needs leads back to itself: a -> a/],
    [`${withFlag('needs: { b: on }')}  b: { description: x, needs: { a: on } }\n`, /a -> b -> a/],
    [
      withFlag('schedule: { from: 2027-01-02T00:00:00Z, until: 2027-01-01T00:00:00Z }'),
      /ends before it begins/,
    ],
    [withFlag('schedule: { from: 2027-01-02 }'), /schedule\.from is "2027-01-02"/],
    [
      withFlag('environments: { production: { default: perhaps } }'),
      /environments\.production\.default is "perhaps"/,
    ],
    [
      'version: 1\nsegments: { a: { segment: b }, b: { segment: a } }\nflags: {}\n',
      /consists of itself \(a -> b -> a\)/,
    ],
  ];
  for (const [text, expected] of mistakes)
    it(`tells a mistake once: ${expected.source}`, () => {
      const problems = problemsOf(text);
      assert.match(problems.join('\n'), expected);
      const isCircle = /->/.test(expected.source);
      assert.ok(problems.length === 1 || isCircle, problems.join('\n'));
    });

  it('refuses segments that grow out of all measure when they are written out', () => {
    const levels = Array.from(
      { length: 20 },
      (_, n) => `  s${n + 1}: { any: [{ segment: s${n} }, { segment: s${n} }] }`,
    );
    const text = `version: 1\nsegments:\n  s0: { attribute: a, exists: true }\n${levels.join('\n')}\nflags: {}\n`;
    assert.match(problemsOf(text).join('\n'), /is more than 2000 conditions when written out/);
  });

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
          assert.deepEqual(readFlagsFile('flags.yaml', text, 'dev'), { flags: sorted, problems: [] });
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
        const { flags, problems } = readFlagsFile('flags.yaml', text, 'dev');
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
