import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { hasCode } from '../../../agent/common/errors.ts';
import { historyOf, reasonLine, statesAt, undo } from '../../../agent/flags/history.ts';
import {
  formatFlags,
  noFlags,
  parseFlags,
  withChange,
  type FlagChange,
  type Flags,
  type FlagState,
} from '../../../agent/swarm/ledger/flags.ts';

const state = fc.constantFrom<FlagState>('on', 'off', 'on:2500', 'forgotten');
const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), state), { maxLength: 40 });
const time = (n: number): string => new Date(Date.UTC(2027, 0, 1) + n * 1_000).toISOString();

function grown(switched: readonly (readonly [string, FlagState])[], from = noFlags): Flags {
  return switched.reduce<Flags>(
    (flags, [key, to], index) => withChange(flags, { key, to, at: time(index), by: 'ann@laptop' }),
    from,
  );
}

/** As a program wrote it that kept only what was switched, and neither what it was before nor why. */
function asOfOld(flags: Flags): Flags {
  const labels = Object.entries(formatFlags(flags)).filter(([label]) => !label.startsWith('tidegate.'));
  return parseFlags('o', Object.fromEntries(labels));
}

const stateOf = (flags: Flags, key: string): FlagState => flags.states.get(key) ?? 'forgotten';

describe('undoing a change of a flag', () => {
  it('makes it what it was before, whatever was switched, also where an older version wrote it', () => {
    fc.assert(
      fc.property(steps, fc.boolean(), (switched, isOld) => {
        const whole = grown(switched);
        const flags = isOld ? asOfOld(whole) : whole;
        for (const key of ['a', 'b', 'c']) {
          const last = flags.changes.findLast((change) => change.key === key);
          if (!last) continue;
          const undone = undo(flags, { key, seq: last.seq, at: time(99), by: 'bob@desk' });
          const before = whole.changes.filter((change) => change.key === key).at(-2)?.to ?? 'forgotten';
          assert.equal(undone.to, before);
          assert.equal(stateOf(undone.flags, key), before);
          const again = undone.flags.changes.at(-1);
          assert.deepEqual([again?.by, again?.from], ['bob@desk', last.to]);
          assert.match(again?.reason ?? '', new RegExp(`^undoes change ${last.seq} by ann@laptop$`));
        }
      }),
    );
  });

  it('is refused when somebody changed the flag since, and names who', () => {
    const flags = grown([
      ['a', 'on'],
      ['b', 'on'],
      ['a', 'off'],
    ]);
    assert.throws(
      () => undo(flags, { key: 'a', seq: 1, at: time(9), by: 'bob@desk' }),
      (error) => hasCode(error, 'flags.changed-since') && /ann@laptop made it off/.test(error.message),
    );
    assert.equal(undo(flags, { key: 'b', seq: 2, at: time(9), by: 'bob@desk' }).to, 'forgotten');
  });

  it('knows what a flag was also after hundreds of changes of others', () => {
    const others = Array.from({ length: 300 }, (_, n) => ['b', n % 2 === 0 ? 'on' : 'off'] as const);
    const flags = grown([['a', 'on'], ['a', 'on:2500'], ...others]);
    assert.equal(historyOf(flags, 'a').length, 1, 'only the last change is kept');
    assert.equal(undo(flags, { key: 'a', seq: 2, at: time(999), by: 'bob@desk' }).to, 'on');
    assert.throws(
      () => undo(asOfOld(flags), { key: 'a', seq: 2, at: time(999), by: 'bob@desk' }),
      (error) => hasCode(error, 'flags.states-unknown'),
    );
  });
});

describe('what flags were at a time', () => {
  it('is what had been switched until then, or nobody can tell', () => {
    fc.assert(
      fc.property(steps, fc.nat(45), fc.boolean(), (switched, until, isOld) => {
        const whole = grown(switched);
        const then = grown(switched.slice(0, until + 1));
        const found = statesAt(isOld ? asOfOld(whole) : whole, Date.parse(time(until)));
        assert.ok(found, 'nothing of so few is forgotten');
        for (const key of ['a', 'b', 'c']) assert.equal(found.get(key) ?? 'forgotten', stateOf(then, key));
      }),
    );
  });

  it('is never made up where changes are forgotten', () => {
    const many = Array.from({ length: 260 }, (_, n) => ['b', n % 2 === 0 ? 'on' : 'off'] as const);
    const flags = grown([['a', 'on'], ...many]);
    assert.equal(statesAt(flags, Date.parse(time(10))), undefined);
    assert.equal(statesAt(flags, Date.parse(time(100)))?.get('b'), 'off');
    assert.equal(statesAt(flags, Date.parse(time(100)))?.get('a'), 'on');
  });
});

describe('the history of a flag', () => {
  it('says who, when, from what to what, and why, newest first, after the ledger as before it', () => {
    const change = { key: 'a', by: 'ann@laptop', at: time(0) };
    const first = withChange(noFlags, { ...change, to: 'on', reason: 'the sale begins: 50 % off' });
    const flags = withChange(first, { ...change, to: 'on:2500' });
    const told = (of: Flags): unknown =>
      historyOf(of, 'a').map(({ seq, from, to, reason }: FlagChange) => [seq, from, to, reason]);
    const expected = [
      [2, 'on', 'on:2500', null],
      [1, 'forgotten', 'on', 'the sale begins: 50 % off'],
    ];
    assert.deepEqual(told(flags), expected);
    assert.deepEqual(told(parseFlags('o', formatFlags(flags))), expected);
    assert.deepEqual(
      told(asOfOld(flags)),
      expected.map(([seq, from, to]) => [seq, from, to, null]),
    );
  });

  it('keeps a reason on one line, and refuses one that is too long for a label', () => {
    assert.equal(reasonLine('  so\nthat\u2028it\tholds\u0007 '), 'so that it holds');
    assert.equal(reasonLine(' \n '), null);
    assert.throws(
      () => reasonLine('x'.repeat(201)),
      (error) => hasCode(error, 'usage.invalid'),
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 150, unit: 'binary' }), (text) => {
        const reason = reasonLine(text);
        const flags = withChange(noFlags, { key: 'a', by: 'a', at: time(0), to: 'on', reason });
        assert.equal(parseFlags('o', formatFlags(flags)).changes[0]?.reason, reason);
      }),
    );
  });
});
