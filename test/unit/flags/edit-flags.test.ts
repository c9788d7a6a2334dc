import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { hasCode } from '../../../agent/common/errors.ts';
import { applyEdits } from '../../../agent/config/fix/text-edit.ts';
import { editFlags } from '../../../agent/flags/file/edit/edit-flags.ts';
import { conditionWords, serveWords } from '../../../agent/flags/file/edit/rule-words.ts';
import { readRules } from '../../../agent/flags/file/edit/rules.ts';
import { readFlagsFile } from '../../../agent/flags/file/flags-file.ts';
import type { FlagChange } from '../../../agent/protocol/flag-editing.ts';

const text = `# What the shop can do.
version: 1
segments:
  staff: { attribute: email, endsWith: '@shop.example' }
flags:
  checkout: # the new way to pay
    description: The new way to pay.
    type: string
    variants: { classic: one-page, quick: two-pages }
    off: classic
    on: quick
    rules:
      # They try everything first.
      - { when: { segment: staff }, serve: quick } # as agreed
      - when: { attribute: plan, in: [pro, beta] }
        serve: { split: { quick: 25%, classic: 75% }, by: userId }

      # Old applications cannot do it.
      - { when: { attribute: app, version: '<2.0.0' }, serve: classic }
  # Needed by nobody.
  basket: { description: The new basket. }
`;

function edited(change: FlagChange, before = text, file = 'flags.yaml'): string {
  return applyEdits(before, [editFlags({ file, text: before }, change)]);
}
const general = { key: 'checkout', environment: null } as const;

describe('changing the flags file', () => {
  it('creates a flag behind the others', () => {
    const after = edited({ kind: 'create', key: 'gift', description: 'Wraps it: nicely.', rest: {} });
    assert.equal(after, `${text}  gift:\n    description: 'Wraps it: nicely.'\n`);
  });

  it('creates a flag with variants, the first one of a file, and the file itself', () => {
    const rest = { type: 'string', variants: { a: 'x', b: 'y' }, off: 'a', on: 'b' };
    const create: FlagChange = { kind: 'create', key: 'gift', description: 'Wraps.', rest };
    const body = `  gift:
    description: Wraps.
    type: string
    variants:
      a: x
      b: y
    off: a
    on: b
`;
    assert.equal(edited(create, ''), `version: 1\nflags:\n${body}`);
    for (const empty of ['version: 1\nflags: {}\n', 'version: 1\nflags:\n'])
      assert.equal(edited(create, empty), `version: 1\nflags:\n${body}`);
    assert.equal(
      edited(create, 'version: 1\r\nflags: {} # none\r\n'),
      `version: 1\r\nflags: # none\r\n${body.replaceAll('\n', '\r\n')}`,
    );
  });

  it('takes a flag out, with what is written in it, and leaves the others to the letter', () => {
    const [before = '', behind = ''] = text.split('  checkout:');
    const rest = behind.slice(behind.indexOf('  # Needed'));
    assert.equal(edited({ kind: 'remove', key: 'checkout' }), before + rest);
    const without = edited({ kind: 'remove', key: 'basket' });
    assert.equal(without, text.replace(/ {2}basket.*\n/, ''));
    assert.match(edited({ kind: 'remove', key: 'checkout' }, without), /^flags: \{\}/m);
    assert.equal(
      edited(
        { kind: 'remove', key: 'b' },
        'version: 1\nflags: { a: { description: A }, b: { description: B } }',
      ),
      'version: 1\nflags: { a: { description: A } }',
    );
  });

  it('takes the last flag out, and leaves its comments in lines of their own', () => {
    const only = 'version: 1\nflags:\n  # This week.\n  a:\n    description: An a. # as agreed\n';
    const after = edited({ kind: 'remove', key: 'a' }, only);
    assert.equal(after, 'version: 1\nflags: {}\n# This week.\n# as agreed\n');
  });

  it('does not take a flag out that another one needs', () => {
    const needed = text.replace('The new basket. }', 'The new basket., needs: { checkout: on } }');
    assert.throws(
      () => edited({ kind: 'remove', key: 'checkout' }, needed),
      (error) => hasCode(error, 'flags.cannot-edit') && /needs\.checkout is no flag/.test(error.message),
    );
  });

  it('adds a rule behind the last, or where it is wanted', () => {
    const rule = { when: { attribute: 'country', is: 'de' }, serve: 'classic' };
    const line = '      - { when: { attribute: country, is: de }, serve: classic }\n';
    const last = edited({ kind: 'add-rule', ...general, ...rule, at: null });
    assert.equal(last, text.replace('  # Needed by', `${line}  # Needed by`));
    const first = edited({ kind: 'add-rule', ...general, ...rule, at: 0 });
    assert.equal(first, text.replace('      # They try', `${line}      # They try`));
  });

  it('adds the first rule of a flag', () => {
    const rule = { when: { segment: 'staff' }, serve: 'on' };
    const after = edited({ kind: 'add-rule', key: 'basket', environment: null, ...rule, at: null });
    assert.match(
      after,
      /basket: \{ description: The new basket\., rules: \[\{ when: \{ segment: staff \}, serve: on \}\] \}/,
    );
  });

  it('puts a rule elsewhere with the comment above it', () => {
    const after = edited({ kind: 'move-rule', ...general, from: 2, to: 0 });
    const rules = after.slice(after.indexOf('    rules:'), after.indexOf('  # Needed'));
    assert.equal(
      rules,
      `    rules:

      # Old applications cannot do it.
      - { when: { attribute: app, version: '<2.0.0' }, serve: classic }
      # They try everything first.
      - { when: { segment: staff }, serve: quick } # as agreed
      - when: { attribute: plan, in: [pro, beta] }
        serve: { split: { quick: 25%, classic: 75% }, by: userId }
`,
    );
    assert.equal(edited({ kind: 'move-rule', ...general, from: 0, to: 0 }), text);
  });

  it('takes a rule out, and the list with the last one', () => {
    assert.equal(
      edited({ kind: 'remove-rule', ...general, index: 1 }),
      text.replace(/ {6}- when: [^]*?userId \}\n/, ''),
    );
    let now = text;
    for (let left = 3; left > 0; left--) now = edited({ kind: 'remove-rule', ...general, index: 0 }, now);
    assert.doesNotMatch(now, /rules/);
    assert.match(now, /# Old applications/);
  });

  it('gives an environment rules of its own, beginning with those of the flag, and an empty list at last', () => {
    const own = { key: 'checkout', environment: 'dev' } as const;
    const rule = { when: { attribute: 'plan', is: 'free' }, serve: 'classic' };
    let now = edited({ kind: 'add-rule', ...own, ...rule, at: null });
    const serving = (): readonly unknown[] =>
      (readFlagsFile('f', now, 'dev').flags.find(({ key }) => key === 'checkout')?.rules ?? []).map(
        ({ serve }) => ('variant' in serve ? serve.variant : 'split'),
      );
    assert.deepEqual(serving(), ['quick', 'split', 'classic', 'classic']);
    assert.equal(readRules({ file: 'f', text: now }, 'checkout').lists[1]?.rules.length, 4);
    for (let left = 4; left > 0; left--) now = edited({ kind: 'remove-rule', ...own, index: 0 }, now);
    assert.deepEqual(serving(), []);
    assert.equal(readFlagsFile('f', now, 'production').flags[1]?.rules?.length, 3);
  });

  it('writes JSON where the file is JSON', () => {
    const json = '{\n    "version": 1,\n    "flags": {\n        "a": { "description": "A" }\n    }\n}\n';
    const after = edited({ kind: 'create', key: 'b', description: 'B', rest: {} }, json, 'flags.json');
    assert.deepEqual(JSON.parse(after), {
      version: 1,
      flags: { a: { description: 'A' }, b: { description: 'B' } },
    });
    assert.match(after, /\n {4}"flags"/);
  });

  it('refuses what would not be right, and what only a person can change', () => {
    const refused = (change: FlagChange, why: RegExp, before = text): void =>
      assert.throws(
        () => edited(change, before),
        (error) => error instanceof Error && why.test(error.message),
        String(why),
      );
    const rule = { when: { attribute: 'plan', is: 'pro' }, at: null };
    refused({ kind: 'create', key: 'basket', description: 'x', rest: {} }, /already/);
    refused({ kind: 'create', key: 'a b', description: 'x', rest: {} }, /cannot be the key/);
    refused({ kind: 'remove', key: 'baskt' }, /defines no flag "baskt"/);
    refused({ kind: 'add-rule', ...general, ...rule, serve: 'quik' }, /not a variant.*Did you mean "quick"/);
    refused(
      { kind: 'add-rule', ...general, when: { segment: 'stuff' }, serve: 'quick', at: null },
      /no segment/,
    );
    refused({ kind: 'remove-rule', ...general, index: 3 }, /no rule 4/);
    refused({ kind: 'move-rule', ...general, from: 0, to: 3 }, /no rule 4/);
    refused({ kind: 'remove', key: 'a' }, /cannot be read/, 'version: 1\nflags: [\n');
    const shared = 'version: 1\nflags:\n  a: &a\n    description: A\n  b: *a\n';
    refused({ kind: 'add-rule', key: 'b', environment: null, ...rule, serve: 'on' }, /only a person/, shared);
    const raw = 'version: 1\nflags:\n  a:\n    description: A\n    targeting: { if: [true, "on"] }\n';
    refused({ kind: 'add-rule', key: 'a', environment: 'dev', ...rule, serve: 'on' }, /targeting/, raw);
    refused({ kind: 'add-rule', key: 'a', environment: null, ...rule, serve: 'on' }, /beside rules/, raw);
  });

  it('lets a file be worked on that has other problems', () => {
    const broken = text.replace('The new basket.', "''");
    assert.match(edited({ kind: 'remove-rule', ...general, index: 0 }, broken), /description: ''/);
  });

  it('means what was asked for, whatever the file looks like', () => {
    const when = fc.record(
      {
        attribute: fc.constantFrom('plan', 'user.country'),
        is: fc.oneof(fc.string(), fc.boolean(), fc.integer()),
      },
      { noNullPrototype: true },
    );
    const rule = fc.record({ when, serve: fc.constantFrom('on', 'off') }, { noNullPrototype: true });
    const file = fc.record({
      rules: fc.array(rule, { maxLength: 4 }),
      flow: fc.boolean(),
      indent: fc.constantFrom(2, 4),
      change: fc.constantFrom('add', 'remove', 'move'),
      at: fc.nat(4),
      to: fc.nat(3),
      own: fc.constantFrom(null, 'dev'),
      added: rule,
    });
    fc.assert(
      fc.property(file, ({ rules, flow, indent, change, at, to, own, added }) => {
        const flag = { description: 'A', ...(rules.length > 0 && { rules }) };
        const before = stringify(
          { version: 1, flags: { a: flag, b: { description: 'B' } } },
          { indent, lineWidth: 0, ...(flow && { collectionStyle: 'flow' as const }) },
        );
        const place = { key: 'a', environment: own };
        const index = Math.min(at, rules.length - 1);
        const target = Math.min(to, rules.length - 1);
        const wanted = [...rules];
        if (change !== 'add' && rules.length === 0) return;
        if (change === 'add') wanted.splice(Math.min(at, rules.length), 0, added);
        else wanted.splice(index, 1);
        if (change === 'move') wanted.splice(target, 0, rules[index] ?? added);
        const after = edited(
          change === 'add'
            ? { kind: 'add-rule', ...place, ...added, at: Math.min(at, rules.length) }
            : change === 'remove'
              ? { kind: 'remove-rule', ...place, index }
              : { kind: 'move-rule', ...place, from: index, to: target },
          before,
        );
        const plain = stringify({
          version: 1,
          flags: { a: { description: 'A', rules: wanted }, b: { description: 'B' } },
        });
        for (const environment of own === null ? ['', 'dev'] : ['dev'])
          assert.deepEqual(readFlagsFile('f', after, environment), readFlagsFile('f', plain, environment));
      }),
      { numRuns: 300 },
    );
  });
});

describe('rules in words', () => {
  it('say whom they are for and what those get', () => {
    const words = readRules({ file: 'f', text }, 'checkout');
    assert.deepEqual(words.lists, [
      {
        environment: null,
        rules: [
          { when: 'in segment staff', serve: 'quick' },
          { when: 'plan is one of pro, beta', serve: '25% quick, 75% classic by userId' },
          { when: 'app is version <2.0.0', serve: 'classic' },
        ],
        hasTargeting: false,
      },
    ]);
    assert.deepEqual(words.variants, ['classic', 'quick']);
    assert.deepEqual(words.segments, ['staff']);
    assert.deepEqual([...words.attributes].sort(), ['app', 'email', 'plan']);
    assert.equal(
      conditionWords({
        all: [
          {
            any: [
              { attribute: 'age', atLeast: 18 },
              { attribute: 'email', endsWith: ['@a', '@b'] },
            ],
          },
          { not: { attribute: 'blocked', exists: true } },
        ],
      }),
      '(age is at least 18 or email ends with @a or @b) and not (blocked is there)',
    );
  });

  it('never throw, whatever is written there', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(typeof conditionWords(value as never), 'string');
        assert.equal(typeof serveWords(value as never), 'string');
      }),
    );
  });
});
