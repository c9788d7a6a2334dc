import assert from 'node:assert/strict';
import type { SlotKey } from '../../../agent/common/names.ts';
import { unacknowledged, type Expectation } from '../../../agent/edge/expected.ts';
import type { Ack, Answer, Proof } from '../../../agent/swarm/ledger/acks.ts';
import type { ClusterNode, Task } from '../../../agent/swarm/port.ts';
import { service } from './sample-routing.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

function node(name: string, change: Partial<ClusterNode> = {}): ClusterNode {
  return {
    id: `id-${name}`,
    name,
    address: '',
    role: 'worker',
    availability: 'active',
    state: 'ready',
    ...change,
  };
}

function task(id: string, on: string, change: Partial<Task> = {}): Task {
  return {
    id,
    serviceId: 'edge',
    nodeId: `id-${on}`,
    slot: undefined,
    state: 'running',
    desired: 'running',
    message: '',
    error: undefined,
    exitCode: undefined,
    containerId: id,
    image: '',
    addresses: [],
    addressOn: {},
    createdAt: '',
    updatedAt: '',
    ...change,
  };
}

function ack(change: Partial<Ack> = {}): Ack {
  const slots = {
    'web-blue': { healthy: 2, sessions: 0, closed: 0 },
    'web-green': { healthy: 1, sessions: 3, closed: 0 },
  };
  return { object: 'o', version: 7, hash: 'h', slots, ...change };
}

function proof(answers: Record<string, Partial<Answer>>, change: Partial<Proof> = {}): Proof {
  const whole = Object.entries(answers).map(([way, answer]) => [
    way,
    { slot: 'web-blue', release: 4, digest: digest('a'), status: 200, ...answer } satisfies Answer,
  ]);
  return { object: 'o', version: 7, answers: Object.fromEntries(whole) as Record<string, Answer>, ...change };
}

function whys(change: Partial<Expectation> = {}): readonly string[] {
  const found = unacknowledged({
    nodes: [node('one')],
    edgeTasks: [task('t1', 'one')],
    reports: { acks: { t1: ack() }, proofs: {} },
    forgotten: {},
    object: 'o',
    version: 7,
    hash: 'h',
    ...change,
  });
  return found.map(({ node: name, why }) => `${name}: ${why}`);
}

describe('edges that have not acknowledged', () => {
  it('are none when every expected edge has the version, or a newer one, and the configuration', () => {
    assert.deepEqual(whys(), []);
    assert.deepEqual(whys({ version: 6 }), []);
  });

  it('are those without an edge, without a report, with an older version, another ledger, another configuration', () => {
    assert.deepEqual(whys({ edgeTasks: [] }), ['one: no edge runs on it']);
    assert.deepEqual(whys({ reports: { acks: {}, proofs: {} } }), ['one: its edge has not reported yet']);
    assert.deepEqual(whys({ version: 8 }), ['one: its edge has version 7, not 8 yet']);
    assert.deepEqual(whys({ object: 'p' }), ['one: its edge has the state of another ledger']);
    assert.match(whys({ hash: 'i' })[0] ?? '', /does not run the newest configuration/);
  });

  it('are also those on their way out whose successor is there: clients may still be with them', () => {
    const leaving = task('t0', 'one', { desired: 'shutdown' });
    const edgeTasks = [leaving, task('t1', 'one')];
    const acks = { t0: ack({ version: 6 }), t1: ack() };
    assert.deepEqual(whys({ edgeTasks, reports: { acks, proofs: {} } }), [
      'one: its edge has version 6, not 7 yet',
    ]);
    assert.deepEqual(whys({ edgeTasks: [{ ...leaving, state: 'complete' }, task('t1', 'one')] }), []);
    assert.deepEqual(whys({ edgeTasks: [leaving] }), ['one: no edge runs on it']);
  });

  it('include a node without an edge even when every edge that there is has acknowledged', () => {
    assert.deepEqual(whys({ nodes: [node('one'), node('two')] }), ['two: no edge runs on it']);
  });

  it('include a node that is down: its edge may still serve', () => {
    const nodes = [node('one', { state: 'down' })];
    assert.deepEqual(whys({ nodes, edgeTasks: [task('t1', 'one', { desired: 'shutdown' })] }), [
      'one: the node is down',
    ]);
  });

  it('leave out nodes that are drained or declared gone, but no edge at all is not "all"', () => {
    const two = node('two', { availability: 'drain' });
    assert.deepEqual(
      whys({ nodes: [node('one'), two, node('three')], forgotten: { 'id-three': 'ops' } }),
      [],
    );
    assert.match(whys({ nodes: [two] })[0] ?? '', /no node that should have an edge/);
    assert.match(whys({ nodes: [] })[0] ?? '', /no node/);
  });

  it('do not count a report of a task that has been replaced', () => {
    const edgeTasks = [task('t1', 'one', { state: 'shutdown', desired: 'shutdown' }), task('t2', 'one')];
    assert.deepEqual(whys({ edgeTasks }), ['one: its edge has not reported yet']);
  });

  it('include edges that see too few healthy servers', () => {
    assert.deepEqual(whys({ require: { healthy: { 'web-blue': 2, 'web-green': 1 } } }), []);
    assert.deepEqual(whys({ require: { healthy: { 'web-green': 2 } as Record<SlotKey, number> } }), [
      'one: its edge sees 1 of 2 healthy servers of web-green',
    ]);
    assert.match(whys({ require: { healthy: { 'api-blue': 1 } } })[0] ?? '', /0 of 1/);
  });

  it('include edges where a slot is not empty, or not idle', () => {
    assert.match(whys({ require: { empty: ['web-green'] } })[0] ?? '', /still sees 1 servers of web-green/);
    assert.deepEqual(whys({ require: { empty: ['api-blue'], idle: ['web-blue'] } }), []);
    assert.match(
      whys({ require: { idle: ['web-green'] } })[0] ?? '',
      /3 requests are still open in web-green/,
    );
  });

  describe('when a proof is asked for', () => {
    const answers = { web: { slot: 'web-blue', release: 4, digest: digest('a') } } as const;
    const proven = (given?: Proof): readonly string[] =>
      whys({ reports: { acks: { t1: ack() }, proofs: given ? { t1: given } : {} }, require: { answers } });

    it('are none when the probe was answered by that slot, release and image', () => {
      assert.deepEqual(proven(proof({ web: {} })), []);
    });

    it('are those without an answer to this version', () => {
      assert.match(proven()[0] ?? '', /no probe through its edge/);
      assert.match(proven(proof({ web: {} }, { version: 6 }))[0] ?? '', /no probe through its edge/);
      assert.match(proven(proof({ web: {} }, { object: 'p' }))[0] ?? '', /no probe through its edge/);
      assert.match(proven(proof({ 'web-blue': {} }))[0] ?? '', /no probe of web through/);
    });

    it('are those with an answer of another slot, release, image or an error', () => {
      for (const wrong of [
        { slot: 'web-green' },
        { release: 5 },
        { digest: digest('b') },
        { digest: '' },
      ] as const)
        assert.match(proven(proof({ web: wrong }))[0] ?? '', /was answered by web-/, JSON.stringify(wrong));
      assert.match(proven(proof({ web: { status: 503 } }))[0] ?? '', /answered with HTTP 503/);
    });
  });

  describe('where there are internal routes', () => {
    const services = [
      service('web', { hosts: ['shop.test'] }),
      service('orders', { inside: [3002], onlyInside: true, unlisted: true }),
    ];
    const named = ['orders'];
    const slot = (healthy: number) => ({ healthy, sessions: 0, closed: 0 });
    const seenInside = ack({ slots: { 'orders-blue': slot(1) } });
    const tasks = [task('m1', 'one', { aliases: named }), task('m2', 'one', { aliases: named })];
    const acks = { t1: ack(), m1: seenInside, m2: seenInside };
    const inside = (
      change: Partial<Expectation> & {
        readonly tasks?: readonly Task[];
        readonly acks?: Record<string, Ack>;
      },
    ): readonly string[] =>
      whys({
        reports: { acks: change.acks ?? acks, proofs: change.reports?.proofs ?? {} },
        inside: { tasks: change.tasks ?? tasks, services },
        ...(change.require && { require: change.require }),
      });

    it('are none when every task of the mesh has said so as well', () => {
      assert.deepEqual(inside({}), []);
    });

    it('are a mesh that is not there, has no name for a service, or of which one task is behind', () => {
      assert.deepEqual(inside({ tasks: [] }), [': no internal edge runs']);
      assert.deepEqual(inside({ tasks: [task('m1', 'one')] }), [': no internal edge is called orders yet']);
      assert.deepEqual(inside({ acks: { ...acks, m2: ack({ version: 6 }) } }), [
        'one: its internal edge has version 6, not 7 yet',
      ]);
    });

    it('include a task of the mesh that is to go and has not: callers keep their connections to it', () => {
      const leaving = task('m0', 'one', { desired: 'shutdown' });
      assert.deepEqual(inside({ tasks: [...tasks, leaving] }), [
        'one: its internal edge has not reported yet',
      ]);
      assert.deepEqual(inside({ tasks: [...tasks, { ...leaving, state: 'shutdown' }] }), []);
      assert.match(inside({ tasks: [leaving] })[0] ?? '', /no internal edge runs/);
    });

    it('leave out tasks on nodes that are declared gone', () => {
      const away = task('m9', 'two');
      const forgotten = { 'id-two': 'ops' };
      const nodes = [node('one'), node('two', { state: 'down' })];
      const given = { nodes, inside: { tasks: [...tasks, away], services }, reports: { acks, proofs: {} } };
      assert.deepEqual(whys({ ...given, forgotten }), []);
      assert.deepEqual(whys(given), ['two: the node is down', 'two: its internal edge has not reported yet']);
    });

    it('have to see what they have to do with, and nothing else', () => {
      assert.deepEqual(inside({ require: { healthy: { 'web-blue': 2, 'orders-blue': 1 } } }), []);
      assert.deepEqual(inside({ require: { healthy: { 'orders-blue': 2 } } }), [
        'one: its internal edge sees 1 of 2 healthy servers of orders-blue',
        'one: its internal edge sees 1 of 2 healthy servers of orders-blue',
      ]);
      assert.deepEqual(inside({ require: { healthy: { 'web-blue': 3 } } }), [
        'one: its edge sees 2 of 3 healthy servers of web-blue',
      ]);
      assert.deepEqual(inside({ require: { empty: ['web-blue'] } }).length, 1);
      assert.deepEqual(inside({ require: { empty: ['orders-blue'] } }).length, 2);
    });

    it('have to prove internal services through the mesh, and public ones through edges', () => {
      const blue = { slot: 'orders-blue', digest: digest('a') } as const;
      const web = { slot: 'web-blue', digest: digest('a') } as const;
      const require = { answers: { orders: blue, web } };
      const answered = proof({ orders: { slot: 'orders-blue' } });
      const all = { t1: proof({ web: {} }), m1: answered, m2: answered };
      assert.deepEqual(inside({ require, reports: { acks, proofs: all } }), []);
      const without = { t1: proof({ web: {} }), m1: answered };
      assert.deepEqual(inside({ require, reports: { acks, proofs: without } }), [
        'one: no probe through its internal edge has been answered yet',
      ]);
    });
  });
});
