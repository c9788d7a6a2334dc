import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseRouteTable } from '../../../agent/swarm/host-routes.ts';
import { freeSubnet, subnetsOverlap } from '../../../agent/swarm/subnets.ts';

/** The candidates are 10.201.0.0 to 10.250.255.255: ranges that touch them, and ranges that do not. */
const subnet = fc
  .tuple(
    fc.integer({ min: 195, max: 255 }),
    fc.integer({ min: 0, max: 255 }),
    fc.integer({ min: 12, max: 28 }),
  )
  .map(([second, third, prefix]) => `10.${second}.${third}.0/${prefix}`);

/** Straight from the definition: equal in the bits of the shorter prefix. */
function overlapByBits(a: string, b: string): boolean {
  const bits = (text: string): string =>
    (text.split('/')[0] ?? '')
      .split('.')
      .map((byte) => Number(byte).toString(2).padStart(8, '0'))
      .join('');
  const shorter = Math.min(...[a, b].map((text) => Number(text.split('/')[1])));
  return bits(a).slice(0, shorter) === bits(b).slice(0, shorter);
}

describe('freeSubnet', () => {
  it('overlaps no network, and no route as long as there is a choice', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(subnet),
        fc.array(subnet, { maxLength: 3 }),
        (name, taken, routes) => {
          const chosen = freeSubnet(name, taken, routes);
          if (chosen === undefined) return;
          assert.match(chosen, /^10\.\d+\.\d+\.0\/20$/);
          assert.ok(
            !taken.some((other) => overlapByBits(other, chosen)),
            '!taken.some((other) => overlapByBits(other, chosen))',
          );
          const avoidable = freeSubnet(name, [...taken, ...routes], []) !== undefined;
          assert.ok(
            !avoidable || !routes.some((route) => overlapByBits(route, chosen)),
            '!avoidable || !routes.some((route) => overlapByBits(route, chosen))',
          );
        },
      ),
    );
  });

  it('finds the last free one of 800, and says so when there is none', () => {
    const all = Array.from(
      { length: 800 },
      (_, at) => `10.${201 + Math.floor(at / 16)}.${(at % 16) * 16}.0/20`,
    );
    for (const [at, last] of [...all.entries()].filter(([index]) => index % 53 === 0))
      assert.equal(freeSubnet('shop', all.toSpliced(at, 1), []), last);
    assert.equal(freeSubnet('shop', all, []), undefined);
  });

  it('gives two names different ones, and a name the same again', () => {
    assert.notEqual(freeSubnet('shop-dev', [], []), freeSubnet('shop-prod', [], []));
    assert.equal(freeSubnet('shop-dev', [], []), freeSubnet('shop-dev', [], []));
  });

  it('accepts a route over everything (a VPN), but not a network over everything', () => {
    assert.notEqual(freeSubnet('a', [], ['10.0.0.0/8']), undefined);
    assert.equal(freeSubnet('a', ['10.0.0.0/8'], []), undefined);
  });
});

describe('subnetsOverlap', () => {
  it('agrees with the definition', () => {
    fc.assert(fc.property(subnet, subnet, (a, b) => subnetsOverlap(a, b) === overlapByBits(a, b)));
  });

  it('never counts IPv6 or nonsense', () => {
    assert.equal(subnetsOverlap('fd00::/8', '10.201.0.0/20'), false);
    assert.equal(subnetsOverlap('', '10.201.0.0/20'), false);
  });
});

describe('parseRouteTable', () => {
  it('reads little-endian words and leaves the default route out', () => {
    const table = [
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
      'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
      'docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
      'tun0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0',
      '',
    ].join('\n');
    assert.deepEqual(parseRouteTable(table), ['172.17.0.0/16', '10.0.0.0/8']);
  });

  it('reads nothing out of nothing', () => {
    assert.deepEqual(parseRouteTable(''), []);
  });
});
