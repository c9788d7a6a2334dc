import assert from 'node:assert/strict';
import { reports } from '../../../agent/cli/report/report.ts';
import { plainStyle } from '../../../agent/cli/terminal.ts';
import type { FlagSetResult, FlagStatus } from '../../../agent/protocol/methods.ts';

const view = { style: plainStyle, now: Date.parse('2026-01-01T12:00:00Z') };
const flag = (key: string, change: Partial<FlagStatus> = {}): FlagStatus => ({
  key,
  value: false,
  state: null,
  share: null,
  defined: true,
  default: false,
  description: 'What it does.',
  owner: null,
  kind: null,
  expires: null,
  type: 'boolean',
  variants: ['on', 'off'],
  conditions: 0,
  by: null,
  at: null,
  ...change,
});

describe('the list of flags', () => {
  const common = {
    environment: 'dev',
    stack: 'shop-dev',
    release: { number: 4, tag: 'v1.0.0', commit: 'abc' },
  };

  it('shows the state, who switched it, and what is not defined any more', () => {
    const switched = { by: 'ann@laptop', at: '2026-01-01T11:58:00Z' };
    const flags = [
      flag('a', { owner: 'shop' }),
      flag('free-delivery', { value: true, state: 'on', ...switched }),
      flag('later', { value: true, default: true, description: 'Evil \u001b[31mwords' }),
      flag('old', { state: 'on', defined: false, default: null, description: null, ...switched }),
    ];
    assert.deepEqual(reports['flags.list'].lines({ ...common, flags }, view), [
      'dev  release v1.0.0 (#4)',
      '  FLAG           STATE          SWITCHED                 DESCRIPTION',
      '  a              off (default)  never                    What it does. (shop)',
      '  free-delivery  on             2 min ago by ann@laptop  What it does.',
      '  later          on (default)   never                    Evil words',
      '  old            on !           2 min ago by ann@laptop  not defined any more !',
    ]);
  });

  it('says so when there are none', () => {
    const lines = reports['flags.list'].lines({ ...common, release: null, flags: [] }, view);
    assert.deepEqual(lines, ['dev  release –', '  It has no flags.']);
  });
});

describe('a switched flag', () => {
  const result = (outcome: FlagSetResult['outcome']): FlagSetResult => ({
    outcome,
    environment: 'dev',
    stack: 'shop-dev',
    flag: 'a',
    state: 'on',
    share: null,
    value: true,
    message: 'a is on in dev.',
    controls: 1,
    missing: [],
    tookMs: 3,
  });

  it('is an outcome and a sentence, and partial counts as that', () => {
    const { lines, ending } = reports['flags.set'];
    assert.deepEqual(lines(result('done'), view), ['done: a is on in dev.']);
    assert.deepEqual(lines(result('partial'), view), ['partial: a is on in dev.']);
    assert.deepEqual(ending(result('partial')), { kind: 'outcome', outcome: 'partial', reason: '' });
  });
});
