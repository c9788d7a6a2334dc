import assert from 'node:assert/strict';
import { Agent, request, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { RolloutResult } from '../../../agent/protocol/methods.ts';
import { eventually } from '../../support/eventually.ts';
import { startLoad, type LoadStats, type Sample } from '../../support/load.ts';
import { must, openShop, type Shop } from '../../support/shop.ts';
import { addTag, rollout } from './commits.ts';
import { openLocalAgent, type LocalAgent } from './local-agent.ts';

const host = 'shop.localhost';
const drainSeconds = 8;

/** Between two swaps: what was acknowledged, and when its successor was asked for. */
interface Reign {
  readonly version: string;
  readonly acknowledged: number;
  readonly until: number;
}

/** Minutes each; the edge's own tests (test/integration/edge) cover streams and uploads in every run. */
const inFullRun = process.env['TIDEGATE_TEST_FULL'] === '1' ? it : it.skip;

describe('swaps between two warm releases', function () {
  this.timeout(200_000);
  let shop: Shop;
  let agent: LocalAgent;
  let live = '1.1.0';

  before(async () => {
    shop = await openShop({ about: 'swap' });
    agent = openLocalAgent(shop);
    for (const version of ['1.0.0', '1.1.0'])
      await addTag(shop.folder, {
        from: `v${version}`,
        tag: `short-${version}`,
        edit: { 'tidegate.yaml': rollout(`deadline: 1m, drain: ${drainSeconds}s, keepWarm: 10m`) },
      });
    await must(shop.cli('deploy', 'dev', 'short-1.0.0'));
    await must(shop.cli('deploy', 'dev', 'short-1.1.0'));
  });
  after(() => {
    agent.close();
    shop.leave();
  });

  /** Goes to the other version; resolves when the agent says that every edge has it. */
  async function swap(): Promise<RolloutResult> {
    const next = live === '1.0.0' ? '1.1.0' : '1.0.0';
    const result = await agent.ask('rollback', { tag: `short-${next}` });
    assert.equal(result.outcome, 'done', result.message);
    live = next;
    return result;
  }

  it('lose no request of 50,000, and none that is started after an acknowledgement gets the old version', async () => {
    const quick = startLoad({ url: shop.url, host, connections: 32, path: '/version', ratePerSecond: 1_500 });
    const slow = startLoad({ url: shop.url, host, connections: 8, path: '/slow?ms=50', ratePerSecond: 50 });
    const reigns: Reign[] = [];
    const deadline = performance.now() + 120_000;
    const services = await taskIds();
    const all: LoadStats[] = [];
    try {
      while (reigns.length < 24 || (quick.stats().requests < 50_000 && performance.now() < deadline)) {
        await swap();
        const acknowledged = performance.now();
        await delay(100);
        // The rest of the requests is spread over long reigns: 24 swaps are enough.
        if (reigns.length >= 24) await delay(2_000);
        reigns.push({ version: live, acknowledged, until: performance.now() });
      }
    } finally {
      all.push(await quick.stop(), await slow.stop());
    }
    const [ofQuick, ofSlow] = all;
    assert.deepEqual(
      all.flatMap(({ failures }) => failures),
      [],
    );
    assert.deepEqual(
      all.flatMap(({ samples }) => stale(samples, reigns)),
      [],
    );
    assert.ok((ofQuick?.requests ?? 0) >= 50_000, `${ofQuick?.requests ?? 0} requests`);
    for (const stats of [ofQuick, ofSlow])
      for (const version of ['1.0.0', '1.1.0'])
        assert.ok((stats?.versions[version] ?? 0) > 100, JSON.stringify(stats?.versions));
    assert.deepEqual(await taskIds(), services, 'a swap between warm slots starts and stops no task');
  });

  inFullRun('let answers of 5 s and an upload of 20 MB end where they began', async () => {
    const before = live;
    const longAnswers = Array.from({ length: 4 }, () => get('/slow?ms=5000'));
    const upload = startUpload(20 << 20);
    await eventually(() => assert.ok(upload.sent() > 4 << 20, 'upload.sent() > 4 << 20'));
    await swap();
    assert.ok(upload.sent() < 20 << 20, 'the upload is still under way');
    upload.goOn();
    const answers = await Promise.all(longAnswers);
    assert.deepEqual(
      answers.map(({ status, version }) => ({ status, version })),
      answers.map(() => ({ status: 200, version: before })),
    );
    const uploaded = await upload.done;
    assert.deepEqual(uploaded, { status: 200, body: { version: before, bytes: 20 << 20 } });
    assert.equal((await get('/version')).version, live);
  });

  inFullRun('close streams at the drain limit, not before, and count them apart', async () => {
    const socket = new WebSocket(`${shop.url.replace('http', 'ws')}/ws`, { headers: { host } });
    const opened = new Promise((resolve) => socket.once('open', resolve));
    const events = await openEvents();
    const echoes: string[] = [];
    let closedAt: number | undefined;
    socket.on('message', (data: Buffer) => echoes.push(data.toString()));
    socket.on('close', () => (closedAt = performance.now()));
    socket.on('error', () => undefined);
    await opened;
    const { rollout: id } = await swap();
    const swapped = performance.now();
    socket.send('still here');
    await eventually(() => assert.ok(echoes.includes('still here'), echoes.join()));
    const seen = events.text().length;
    await eventually(() => assert.ok(events.text().length > seen, 'events go on after the swap'));
    await eventually(
      () => assert.ok(closedAt !== undefined && events.closedAt() !== undefined, 'both are closed'),
      { withinMs: (drainSeconds + 20) * 1000 },
    );
    for (const at of [closedAt ?? 0, events.closedAt() ?? 0])
      assert.ok(at - swapped > (drainSeconds - 1.5) * 1000, `closed after ${Math.round(at - swapped)} ms`);
    const { state } = await eventually(async () => {
      const entry = await shop.ledger.journals.get(id ?? '');
      assert.deepEqual(entry?.value.state.phase, { name: 'settling', stage: 'warm' });
      return entry.value;
    });
    assert.equal(state.closed, 2);
    assert.equal(state.reason, 'completed');
  });

  async function taskIds(): Promise<readonly string[]> {
    const services = ['web-blue', 'web-green'].map((slot) => `${shop.stack}_${slot}`);
    const tasks = await Promise.all(services.map((service) => shop.swarm.tasks.list({ service })));
    return tasks.flatMap((some) => some.map(({ id, state }) => `${id} ${state}`)).sort();
  }

  function get(path: string): Promise<{ status: number; version: string }> {
    const load = startLoad({ url: shop.url, host, connections: 1, path });
    return load.stop().then(({ samples, failures }) => {
      const [sample] = samples;
      assert.ok(sample, failures.join());
      return sample;
    });
  }

  /** Sends a fifth at once, then little by little until it is told to go on. */
  function startUpload(bytes: number): {
    sent(): number;
    goOn(): void;
    readonly done: Promise<{ status: number; body: unknown }>;
  } {
    const chunk = Buffer.alloc(64 << 10, 'x');
    let sent = 0;
    let hurry = false;
    const asked = request(`${shop.url}/upload`, {
      method: 'POST',
      agent: new Agent({ keepAlive: false }),
      headers: { host, 'content-length': bytes },
    });
    const done = new Promise<{ status: number; body: unknown }>((resolve, reject) => {
      asked.on('error', reject);
      asked.on('response', (response: IncomingMessage) => {
        let text = '';
        response.on('data', (data: Buffer) => (text += data.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
      });
    });
    const feed = async (): Promise<void> => {
      while (sent < bytes) {
        if (!asked.write(chunk)) await new Promise((resolve) => asked.once('drain', resolve));
        sent += chunk.length;
        if (!hurry && sent > bytes / 4) await delay(40);
      }
      asked.end();
    };
    void feed();
    return { sent: () => sent, goOn: () => (hurry = true), done };
  }

  async function openEvents(): Promise<{ text(): string; closedAt(): number | undefined }> {
    let text = '';
    let closedAt: number | undefined;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request(`${shop.url}/events`, { headers: { host }, agent: false }, resolve);
      asked.on('error', reject);
      asked.end();
    });
    response.on('data', (data: Buffer) => (text += data.toString()));
    response.on('error', () => undefined);
    response.on('close', () => (closedAt = performance.now()));
    return { text: () => text, closedAt: () => closedAt };
  }
});

/** Requests that were started while a version reigned, and answered by another. */
function stale(samples: readonly Sample[], reigns: readonly Reign[]): readonly string[] {
  return reigns.flatMap(({ version, acknowledged, until }) =>
    samples
      .filter(({ start, version: by }) => start > acknowledged && start < until && by !== version)
      .map(({ start, version: by }) => `${by} ${Math.round(start - acknowledged)} ms after ${version}`),
  );
}
