import assert from 'node:assert/strict';
import { readToPage, type FlagCounts } from '../../../webview/dashboard/messages.ts';
import { agoWords, countNotes, flagRows, mostFlags } from '../../../webview/dashboard/model/counts.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
type Flag = FlagCounts['flags'][number];
const counted = (hour: number, day = hour): Flag['variants'][number]['asked'] => ({ hour, day, total: day });
const flag = (key: string, variants: Flag['variants'], askedAt: string | null = null): Flag => ({
  ...{ key, defined: true, askedAt, variants },
});
const variant = (name: string, asked: number, given = 0): Flag['variants'][number] => ({
  ...{ variant: name, asked: counted(asked), given: counted(given, given * 10) },
});
const counts = (flags: readonly Flag[]): FlagCounts => ({
  ...{ since: '2026-01-01T11:00:00Z', missing: [], flags: [...flags], unknown: counted(0), sdks: [] },
  streams: { ofrep: 1, unleash: 0, flagd: 0 },
});

describe('the flags on the dashboard', () => {
  it('have the share of what was asked for, else of what was given, and none where there was neither', () => {
    const rows = flagRows(
      counts([
        flag('a', [variant('on', 0), variant('off', 0)]),
        flag('b', [variant('on', 0, 30), variant('off', 0, 10)]),
        flag('c', [variant('on', 1, 90), variant('off', 3)], '2026-01-01T11:30:00Z'),
      ]),
      now,
    );
    assert.deepEqual(
      rows.map(({ key, lastAsked, variants }) => [key, lastAsked, ...variants.map(({ share }) => share)]),
      [
        ['c', '30 min ago', 0.25, 0.75],
        ['b', 'never', 0.75, 0.25],
        ['a', 'never', null, null],
      ],
    );
    assert.deepEqual(rows[1]?.variants[0], { variant: 'on', asked: '0 / 0', given: '30 / 300', share: 0.75 });
  });

  it('are bounded, and what is left out is said', () => {
    const many = Array.from({ length: mostFlags + 3 }, (_, index) =>
      flag(`f${index}`, [variant('on', index)]),
    );
    assert.equal(flagRows(counts(many), now).length, mostFlags);
    assert.match(countNotes(counts(many), now)[0] ?? '', /^3 more flags are not shown/);
    assert.deepEqual(countNotes(counts([]), now), [
      'Control began to count 1 h ago.',
      'Told of changes: 1 clients over OFREP, 0 of Unleash, 0 of flagd.',
    ]);
  });

  it('say how long ago, and never the future', () => {
    const ago = (ms: number): string => agoWords(now - ms, now);
    assert.deepEqual(
      [ago(-5_000), ago(59_000), ago(60_000), ago(3 * 3_600_000), ago(5 * 86_400_000)],
      ['less than a minute ago', 'less than a minute ago', '1 min ago', '3 h ago', '5 days ago'],
    );
  });

  it('are taken from a message that is one, and from no other', () => {
    const message = { kind: 'counts', counts: counts([flag('a', [variant('on', 1)])]) };
    assert.deepEqual(readToPage(message), message);
    assert.equal(
      readToPage({ kind: 'counts', counts: { ...message.counts, flags: [{ key: 1 }] } }),
      undefined,
    );
  });
});
