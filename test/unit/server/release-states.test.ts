import assert from 'node:assert/strict';
import { statesWhenLive, type ReleaseStates } from '../../../agent/server/release-states.ts';
import type { HistoryEntry } from '../../../agent/release/history.ts';
import { noFlags, withChange, type Flags, type FlagState } from '../../../agent/swarm/ledger/flags.ts';
import { aHead, aPhase } from '../ledger/samples.ts';

const minute = 60_000;
const day = Date.UTC(2027, 0, 1);

/** `at`: minutes. */
function swap(release: number, at: number): HistoryEntry {
  const trail = [
    { phase: 'promoted', at: day + at * minute },
    { phase: 'done', at: day + at * minute + 1 },
  ];
  return { head: aHead({ id: `r${at}` }), state: aPhase({ name: 'done' }, { release, trail }) };
}

function switched(...changes: readonly (readonly [key: string, to: FlagState, at: number])[]): Flags {
  return changes.reduce<Flags>(
    (flags, [key, to, at]) =>
      withChange(flags, { key, to, by: 'ann@laptop', at: new Date(day + at * minute).toISOString() }),
    noFlags,
  );
}

const flag = (key: string) => ({ key, description: 'x', default: false, owner: null });
const one = { number: 1, flags: [flag('a'), flag('b')] };
const changes = (states: ReleaseStates): unknown =>
  'unknown' in states ? states.unknown : states.changes.map(({ key, from, to }) => [key, from, to]);

describe('what flags were while a release was live', () => {
  const flags = switched(
    ['a', 'on', 1],
    ['c', 'on', 2],
    ['a', 'off', 20],
    ['b', 'on:500', 21],
    ['c', 'off', 22],
  );

  it('is what they were when another took its place, of the flags that it defines', () => {
    assert.deepEqual(changes(statesWhenLive(flags, one, [swap(1, 0), swap(2, 10)])), [
      ['a', 'off', 'on'],
      ['b', 'on:500', 'forgotten'],
    ]);
  });

  it('is that of the last time, where it was live more than once', () => {
    const entries = [swap(1, 0), swap(2, 5), swap(1, 15), swap(3, 20.5)];
    assert.deepEqual(changes(statesWhenLive(flags, one, entries)), [['b', 'on:500', 'forgotten']]);
  });

  it('is what they are while it is live', () => {
    assert.deepEqual(changes(statesWhenLive(flags, one, [swap(2, 0), swap(1, 10)])), []);
  });

  it('is not known where the rollouts or the changes are forgotten', () => {
    assert.match(String(changes(statesWhenLive(flags, one, [swap(2, 10)]))), /do not say when it was live/);
    const many = Array.from({ length: 300 }, (_, n) => ['b', n % 2 === 0 ? 'on' : 'off', 30 + n] as const);
    const busy = switched(['a', 'on', 1], ...many);
    assert.match(String(changes(statesWhenLive(busy, one, [swap(1, 0), swap(2, 10)]))), /forgotten/);
  });
});
