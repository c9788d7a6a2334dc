import assert from 'node:assert/strict';
import { placingOrder } from '../../../agent/release/order.ts';
import type { ReleasedService } from '../../../agent/swarm/ledger/release.ts';

interface Told {
  readonly dependsOn?: readonly string[];
  readonly internal?: 'only' | 'also';
}

function order(told: Record<string, Told>, moved: readonly string[] = Object.keys(told)) {
  const services = Object.fromEntries(
    Object.entries(told).map(([name, { internal, ...rest }]) => [
      name,
      { ...rest, route: { hosts: [], port: 1, internal } } as unknown as ReleasedService,
    ]),
  );
  const slots = moved.map((service) => ({ service }));
  return placingOrder(slots, { services }).map((stage) => stage.map(({ service }) => service));
}

describe('the order in which services of a release are placed', () => {
  it('goes by what they depend on', () => {
    const told = {
      web: { dependsOn: ['orders'] },
      orders: { dependsOn: ['catalog', 'db'], internal: 'only' },
      catalog: { internal: 'only' },
    } as const;
    assert.deepEqual(order(told), [['catalog'], ['orders'], ['web']]);
  });

  it('has those that only others call before the public ones where nothing else is said', () => {
    const told = {
      web: {},
      orders: { internal: 'only' },
      admin: { internal: 'also' },
      mail: { internal: 'only' },
    } as const;
    assert.deepEqual(order(told), [['orders', 'mail', 'web', 'admin']]);
  });

  it('waits for nobody who does not come with this release', () => {
    const told = { web: { dependsOn: ['orders'] }, orders: {}, mail: { dependsOn: ['web'] } };
    assert.deepEqual(order(told, ['web']), [['web']]);
    assert.deepEqual(order(told, ['mail', 'web']), [['web'], ['mail']]);
  });

  it('is known for releases of before, which say nothing about it', () => {
    assert.deepEqual(order({ b: {}, a: {} }), [['b', 'a']]);
  });
});
