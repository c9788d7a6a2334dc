import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { compileFlag, type SwitchedFlag } from '../../../agent/flags/compile.ts';
import { serveFlag, type Context } from '../../../agent/flags/evaluate.ts';
import { readFlagsFile } from '../../../agent/flags/file/flags-file.ts';
import { flagsDocument } from '../../../agent/flags/document.ts';
import { modelOf, settingOf } from '../../../agent/flags/model.ts';
import { flagDefinition, type FlagDefinition } from '../../../agent/swarm/ledger/flag-definition.ts';
import type { FlagSetting } from '../../../agent/swarm/ledger/flags.ts';
import { condition, context, flagNumber } from './arbitrary.ts';
import { flag } from './environment.ts';
import { meant } from './interpreter.ts';

const setting = fc.constantFrom<FlagSetting>(
  ...(['on', 'off', 'on:0', 'on:3333', 'on:10000'] as const),
  ...(['on:variant=a', 'on:variant=off', 'on:variant=gone', 'on:5000:variant=b'] as const),
);
const flags = fc.tuple(flagNumber(0), flagNumber(1), flagNumber(2), flagNumber(3));

/** The place of a text among ten thousand, out of flagd's own hash: the one of 10,000 variants that it serves. */
const ruler = serveFlag('ruler', {
  state: 'ENABLED',
  variants: Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`b${n}`, n])),
  defaultVariant: 'b0',
  targeting: {
    fractional: [{ cat: [{ var: 'text' }] }, ...Array.from({ length: 10_000 }, (_, n) => [`b${n}`, 1])],
  },
});
function bucket(text: string): number {
  const result = ruler.evaluate({ text });
  assert.ok('value' in result && typeof result.value === 'number', 'the ruler measures every text');
  return result.value;
}

function variantOf(
  definition: FlagDefinition,
  user: Context,
  states: Record<string, FlagSetting> = {},
): string {
  const served = flagsDocument([definition], new Map(Object.entries(states))).flags.get(definition.key);
  const result = served?.evaluate(user);
  assert.ok(result && 'variant' in result, JSON.stringify(result));
  return result.variant;
}

describe('a compiled flag', () => {
  it('gives every user what the flag means, whatever the flags and whoever the user', () => {
    const states = fc.dictionary(fc.constantFrom('flag0', 'flag1', 'flag2', 'flag3'), setting, {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(flags, states, context, (definitions, given, user) => {
        const all = new Map<string, SwitchedFlag>(
          definitions.map((one) => [
            one.key,
            { model: modelOf(one), setting: settingOf(one, new Map(Object.entries(given))) },
          ]),
        );
        const find = (key: string): SwitchedFlag | undefined => all.get(key);
        for (const [key, one] of all) {
          const result = serveFlag(key, compileFlag(one, find)).evaluate(user);
          const expected = meant(one, { find, context: user, now: Date.now(), bucket });
          assert.equal('variant' in result ? result.variant : result.problem, expected, key);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('fits into the ledger and comes out of it as it was', () => {
    fc.assert(
      fc.property(flags, (definitions) => {
        for (const one of definitions)
          assert.deepEqual(flagDefinition.parse(JSON.parse(JSON.stringify(one))), one);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps everyone who was in when its share grows', () => {
    const share = fc.nat(10_000);
    fc.assert(
      fc.property(fc.tuple(share, share), fc.stringMatching(/^[a-z0-9]{1,8}$/), (shares, targetingKey) => {
        const [few, many] = [Math.min(...shares), Math.max(...shares)];
        const at = (basisPoints: number): string =>
          variantOf(flag('a'), { targetingKey }, { a: `on:${basisPoints}` });
        if (at(few) === 'on') assert.equal(at(many), 'on');
        assert.equal(at(0), 'off');
        assert.equal(at(10_000), 'on');
      }),
    );
  });

  it('is on for about as many as its share says', () => {
    const users = Array.from({ length: 4_000 }, (_, n) => ({ targetingKey: `user-${n}` }));
    const document = flagsDocument([flag('a')], new Map([['a', 'on:2500']]));
    const isOn = users.filter((user) => {
      const result = document.flags.get('a')?.evaluate(user);
      return result && 'variant' in result && result.variant === 'on';
    }).length;
    // Four standard deviations of a fair draw.
    assert.ok(Math.abs(isOn - 1_000) < 4 * Math.sqrt(4_000 * 0.25 * 0.75), `on for ${isOn} of 4,000`);
  });

  it('is off for users without the attribute that decides', () => {
    assert.equal(variantOf(flag('a'), { email: 'x' }, { a: 'on:9999' }), 'off');
  });

  it('says what cannot be compared instead of guessing', () => {
    const rules = [
      { when: { attribute: 'age', test: { op: '>' as const, number: 5 } }, serve: { variant: 'on' } },
    ];
    const document = flagsDocument([flag('a', { rules, default: true })], new Map());
    const result = document.flags.get('a')?.evaluate({ age: 'many' });
    assert.match(result && 'problem' in result ? result.problem : '', /targeting rule/);
  });

  it('is compiled again only when something of it changed', () => {
    const definitions = [
      flag('a'),
      flag('b', { needs: [{ flag: 'a', variants: null }], default: true }),
      flag('c'),
    ];
    const before = flagsDocument(definitions, new Map());
    const after = flagsDocument(definitions, new Map([['a', 'on']]), before);
    const same = ['a', 'b', 'c'].filter((key) => before.flags.get(key) === after.flags.get(key));
    assert.deepEqual(same, ['c'], 'b needs a, so it changed too');
  });
});

describe('the order of a flags file', () => {
  it('moves nobody', () => {
    const file = (lines: readonly string[]): string =>
      `version: 1\nflags:\n  a:\n    description: x\n    type: string\n    variants: { ${lines.map((name) => `${name}: ${name}`).join(', ')} }\n    off: none\n    default: on\n    on: { split: { ${lines.map((name) => `${name}: ${name === 'none' ? 40 : 20}%`).join(', ')} } }\n`;
    const names = ['red', 'green', 'blue', 'none'];
    const read = (lines: readonly string[]): FlagDefinition => {
      const {
        flags: [first],
        problems,
      } = readFlagsFile('flags.yaml', file(lines), 'dev');
      assert.ok(first, JSON.stringify(problems));
      return first;
    };
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: 4 }), (lines) => {
        assert.deepEqual(read(lines), read(names));
      }),
    );
  });
});

describe('conditions', () => {
  it('are asked the same whatever surrounds them', () => {
    fc.assert(
      fc.property(condition, context, (when, user) => {
        const rule = (asked: typeof when) => [{ when: asked, serve: { variant: 'on' } }];
        const served = (asked: typeof when): string =>
          variantOf(flag('a', { default: true, on: { variant: 'off' }, rules: rule(asked) }), user);
        assert.equal(served({ not: { not: when } }), served(when));
        assert.notEqual(served({ not: when }), served(when));
        assert.equal(served({ all: [when] }), served({ any: [when] }));
      }),
    );
  });
});
