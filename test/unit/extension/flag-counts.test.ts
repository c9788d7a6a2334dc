import assert from 'node:assert/strict';
import type { AgentApi } from '../../../agent/protocol/methods.ts';
import type { CountedVariant, FlagCountsResult } from '../../../agent/protocol/flag-counts.ts';
import type { Clock } from '../../../extension/agent/clock.ts';
import { FlagCounts, keptMs } from '../../../extension/flags/counts.ts';
import { countsLine, countsTable } from '../../../extension/model/flag-counts.ts';
import { FakeClock, turn } from '../../support/fake-clock.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const counted = (hour: number, day: number) => ({ hour, day, total: day });
const variant = (name: string, asked: number, given = 0): CountedVariant => ({
  ...{ variant: name, asked: counted(asked, asked * 2), given: counted(given, given * 2), ways: {} },
});

function counts(variants: readonly CountedVariant[], more: Partial<FlagCountsResult> = {}): FlagCountsResult {
  return {
    ...{ environment: 'dev', stack: 'shop-dev', since: '2026-01-01T00:00:00Z', controls: 1, missing: [] },
    flags: [
      { key: 'a', defined: true, askedAt: variants.length === 0 ? null : '2026-02-01T00:00:00Z', variants },
    ],
    ...{
      unknown: counted(0, 0),
      others: counted(0, 0),
      sdks: [],
      streams: { ofrep: 0, unleash: 0, flagd: 0 },
    },
    ...more,
  };
}

describe('evaluations of a flag', () => {
  it('are told for each variant, those of the last hour and of the last day', () => {
    const known = { kind: 'counted', counts: counts([variant('on', 1204), variant('off', 3)]) } as const;
    const told = countsTable(known, 'a', now);
    assert.match(told, /\| on \| 1,204 \/ 2,408 \|\n\| off \| 3 \/ 6 \|/);
    assert.doesNotMatch(told, /handed out/);
    assert.match(told, /last asked for: 2026\\-02\\-01/);
    assert.equal(countsLine('dev', known, 'a'), 'dev: evaluated in the last hour: on 1,204, off 3');
  });

  it('are told apart from what was handed out with all others', () => {
    const known = { kind: 'counted', counts: counts([variant('on', 0, 7)]) } as const;
    assert.match(countsTable(known, 'a', now), /\| on \| 0 \/ 0 \| 7 \/ 14 \|/);
    assert.match(countsLine('dev', known, 'a'), /handed out with all others in the last hour: on 7/);
  });

  it('are said to be none, with since when they are counted where that is not long ago', () => {
    const since = new Date(now - 60_000).toISOString();
    const known = { kind: 'counted', counts: counts([variant('on', 0)], { since }) } as const;
    assert.match(countsTable(known, 'a', now), /^not evaluated in the last 24 hours[^]*counted since/);
    assert.match(countsLine('dev', known, 'a'), /not evaluated in the last hour/);
  });

  it('are no zero where nobody has counted', () => {
    const none = counts([variant('on', 0)], { controls: 0, missing: ['no control runs'] });
    for (const told of [
      countsTable({ kind: 'counted', counts: none }, 'a', now),
      countsLine('dev', { kind: 'trouble', message: 'no control runs' }, 'a'),
    ])
      assert.match(told, /cannot be counted: no control runs/);
    assert.match(countsTable({ kind: 'waiting' }, 'a', now), /look again/);
  });
});

/** The editor's sleepers wake when they are aborted. */
function quiet(clock: FakeClock): Clock {
  return {
    monotonic: () => clock.monotonic(),
    sleep: (ms, signal) => clock.sleep(ms, signal).catch(() => undefined),
  };
}

describe('asking for evaluations', () => {
  class Agent {
    readonly asked: unknown[] = [];
    answer: () => Promise<FlagCountsResult> = () => Promise.resolve(counts([variant('on', 1)]));
    readonly api = {
      request: (method: string, params: object) => {
        this.asked.push([method, params]);
        return this.answer();
      },
    } as unknown as AgentApi;
  }

  it('is one question for all flags of an environment, and another one when its seconds are over', async () => {
    const [clock, agent] = [new FakeClock(), new Agent()];
    const flagCounts = new FlagCounts({ agent: () => agent.api, clock: quiet(clock) });
    let old = 0;
    flagCounts.onOld(() => (old += 1));
    await Promise.all([flagCounts.of('/shop', 'dev'), flagCounts.of('/shop', 'dev')]);
    assert.equal((await flagCounts.of('/shop', 'dev')).kind, 'counted');
    assert.deepEqual(agent.asked, [['flags.counts', { folder: '/shop', environment: 'dev', key: null }]]);
    await turn();
    await clock.advance(keptMs);
    await turn();
    assert.equal(old, 1);
    await flagCounts.of('/shop', 'dev');
    assert.equal(agent.asked.length, 2);
    flagCounts.dispose();
  });

  it('is not waited for longer than a moment; what comes late is there for the next look', async () => {
    const [clock, agent] = [new FakeClock(), new Agent()];
    let answer: (result: FlagCountsResult) => void = () => undefined;
    agent.answer = () => new Promise((resolve) => (answer = resolve));
    const flagCounts = new FlagCounts({ agent: () => agent.api, clock: quiet(clock) });
    let old = 0;
    flagCounts.onOld(() => (old += 1));
    const first = flagCounts.of('/shop', 'dev');
    await turn();
    await clock.advance(1_000);
    assert.deepEqual(await first, { kind: 'waiting' });
    answer(counts([variant('on', 1)]));
    await turn();
    assert.equal(old, 1);
    assert.equal((await flagCounts.of('/shop', 'dev')).kind, 'counted');
    assert.equal(agent.asked.length, 1);
    flagCounts.dispose();
  });

  it('says why they cannot be had', async () => {
    const [clock, agent] = [new FakeClock(), new Agent()];
    agent.answer = () => Promise.reject(new Error('No such engine.'));
    const flagCounts = new FlagCounts({ agent: () => agent.api, clock: quiet(clock) });
    const known = await flagCounts.of('/shop', 'dev');
    assert.match(known.kind === 'trouble' ? known.message : '', /No such engine/);
    flagCounts.dispose();
  });
});
