import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FlagStatus } from '../../../agent/protocol/methods.ts';
import { staleReasons, staleWords } from '../../../extension/model/flag-stale.ts';
import { attributesOf } from '../../../extension/model/flag-users.ts';
import { callIn, statementsIn, stepIn, usualCall, wrapped } from '../../../extension/model/flag-wrap.ts';
import { allOf, conditionOf, operators, splitOf } from '../../../extension/model/rule-draft.ts';
import { environment } from './samples.ts';

const now = Date.parse('2026-03-01T12:00:00.000Z');
const aFlag: FlagStatus = {
  ...{ key: 'a', value: true, state: 'on', share: null, defined: true, default: false },
  ...{ description: null, owner: null, kind: 'release', expires: null, type: 'boolean' },
  ...{ variants: ['on', 'off'], conditions: 0, by: 'ann', at: '2026-01-01T00:00:00.000Z' },
};

describe('a stale flag', () => {
  const said = (
    flags: readonly (Partial<FlagStatus> | undefined)[],
    how: { days?: number; uses?: number } = {},
  ): readonly string[] => {
    const environments = flags.map((change, index) =>
      environment(
        change && {
          flags: { environment: '', stack: '', release: null, flags: [{ ...aFlag, ...change }] },
        },
        `e${index}`,
      ),
    );
    const { days = 30, uses } = how;
    return staleReasons('a', environments, { now, days, uses }).map(staleWords);
  };

  it('has been the same for everybody, everywhere, for many days', () => {
    assert.deepEqual(said([{}, { at: '2026-01-20T12:00:00.000Z' }]), ['on everywhere for 40 days']);
    assert.deepEqual(said([{}], { days: 60 }), []);
    assert.deepEqual(said([{}, { at: '2026-02-20T00:00:00.000Z' }]), []);
    assert.deepEqual(said([{ value: false }, { value: false, at: null }]), ['off everywhere for 59 days']);
    assert.deepEqual(said([{ variant: 'quick' }]), ['on with quick everywhere for 59 days']);
  });

  it('is none where somebody gets something else, or where that is not known', () => {
    assert.deepEqual(said([{}, { value: false }]), []);
    assert.deepEqual(said([{ share: 25 }]), []);
    assert.deepEqual(said([{ conditions: 1 }]), []);
    assert.deepEqual(said([{}, { variant: 'quick' }]), []);
    assert.deepEqual(said([{}, undefined]), []);
    assert.deepEqual(said([{ at: null }]), []);
  });

  it('is none that is kept to be used one day, before it expires', () => {
    assert.deepEqual(said([{ kind: 'kill-switch' }]), []);
    assert.deepEqual(said([{ kind: 'ops', expires: '2026-03-01' }]), ['expired on 2026-03-01']);
  });

  it('has expired everywhere, by the newest definition', () => {
    assert.deepEqual(said([{ share: 5, expires: '2026-02-01' }, { expires: '2026-02-28' }]), [
      'expired on 2026-02-28',
    ]);
    assert.deepEqual(said([{ share: 5, expires: '2026-02-01' }, { expires: '2026-03-02' }]), []);
  });

  it('is not used in the code, once that has been read', () => {
    assert.deepEqual(said([{ share: 5 }], { uses: 0 }), ['not used in the code']);
    assert.deepEqual(said([{ share: 5 }], { uses: 1 }), []);
  });
});

/** What is wrong, where something is. */
function said(result: unknown): string {
  return typeof result === 'string' ? result : JSON.stringify(result);
}

describe('who asks for a flag', () => {
  it('is typed as attributes, or as JSON', () => {
    assert.deepEqual(attributesOf(' plan=pro, age=30, beta=true,zip="01067",user.country = de '), {
      ...{ plan: 'pro', age: 30, beta: true, zip: '01067' },
      user: { country: 'de' },
    });
    assert.deepEqual(attributesOf('{"plan": ["a"]}'), { plan: ['a'] });
    assert.deepEqual(attributesOf(''), {});
    assert.deepEqual(attributesOf('name="Ann, of shop"'), { name: 'Ann, of shop' });
  });

  it('is told what is wrong', () => {
    assert.match(said(attributesOf('plan')), /"plan" is no attribute/);
    assert.match(said(attributesOf('a=1, a=2')), /a is said twice/);
    assert.match(said(attributesOf('a=1, a.b=2')), /said twice/);
    assert.match(said(attributesOf('{"a"')), /no JSON/);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void attributesOf(text)));
    fc.assert(fc.property(fc.stringMatching(/^[a-c.="\\, 1{}]{0,20}$/), (text) => void attributesOf(text)));
  });
});

describe('a rule that is put together', () => {
  const condition = (label: string, typed: string): unknown => {
    const operator = operators.find((one) => one.label === label);
    assert.ok(operator, label);
    return conditionOf('plan', operator, typed);
  };

  it('is what the file has', () => {
    assert.deepEqual(condition('is', 'pro'), { attribute: 'plan', is: 'pro' });
    assert.deepEqual(condition('is', '"30"'), { attribute: 'plan', is: '30' });
    assert.deepEqual(condition('is one of', 'pro, 3'), { attribute: 'plan', in: ['pro', 3] });
    assert.deepEqual(condition('is none of', 'a'), { not: { attribute: 'plan', in: ['a'] } });
    assert.deepEqual(condition('ends with', '@a.example'), { attribute: 'plan', endsWith: '@a.example' });
    assert.deepEqual(condition('starts with', '1, 2'), { attribute: 'plan', startsWith: ['1', '2'] });
    assert.deepEqual(condition('is at least', '18'), { attribute: 'plan', atLeast: 18 });
    assert.deepEqual(condition('is a version', '>=1.4.0'), { attribute: 'plan', version: '>=1.4.0' });
    assert.deepEqual(condition('is not there', ''), { not: { attribute: 'plan', exists: true } });
    assert.deepEqual(allOf([{ a: 1 }]), { a: 1 });
    assert.deepEqual(allOf([{ a: 1 }, { b: 2 }]), { all: [{ a: 1 }, { b: 2 }] });
  });

  it('is refused with a value that the file would refuse', () => {
    assert.match(String(condition('is', ' ')), /Write a value/);
    assert.match(String(condition('is more than', 'x')), /x is no number/);
    assert.match(String(condition('is a version', '1.4')), /Write a version/);
    assert.match(String(condition('is one of', 'a,,b')), /between two commas/);
  });

  it('splits users among variants that there are, all of them', () => {
    const variants = ['quick', 'classic'];
    assert.deepEqual(splitOf('quick=25%, classic = 75', variants), {
      split: { quick: '25%', classic: '75%' },
    });
    assert.match(said(splitOf('quick=25%', variants)), /together are 25 %/);
    assert.match(said(splitOf('quik=100', variants)), /quik is no variant/);
    assert.match(said(splitOf('half', variants)), /write quick=50%, classic=50%/);
  });
});

describe('statements behind a flag', () => {
  const code = `import { x } from './x.js';
async function pay(cart) {
  const total = sum(cart);
  if (total > 3) {
    log("}");
  }

  return total;
}
`;
  const around = (first: string, last = first, text = code): string | undefined => {
    const from = text.indexOf(first);
    const found = statementsIn(text, from, text.indexOf(last) + last.length);
    return found && text.slice(found.start, found.end);
  };

  it('are whole lines', () => {
    assert.equal(around('const total', 'cart);'), '  const total = sum(cart);');
    assert.equal(around('if (total', '  }\n'), '  if (total > 3) {\n    log("}");\n  }');
    assert.equal(around('    log', '"}");'), '    log("}");');
  });

  it('are nothing else', () => {
    for (const [first, last] of [
      ['import', "x.js';"],
      ['total = sum', 'cart);'],
      ['if (total', '3) {'],
      ['const total', '3) {'],
      ['}\n\n  return', 'total;'],
      ['\n\n', '\n'],
    ] as const)
      assert.equal(around(first, last), undefined, first);
    const list = 'const a = [\n  one,\n  b: 1,\n  .x()\n  <p>hi</p>\n];\n';
    for (const line of ['one,', 'b: 1,', '.x()', '<p>hi</p>'])
      assert.equal(around(line, line, list), undefined, line);
  });

  it('stay as they are, one level deeper', () => {
    assert.equal(
      wrapped('  a();\n\n  b();', { key: 'new-pay', call: usualCall, step: '  ' }),
      "  if (await client.getBooleanValue('new-pay', false)) {\n    a();\n\n    b();\n  }",
    );
    assert.equal(
      wrapped('\ta(`x\n  y`);', { key: 'k', call: usualCall, step: '\t' }),
      "\tif (await client.getBooleanValue('k', false)) {\n\ta(`x\n  y`);\n\t}",
    );
    assert.match(wrapped('a();\r\nb();', { key: 'k', call: usualCall, step: '  ' }), /\{\r\n {2}a\(\);\r\n/);
  });

  it('are indented as the file is', () => {
    assert.equal(stepIn('a {\n  b\n    c\n}'), '  ');
    assert.equal(stepIn('/*\n * a\n */\nx {\n\tb\n}'), '\t');
    assert.equal(stepIn('a\nb'), undefined);
  });

  it('are asked for as the program asks already', () => {
    const of = (text: string, known: readonly string[] = []): string | undefined => {
      const call = callIn(text, new Set(known));
      return call && `${call.before}KEY${call.after}`;
    };
    assert.equal(
      of("const a = await flags.client.getBooleanValue('old', true, { targetingKey: user(1) });"),
      "await flags.client.getBooleanValue('KEY', false, { targetingKey: user(1) })",
    );
    assert.equal(of('if (useBooleanFlagValue("old", false)) x();'), 'useBooleanFlagValue("KEY", false)');
    assert.equal(of("unleash.isEnabled('old')", ['old']), "unleash.isEnabled('KEY')");
    assert.equal(of("unleash.isEnabled('old')"), undefined);
    assert.equal(of("client.getStringValue('old', 'x'); log('old')"), undefined);
    assert.equal(of("ld.variation('old', ctx, false)", ['old']), "ld.variation('KEY', ctx, false)");
    assert.equal(of("ld.variation('old', ctx, 'x')", ['old']), undefined);
    assert.equal(of("getBooleanValue('old',"), undefined);
  });

  it('never throw, whatever is selected', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(40), fc.nat(40), (text, a, b) => {
        const [from, to] = [Math.min(a, b, text.length), Math.min(Math.max(a, b), text.length)];
        const found = statementsIn(text, from, to);
        if (found) wrapped(text.slice(found.start, found.end), { key: 'k', call: usualCall, step: ' ' });
        callIn(text, new Set());
      }),
    );
  });
});
