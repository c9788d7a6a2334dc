import assert from 'node:assert/strict';
import fc from 'fast-check';
import { offsetOf, positionOf } from '../../../agent/config/fix/layout.ts';
import { completeFlags, hoverFlags } from '../../../agent/flags/file/editing.ts';
import { readFlagsFile } from '../../../agent/flags/file/flags-file.ts';
import type { Completion } from '../../../agent/protocol/editing.ts';

const head = `version: 1
segments:
  staff: { attribute: email, endsWith: '@shop.example' }
  testers: { any: [{ segment: staff }, { attribute: plan, in: [beta] }] }
flags:
  basket: { description: The new basket. }
  checkout:
    description: The new way to pay.
    type: string
    variants: { classic: one-page, quick: two-pages }
    off: classic
`;

/** `|` is the cursor. */
function at(marked: string): readonly Completion[] {
  const text = marked.replace('|', '');
  return completeFlags({
    ...{ text, at: positionOf(text, marked.indexOf('|')) },
    environments: ['dev', 'production'],
  });
}
const labels = (marked: string): readonly string[] => at(marked).map(({ label }) => label);

describe('completion in a flags file', () => {
  it('offers the keys of the root and of a flag, with what they mean', () => {
    assert.deepEqual(labels('|'), ['version', 'segments', 'flags']);
    const keys = at(`${head}    |`);
    assert.deepEqual(
      keys.map(({ label }) => label),
      [
        'owner',
        'kind',
        'expires',
        'default',
        'on',
        'rules',
        'schedule',
        'targeting',
        'needs',
        'environments',
      ],
    );
    assert.match(keys.find(({ label }) => label === 'expires')?.description ?? '', /should be gone/);
    assert.deepEqual(
      labels('version: 1\nflags:\n  basket: { |'),
      labels('version: 1\nflags:\n  basket:\n    |'),
    );
  });

  it('brings what belongs behind a key: a map, a list of maps, or a value in the same line', () => {
    const insertOf = (label: string): string | undefined =>
      at(`${head}    |\n`).find((item) => item.label === label)?.insert;
    assert.equal(insertOf('needs'), 'needs:\n  ');
    assert.equal(insertOf('rules'), 'rules:\n  - ');
    assert.equal(insertOf('on'), 'on: ');
  });

  it('offers the variants of the flag wherever one is served', () => {
    for (const place of [
      ...['off: |', 'on: |', 'on: { split: { | } }', 'rules: [{ when: { segment: staff }, serve: | }]'],
      ...['rules:\n      - serve: { split: { | } }', 'environments: { dev: { on: | } }'],
    ])
      assert.deepEqual(labels(`${head.replace(/ {4}off.*\n/, '')}    ${place}`), ['classic', 'quick'], place);
    assert.deepEqual(labels(`${head}    environments: { dev: { rules: [{ serve: q| }] } }`), [
      'classic',
      'quick',
    ]);
    assert.deepEqual(labels('flags:\n  basket:\n    on: |'), ['on', 'off']);
    assert.deepEqual(labels('flags:\n  basket:\n    off: |'), []);
  });

  it('offers names of segments, of other flags and their variants, of environments and attributes', () => {
    assert.deepEqual(labels(`${head}    rules: [{ when: { segment: | } }]`), ['staff', 'testers']);
    assert.deepEqual(labels(head.replace('segment: staff', 'segment: |')), ['staff']);
    assert.deepEqual(labels(`${head}    needs: { | }`), ['basket']);
    assert.deepEqual(labels(`${head}    needs: { basket: | }`), ['on', 'off']);
    assert.deepEqual(labels(`${head}  later: { needs: { checkout: | } }`), ['on', 'off', 'classic', 'quick']);
    assert.deepEqual(labels(`${head}  later: { needs: { checkout: [|] } }`), [
      'on',
      'off',
      'classic',
      'quick',
    ]);
    assert.deepEqual(labels(`${head}    environments:\n      |`), ['dev', 'production']);
    assert.deepEqual(labels(`${head}    environments: { dev: {}, | }`), ['production']);
    assert.deepEqual(labels(`${head}    rules: [{ when: { attribute: | } }]`), [
      'email',
      'plan',
      'targetingKey',
    ]);
    for (const one of at(`${head}    needs: { | }`)) assert.equal(one.named, true);
  });

  it('offers the words of a condition that go with what is written of it already', () => {
    const whole = labels(`${head}    rules: [{ when: { | } }]`);
    assert.ok(
      whole.includes('attribute') && whole.includes('segment') && whole.includes('all'),
      whole.join(),
    );
    const rest = labels(`${head}    rules: [{ when: { attribute: plan, | } }]`);
    assert.ok(
      rest.includes('startsWith') && !rest.includes('segment') && !rest.includes('attribute'),
      rest.join(),
    );
    assert.deepEqual(labels(`${head}    rules: [{ when: { attribute: plan, is: pro, | } }]`), []);
    assert.deepEqual(labels(`${head}    rules: [{ when: { not: { all: [{ segment: | }] } } }]`), [
      'staff',
      'testers',
    ]);
  });

  it('offers values where there are few', () => {
    assert.deepEqual(labels(`${head}    kind: |`), ['release', 'experiment', 'ops', 'kill-switch']);
    assert.deepEqual(labels(`${head}    default: |`), ['on', 'off']);
    assert.deepEqual(labels('version: |\n'), ['1']);
  });

  it('offers values that the reader takes', () => {
    for (const [place, rest] of [
      ['default: |', ''],
      ['on: |', ''],
      ['rules: [{ when: { segment: | }, serve: quick }]', ''],
      ['needs: { basket: | }', ''],
      ['needs: { | }', ' on'],
      ['environments: { dev: { on: | } }', ''],
    ] as const) {
      const on = place.startsWith('on:') ? '' : '    on: quick\n';
      const text = `${head}${on}    ${place}\n`;
      const items = at(text);
      assert.ok(items.length > 0, place);
      for (const { insert } of items) {
        const written = text.replace('|', insert.trimEnd() + rest);
        assert.deepEqual(readFlagsFile('flags.yaml', written, 'dev').problems, [], written);
      }
    }
  });

  it('never throws, whatever is written and wherever the cursor is', () => {
    const pieces = fc.constantFrom(
      ...['flags:', '\n', '  ', 'a', ': ', '{ ', ' }', '[', ']', '- ', '"', '#', '&a ', '*a', '\ufeff'],
      ...['variants', 'rules', 'when', 'needs', 'split', 'type: string', 'environments'],
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 25 }), fc.nat(), (parts, cursor) => {
        const text = parts.join('');
        const place = positionOf(text, cursor % (text.length + 1));
        for (const { range } of completeFlags({ text, at: place, environments: ['dev'] }))
          assert.ok(offsetOf(text, range.start) <= offsetOf(text, range.end), 'a range');
        hoverFlags(text, place);
      }),
    );
  });
});

describe('a hover in a flags file', () => {
  const said = (word: string): string | null | undefined => {
    const found = hoverFlags(head, positionOf(head, head.indexOf(word)));
    return found === null ? undefined : found.description;
  };

  it('says what a key means, also inside of conditions', () => {
    assert.match(said('variants') ?? '', /Values by name/);
    assert.match(said('endsWith') ?? '', /ends with this/);
    assert.match(said('any:') ?? '', /One of these holds/);
  });

  it('says nothing of names, which are told of elsewhere', () => {
    assert.equal(said('checkout'), null);
    assert.equal(said('testers'), null);
  });
});
