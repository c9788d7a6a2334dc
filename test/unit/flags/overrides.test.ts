import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { flagsDocument, type FlagsDocument } from '../../../agent/flags/document.ts';
import type { Context } from '../../../agent/flags/evaluate.ts';
import { modelOf } from '../../../agent/flags/model.ts';
import { overrideText, readOverride, type Override } from '../../../agent/flags/overrides.ts';
import { clientFeatures } from '../../../agent/flags/unleash/payload.ts';
import type { FlagDefinition } from '../../../agent/swarm/ledger/flag-definition.ts';
import { context, flagNumber } from './arbitrary.ts';
import { flag } from './environment.ts';

const three = fc.tuple(flagNumber(0), flagNumber(1), flagNumber(2));
const variant = fc.constantFrom('a', 'b', 'off');
const states = new Map();

const checkout = flag('checkout', {
  type: 'string',
  variants: [
    { name: 'classic', value: 'one-page' },
    { name: 'quick', value: 'two-pages' },
  ],
  off: 'classic',
  on: { variant: 'quick' },
});

function valueOf(document: FlagsDocument, key: string, asked: Context): unknown {
  const result = document.flags.get(key)?.evaluate(asked);
  return result && ('value' in result ? [result.variant, result.value] : result);
}

function variantOf(document: FlagsDocument, key: string, asked: Context): string | undefined {
  const result = document.flags.get(key)?.evaluate(asked);
  return result && 'variant' in result ? result.variant : undefined;
}

/** The flag itself, and those that need it, or need one that does. */
function touched(definitions: readonly FlagDefinition[], key: string): ReadonlySet<string> {
  const found = new Set([key]);
  for (const { key: own, needs = [] } of definitions)
    if (needs.some((need) => found.has(need.flag))) found.add(own);
  return found;
}

describe('overrides', () => {
  it('give everybody the variant, whatever the flag says', () => {
    fc.assert(
      fc.property(three, variant, context, (definitions, to, asked) => {
        for (const { key } of definitions) {
          const override: Override = { flag: key, targetingKey: null, to: { variant: to } };
          assert.equal(variantOf(flagsDocument(definitions, states, undefined, [override]), key, asked), to);
        }
      }),
    );
  });

  it('for one user give that user the variant, and change nothing for anybody else', () => {
    fc.assert(
      fc.property(three, fc.nat(2), variant, context, (definitions, index, to, asked) => {
        const key = `flag${index}`;
        const override: Override = { flag: key, targetingKey: 'ann', to: { variant: to } };
        const plain = flagsDocument(definitions, states);
        const document = flagsDocument(definitions, states, plain, [override]);
        assert.equal(variantOf(document, key, { ...asked, targetingKey: 'ann' }), to);
        const other = asked['targetingKey'] === 'ann' ? { ...asked, targetingKey: 'bob' } : asked;
        for (const one of plain.flags.keys())
          assert.deepEqual(valueOf(document, one, other), valueOf(plain, one, other));
      }),
    );
  });

  it('of one flag change no other, but for those that need it', () => {
    fc.assert(
      fc.property(three, fc.nat(2), variant, context, (definitions, index, to, asked) => {
        const key = `flag${index}`;
        const plain = flagsDocument(definitions, states);
        const override: Override = { flag: key, targetingKey: null, to: { variant: to } };
        const document = flagsDocument(definitions, states, plain, [override]);
        const own = touched(definitions, key);
        for (const one of [...plain.flags.keys()].filter((name) => !own.has(name)))
          assert.deepEqual(valueOf(document, one, asked), valueOf(plain, one, asked));
      }),
    );
  });

  it('leave nothing behind when they are cleared', () => {
    fc.assert(
      fc.property(three, fc.nat(2), variant, (definitions, index, to) => {
        const plain = flagsDocument(definitions, states);
        const overrides = ['ann', null].map((targetingKey): Override => ({
          ...{ flag: `flag${index}`, targetingKey, to: { variant: to } },
        }));
        const overridden = flagsDocument(definitions, states, plain, overrides);
        const cleared = flagsDocument(definitions, states, overridden);
        assert.equal(cleared.digest, plain.digest);
        assert.deepEqual(
          [...cleared.sources.values()].map(({ model }) => model),
          definitions.map(modelOf),
        );
      }),
    );
  });

  it('give a user what is said of that user before what is said of all', () => {
    const overrides: Override[] = [
      { flag: 'checkout', targetingKey: null, to: { variant: 'quick' } },
      { flag: 'checkout', targetingKey: 'ann', to: { value: 'three-pages' } },
    ];
    const document = flagsDocument([checkout], states, undefined, overrides);
    assert.deepEqual(valueOf(document, 'checkout', { targetingKey: 'ann' }), ['override', 'three-pages']);
    assert.deepEqual(valueOf(document, 'checkout', {}), ['quick', 'two-pages']);
  });

  it('reach flags that need the overridden one', () => {
    const definitions = [
      flag('basket'),
      flag('pay', { default: true, needs: [{ flag: 'basket', variants: null }] }),
    ];
    const overrides: Override[] = [{ flag: 'basket', targetingKey: 'ann', to: { variant: 'on' } }];
    const document = flagsDocument(definitions, states, undefined, overrides);
    assert.equal(variantOf(document, 'pay', { targetingKey: 'ann' }), 'on');
    assert.equal(variantOf(document, 'pay', { targetingKey: 'bob' }), 'off');
    const all: Override[] = [{ flag: 'basket', targetingKey: null, to: { variant: 'on' } }];
    assert.equal(variantOf(flagsDocument(definitions, states, document, all), 'pay', {}), 'on');
  });

  it("are said to Unleash's SDKs in their own words, or the flag is not given to them", () => {
    const ann: Override = { flag: 'checkout', targetingKey: 'ann', to: { variant: 'quick' } };
    const features = (definitions: FlagDefinition[]): unknown =>
      (
        JSON.parse(clientFeatures(flagsDocument(definitions, states, undefined, [ann]))) as {
          features: readonly { name: string; strategies: readonly { constraints: readonly object[] }[] }[];
        }
      ).features.map(({ name, strategies }) => [
        name,
        strategies.map(({ constraints }) => constraints.length),
      ]);
    assert.deepEqual(features([checkout]), [['checkout', [1]]]);
    assert.deepEqual(features([{ ...checkout, default: true, schedule: { from: 0, until: null } }]), []);
  });

  it('that do not fit the flag any more are passed over', () => {
    const overrides: Override[] = [
      { flag: 'gone', targetingKey: null, to: { variant: 'on' } },
      { flag: 'checkout', targetingKey: null, to: { variant: 'slow' } },
      { flag: 'checkout', targetingKey: null, to: { value: 7 } },
    ];
    const plain = flagsDocument([checkout], states);
    assert.equal(flagsDocument([checkout], states, plain, overrides).digest, plain.digest);
  });

  describe('are read', () => {
    const read = (definition: FlagDefinition, text: string): unknown => readOverride(definition, text);
    const size = flag('size', { type: 'number', variants: [{ name: 'small', value: 7 }], off: 'small' });
    const told: readonly [FlagDefinition, string, unknown][] = [
      [flag('a'), 'on', { variant: 'on' }],
      [flag('a'), 'true', { variant: 'on' }],
      [checkout, 'quick', { variant: 'quick' }],
      [checkout, 'two-pages', { variant: 'quick' }],
      [checkout, '"three pages"', { value: 'three pages' }],
      [size, '7', { variant: 'small' }],
      [size, '8', { value: 8 }],
    ];
    for (const [definition, text, to] of told)
      it(`${text} of a ${definition.type ?? 'boolean'}`, () => assert.deepEqual(read(definition, text), to));

    it('and refused with what was meant, or with what there is', () => {
      assert.deepEqual(read(checkout, 'quik'), {
        ...{ wrong: 'is no variant of it, and no JSON', hint: 'Did you mean "quick"?' },
      });
      assert.deepEqual(read(size, '"8"'), {
        wrong: 'is a string, and it is a number',
        hint: 'Its variants: small. Any other value is written as JSON: 42.',
      });
      assert.deepEqual(read(flag('a'), '1'), {
        ...{ wrong: 'is a number, and it is a boolean', hint: 'Its variants: on, off.' },
      });
    });

    it('again from how they are told', () => {
      const to = fc.oneof(
        fc.constantFrom({ variant: 'classic' }, { variant: 'quick' }),
        fc.string().map((value) => ({ value })),
      );
      fc.assert(
        fc.property(to, (one) => {
          const again = readOverride(checkout, overrideText(one));
          // A text that a variant has is that variant.
          if ('variant' in one || !('variant' in again)) assert.deepEqual(again, one);
        }),
      );
    });
  });
});
