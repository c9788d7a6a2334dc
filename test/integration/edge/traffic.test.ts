import assert from 'node:assert/strict';
import { request } from 'node:http';
import { ratesBetween } from '../../../agent/protocol/traffic-rates.ts';
import type { SlotTraffic, TrafficPoint } from '../../../agent/protocol/traffic.ts';
import { unpackPoints } from '../../../agent/swarm/ledger/traffic.ts';
import { startEdgeEnvironment, type EdgeEnvironment } from '../../support/edge-environment.ts';
import { eventually } from '../../support/eventually.ts';
import { startLoad } from '../../support/load.ts';

describe('what an edge counts', function () {
  this.timeout(240_000);
  let env: EdgeEnvironment;
  const host = 'shop.test';
  let number = 0;

  before(async () => {
    env = await startEdgeEnvironment();
    await env.place({ service: 'web', colour: 'blue', version: 'v1', replicas: 1 });
    await env.place({ service: 'web', colour: 'green', version: 'v2', replicas: 1 });
    await env.acknowledged({ healthy: { 'web-blue': 1, 'web-green': 1 } });
    await env.route('web', 'blue');
    await env.acknowledged();
    await quiet();
  });
  after(() => env.down());

  /** The newest points that control has told, while we say that we look. */
  async function points(): Promise<readonly TrafficPoint[]> {
    await env.ledger.traffic.watch('test', (number += 1));
    const said = [...((await env.ledger.traffic.find())?.points.values() ?? [])];
    return said.flatMap((text) => unpackPoints(text));
  }
  async function newest(): Promise<TrafficPoint> {
    const point = (await points()).at(-1);
    assert.ok(point, 'control has told no point yet');
    return point;
  }
  /** Probes of a new state are over: nobody asks but we. */
  async function quiet(): Promise<TrafficPoint> {
    let before: TrafficPoint | undefined;
    return eventually(
      async () => {
        const now = await newest();
        const same =
          before !== undefined && now.at > before.at && total(now, 'requests') === total(before, 'requests');
        if (now.at !== before?.at) before = now;
        assert.ok(same && now.edges === 1, `not quiet yet: ${JSON.stringify(now)}`);
        return now;
      },
      { withinMs: 40_000, everyMs: 250 },
    );
  }
  function total({ slots }: TrafficPoint, name: keyof SlotTraffic): number {
    return Object.values(slots).reduce((sum, slot) => sum + (slot[name] ?? 0), 0);
  }
  function more(before: TrafficPoint, after: TrafficPoint, slot: string): Record<string, number> {
    const [then, now] = [before.slots[slot], after.slots[slot]];
    assert.ok(then && now, slot);
    return Object.fromEntries(
      Object.keys(now).map((key) => {
        const name = key as keyof SlotTraffic;
        return [name, (now[name] ?? 0) - (then[name] ?? 0)];
      }),
    );
  }
  async function send(count: number, path = '/'): Promise<Record<string, number>> {
    const answered: Record<string, number> = {};
    for (let sent = 0; sent < count; sent += 50)
      await Promise.all(
        Array.from({ length: Math.min(50, count - sent) }, async () => {
          const { headers } = await env.ask({ host, path });
          const version = String(headers['x-shop-version']);
          answered[version] = (answered[version] ?? 0) + 1;
        }),
      );
    return answered;
  }

  it('is what was sent, with its classes, in the slot that had it', async () => {
    const before = await quiet();
    await send(400);
    await send(30, '/missing');
    const after = await eventually(async () => {
      const now = await newest();
      assert.equal(total(now, 'requests') - total(before, 'requests'), 430);
      return now;
    });
    const blue = more(before, after, 'web-blue');
    assert.deepEqual([blue['requests'], blue['status5xx'], blue['connectionErrors']], [430, 0, 0]);
    assert.equal((blue['status2xx'] ?? 0) + (blue['status4xx'] ?? 0), 430);
    assert.equal(more(before, after, 'web-green')['requests'], 0);
  });

  it('tells the two slots of a canary apart, exactly as visitors were answered', async () => {
    await env.route('web', 'blue', 5_000);
    await env.acknowledged();
    const before = await quiet();
    const answered = await send(300);
    const after = await eventually(async () => {
      const now = await newest();
      assert.equal(total(now, 'requests') - total(before, 'requests'), 300);
      return now;
    });
    assert.equal(more(before, after, 'web-blue')['requests'], answered['v1']);
    assert.equal(more(before, after, 'web-green')['requests'], answered['v2']);
    const { 'web-blue': blue, 'web-green': green } = ratesBetween(before, after);
    assert.ok(Math.abs((blue?.share ?? 0) + (green?.share ?? 0) - 1) < 1e-9, 'the shares are a whole');
  });

  it('shows what is under way', async () => {
    const asked = request({ host: '127.0.0.1', port: env.port, path: '/events', headers: { host } });
    asked.on('error', () => undefined);
    asked.end();
    await eventually(async () => assert.equal(total(await newest(), 'inFlight'), 1));
    asked.destroy();
    await eventually(async () => assert.equal(total(await newest(), 'inFlight'), 0));
  });

  it('goes back at no point when the edge reloads under load, and loses next to nothing', async () => {
    const before = await quiet();
    const load = startLoad({ url: env.url, host, connections: 16, ratePerSecond: 600 });
    await eventually(async () =>
      assert.ok(total(await newest(), 'requests') > total(before, 'requests') + 200, 'load'),
    );
    await env.place({ service: 'other', colour: 'blue', version: 'v1', replicas: 1, hosts: ['other.test'] });
    await env.acknowledged({ healthy: { 'other-blue': 1 } });
    const { requests, failed } = await load.stop();
    assert.equal(failed, 0);
    const after = await quiet();
    const all = [...(await points())].filter(({ at }) => at >= before.at);
    for (const [index, point] of all.entries()) {
      const previous = all[index - 1];
      for (const [slot, { requests: now }] of Object.entries(point.slots))
        assert.ok(now >= (previous?.slots[slot]?.requests ?? 0), `${slot} went back`);
    }
    const web = (point: TrafficPoint): number =>
      (point.slots['web-blue']?.requests ?? 0) + (point.slots['web-green']?.requests ?? 0);
    const counted = web(after) - web(before);
    console.log(`      counted ${counted} of ${requests}`);
    // Probes of the new state are requests as well.
    assert.ok(counted >= requests * 0.99 && counted <= requests + 40, `${counted} of ${requests}`);
  });

  it('ends being told when nobody looks any more', async () => {
    await env.ledger.traffic.leave('test');
    await eventually(async () => {
      const found = await env.ledger.traffic.find();
      assert.deepEqual([found?.watchers.size, found?.points.size], [0, 0]);
    });
  });
});
