import assert from 'node:assert/strict';
import { parse } from '../../../agent/cli/parse.ts';
import { reports } from '../../../agent/cli/report/report.ts';
import { plainStyle } from '../../../agent/cli/terminal.ts';
import type { Counted, FlagCountsResult } from '../../../agent/protocol/flag-counts.ts';

const view = { style: plainStyle, now: Date.parse('2026-01-01T12:00:00Z') };
const counted = (hour = 0, day = hour): Counted => ({ hour, day, total: day });
const empty: FlagCountsResult = {
  ...{ environment: 'dev', stack: 'shop-dev', since: null, controls: 0, missing: [], flags: [], sdks: [] },
  ...{ unknown: counted(), others: counted(), streams: { ofrep: 0, unleash: 0, flagd: 0 } },
};

describe('the counts of flags, in a terminal', () => {
  it('are a line a variant, with when it was asked for last, and who is connected', () => {
    const variant = (
      name: string,
      asked: Counted,
      given = counted(),
    ): FlagCountsResult['flags'][0]['variants'][0] => ({
      ...{ variant: name, asked, given, ways: {} },
    });
    const result: FlagCountsResult = {
      ...empty,
      ...{
        since: '2026-01-01T10:00:00Z',
        controls: 1,
        missing: ['control x has not answered'],
        unknown: counted(2, 9),
      },
      flags: [
        {
          ...{ key: 'checkout', defined: true, askedAt: '2026-01-01T11:58:00Z' },
          variants: [
            variant('classic', counted(1200, 30_000)),
            variant('quick', counted(400), counted(7, 70)),
          ],
        },
        { key: 'old', defined: false, askedAt: null, variants: [variant('on', counted())] },
      ],
      sdks: [
        { app: 'shop\u001b[31m', sdk: 'unleash-client-node:6', instances: 2, seenAt: '2026-01-01T11:59:00Z' },
      ],
      streams: { ofrep: 3, unleash: 2, flagd: 1 },
    };
    assert.deepEqual(reports['flags.counts'].lines(result, view), [
      'dev  counted since 2 h ago',
      '  FLAG                        VARIANT  ASKED 1 H  24 H    GIVEN 1 H  24 H  LAST ASKED',
      '  checkout                    classic  1,200      30,000  0          0     2 min ago',
      '                              quick    400        400     7          70',
      '  old not defined any more !  on       0          0       0          0     never',
      '  Asked for flags that nobody defines: 2 in the last hour, 9 in 24.',
      '  Listening for changes: 3 over OFREP, 2 of Unleash, 1 of flagd.',
      '  shop: unleash-client-node:6, 2 of them, seen 1 min ago.',
      '! control x has not answered',
    ]);
    assert.deepEqual(reports['flags.counts'].lines(empty, view).slice(0, 2), [
      'dev  nobody counts',
      '  It has no flags.',
    ]);
  });

  it('are asked for by a command, of one flag or all', () => {
    const requestOf = (...argv: string[]): unknown => {
      const { invocation } = parse(argv, '/shop');
      return invocation.kind === 'request' ? invocation.request : undefined;
    };
    const params = { folder: '/shop', environment: 'dev' };
    assert.deepEqual(requestOf('flags', 'counts', 'dev'), {
      method: 'flags.counts',
      params: { ...params, key: null },
    });
    assert.deepEqual(requestOf('flags', 'counts', 'dev', 'a'), {
      method: 'flags.counts',
      params: { ...params, key: 'a' },
    });
  });
});
