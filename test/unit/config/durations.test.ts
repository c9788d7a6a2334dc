import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  parseBytes,
  parseCpus,
  parseMilliseconds,
  parseNanoseconds,
  parseShare,
} from '../../../agent/config/durations.ts';

function expectAll<T>(
  parse: (text: string) => T | undefined,
  table: Readonly<Record<string, T | undefined>>,
): void {
  for (const [text, value] of Object.entries(table)) assert.equal(parse(text), value, text);
}

describe('quantities', () => {
  it('are durations in nanoseconds, as Go writes them', () => {
    expectAll(parseNanoseconds, {
      '30s': 30e9,
      '1m30s': 90e9,
      '1.5s': 1.5e9,
      '500ms': 5e8,
      '10us': 1e4,
      '10µs': 1e4,
      '7ns': 7,
      '1h': 3600e9,
      '0s': 0,
      '30': undefined,
      '': undefined,
      s: undefined,
      '-1s': undefined,
      '1 s': undefined,
      '1d': undefined,
      '9999999999h': undefined,
    });
  });

  it('are durations in milliseconds', () => {
    expectAll(parseMilliseconds, {
      '30s': 30_000,
      '10m': 600_000,
      '1h1ms': 3_600_001,
      '10us': undefined,
      '5': undefined,
    });
  });

  it('are shares in basis points', () => {
    expectAll(parseShare, {
      '5%': 500,
      '2.5%': 250,
      '0.01%': 1,
      '99.99%': 9999,
      '100%': 10_000,
      '5': undefined,
      '1.234%': undefined,
    });
  });

  it('are sizes in bytes', () => {
    expectAll(parseBytes, {
      '50M': 52_428_800,
      '50mb': 52_428_800,
      '1.5g': 1_610_612_736,
      '2Gi': 2_147_483_648,
      '2GiB': 2_147_483_648,
      '64k': 65_536,
      '1024': 1024,
      '10b': 10,
      '1t': 1_099_511_627_776,
      M: undefined,
      '-1M': undefined,
      '1x': undefined,
    });
  });

  it('are CPUs in billionths', () => {
    expectAll(parseCpus, {
      '0.5': 5e8,
      '.25': 2.5e8,
      '2': 2e9,
      '1.': 1e9,
      '0.0000000001': undefined,
      x: undefined,
      '': undefined,
    });
  });

  it('read back what was written in any unit', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.constantFrom('ms', 's', 'm'), (amount, unit) => {
        const factor = { ms: 1, s: 1000, m: 60_000 }[unit];
        assert.equal(parseMilliseconds(`${amount}${unit}`), amount * factor);
        assert.equal(parseNanoseconds(`${amount}${unit}`), amount * factor * 1e6);
      }),
    );
  });
});
