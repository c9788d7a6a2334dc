import assert from 'node:assert/strict';
import fc from 'fast-check';
import { digestAt, isUnsettled, parseAnswer, probesOf, sharedAddress } from '../../../agent/cluster/proof.ts';
import type { Ack } from '../../../agent/swarm/ledger/acks.ts';
import type { Task } from '../../../agent/swarm/port.ts';
import { routing, service, target } from '../edge/sample-routing.ts';

const digest = `sha256:${'a'.repeat(64)}`;

function ack(healthy: Readonly<Record<string, number>>): Ack {
  const slots = Object.entries(healthy).map(([slot, count]) => [
    slot,
    { healthy: count, sessions: 0, closed: 0 },
  ]);
  return { object: 'o', version: 1, hash: 'h', slots: Object.fromEntries(slots) as Ack['slots'] };
}

describe('probes through an edge', () => {
  const both = service('web', {
    hosts: ['shop.test'],
    slots: [target('web', 'blue'), target('web', 'green')],
  });

  it('go the way of users where a version is live, and the way of previews to each slot with healthy servers', () => {
    const ways = probesOf(routing([both]), ack({ 'web-blue': 2, 'web-green': 1 }), 'outside');
    assert.deepEqual(
      ways.map(({ way, slot, colour, host }) => [way, slot, colour, host]),
      [
        ['web', 'web-blue', undefined, 'shop.test'],
        ['web-blue', 'web-blue', 'blue', 'shop.test'],
        ['web-green', 'web-green', 'green', 'shop.test'],
      ],
    );
  });

  it('go by a path of the service, and ask the app for its health', () => {
    const ways = probesOf(
      routing([service('api', { paths: ['/api', '/v2'] })]),
      ack({ 'api-blue': 1 }),
      'outside',
    );
    assert.deepEqual(
      ways.map(({ path, ask }) => [path, ask]),
      [
        ['/api', '/healthz'],
        ['/api', '/healthz'],
      ],
    );
    const [plain] = probesOf(routing([both]), ack({ 'web-blue': 1 }), 'outside');
    assert.deepEqual([plain?.path, plain?.ask], ['/healthz', undefined]);
  });

  it('go the way of services where it is the mesh: by name and port, past the paths of users', () => {
    const named = service('web', { hosts: ['shop.test'], paths: ['/shop'], inside: [3000, 3001] });
    const [way] = probesOf(routing([named]), ack({ 'web-blue': 1 }), 'inside');
    assert.deepEqual([way?.host, way?.port, way?.path, way?.ask], ['web', 3000, '/healthz', undefined]);
    const [outside] = probesOf(routing([named]), ack({ 'web-blue': 1 }), 'outside');
    assert.deepEqual([outside?.host, outside?.port, outside?.path], ['shop.test', 8080, '/shop']);
  });

  it('go to each service on its own side', () => {
    const inner = service('orders', { inside: [3002], onlyInside: true, unlisted: true });
    const becoming = service('stock', { inside: [3003], unlisted: true });
    const all = routing([both, inner, becoming]);
    const seen = ack({ 'web-blue': 1, 'orders-blue': 1, 'stock-blue': 1 });
    const ways = (side: 'inside' | 'outside') => [
      ...new Set(probesOf(all, seen, side).map((one) => one.slot)),
    ];
    assert.deepEqual(ways('outside'), ['web-blue']);
    assert.deepEqual(ways('inside'), ['orders-blue', 'stock-blue']);
  });

  it('do not go where nobody would answer', () => {
    assert.deepEqual(probesOf(routing([both]), ack({ 'web-blue': 0 }), 'outside'), []);
    const ways = probesOf(routing([service('web', { route: undefined })]), ack({ 'web-blue': 1 }), 'outside');
    assert.deepEqual(
      ways.map(({ way }) => way),
      ['web-blue'],
    );
    const emptied = probesOf(routing([service('web')]), ack({ 'web-blue': 1, 'web-green': 1 }), 'outside');
    assert.deepEqual(
      emptied.map(({ way }) => way),
      ['web', 'web-blue'],
      'a slot without a release is not probed',
    );
  });
});

describe('the answer of a probe', () => {
  it('is read from the header of the edge, or is none', () => {
    assert.deepEqual(parseAnswer('web-blue 12 10.0.0.7'), {
      slot: 'web-blue',
      release: 12,
      address: '10.0.0.7',
    });
    assert.deepEqual(parseAnswer('web-blue 12 '), { slot: 'web-blue', release: 12, address: '' });
    for (const bad of [undefined, '', 'web 12 10.0.0.7', 'web-blue - 10.0.0.7', 'web-blue 12 a b'])
      assert.equal(parseAnswer(bad), undefined, bad);
  });

  it('belongs to the image of the running task with that address', () => {
    const task = (change: Partial<Task>): Task =>
      ({ state: 'running', image: `app@${digest}`, addresses: ['10.0.0.7', '10.0.1.7'], ...change }) as Task;
    assert.equal(digestAt('10.0.1.7', [task({})]), digest);
    assert.equal(
      digestAt('10.0.0.7', [task({ state: 'shutdown' })]),
      '',
      'its address may be another task’s by now',
    );
    assert.equal(
      digestAt('10.0.0.7', [task({ state: 'shutdown', image: 'x' }), task({ image: digest })]),
      digest,
    );
    assert.equal(digestAt('10.0.0.8', [task({})]), '');
    assert.equal(digestAt('', [task({ addresses: [] })]), '');
    assert.equal(digestAt('10.0.0.7', [task({ image: 'app:latest' })]), '');
  });

  it('is asked for again while it is missing, wrong or of nobody known', () => {
    const [probe] = probesOf(routing([service('web')]), ack({ 'web-blue': 1 }), 'outside');
    assert.ok(probe, 'probe');
    const good = { slot: 'web-blue', release: 1, digest, status: 200 } as const;
    assert.equal(isUnsettled(probe, good), false);
    for (const answer of [
      undefined,
      { ...good, digest: '' },
      { ...good, slot: 'web-green' as const },
      { ...good, status: 503 },
    ])
      assert.equal(isUnsettled(probe, answer), true);
  });
});

describe('the address of an edge that control can reach', () => {
  it('is the one in a network of its own', () => {
    assert.equal(sharedAddress(['10.0.16.5', '10.0.32.9'], ['172.18.0.3/16', '10.0.32.2/20']), '10.0.32.9');
    assert.equal(sharedAddress(['10.0.16.5'], ['10.0.32.2/20']), undefined);
    assert.equal(sharedAddress([], ['10.0.32.2/20']), undefined);
    assert.equal(sharedAddress(['200.1.2.3'], ['200.1.2.4/24']), '200.1.2.3');
  });

  it('is found for every address of a network, and for none beside it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4094 }), fc.integer({ min: 0, max: 15 }), (offset, block) => {
        const base = (10 << 24) + (block << 12);
        const address = (value: number): string =>
          [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
        const own = [`${address(base + 1)}/20`];
        assert.equal(sharedAddress([address(base + offset)], own), address(base + offset));
        assert.equal(sharedAddress([address(base + 4096 + offset)], own), undefined);
      }),
    );
  });
});
