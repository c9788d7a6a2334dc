import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { systemClock, type Clock } from '../../../agent/common/clock.ts';
import { openSwarm } from '../../../agent/swarm/docker-swarm.ts';
import { FakeEngine, sendJson } from './fake-engine.ts';

/** Pauses between reconnects are noted and shortened; everything else is real. */
class QuickClock implements Clock {
  readonly slept: number[] = [];

  now(): number {
    return systemClock.now();
  }

  monotonic(): number {
    return systemClock.monotonic();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(ms);
    return systemClock.sleep(5, signal);
  }
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 3_000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, `not within 3 s: ${what}`);
    await systemClock.sleep(5);
  }
}

const event = (type: string, action: string, id: string): string =>
  `${JSON.stringify({ Type: type, Action: action, Actor: { ID: id, Attributes: { name: `${id}-name` } } })}\n`;

describe('watching events', () => {
  let engine: FakeEngine;
  let clock: QuickClock;
  let streams: ServerResponse[];
  let seen: string[];

  const newest = (): ServerResponse => {
    const stream = streams.at(-1);
    assert.ok(stream, 'stream');
    return stream;
  };

  function watch(onEvent?: () => void): () => void {
    return openSwarm(engine.open, { clock }).watch(
      (told) => {
        seen.push(`${told.type} ${told.action} ${told.id} ${told.name}`);
        onEvent?.();
      },
      () => seen.push('gap'),
    );
  }

  beforeEach(async () => {
    engine = new FakeEngine();
    clock = new QuickClock();
    streams = [];
    seen = [];
    engine.answer = (request, response) => {
      if (request.url === '/info') {
        sendJson(response, 200, { SystemTime: '2026-01-02T03:04:05.678912345Z' });
        return;
      }
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      streams.push(response);
    };
    await engine.start();
  });

  afterEach(() => engine.dispose());

  it('tells of a gap first, then of each event, however the bytes are cut', async () => {
    const stop = watch();
    await until(() => seen.length === 1, 'the first gap');
    const bytes = Buffer.from(event('config', 'update', 'çonfig') + event('service', 'create', 's'));
    for (let at = 0; at < bytes.length; at += 7) newest().write(bytes.subarray(at, at + 7));
    await until(() => seen.length === 3, 'two events');
    assert.deepEqual(seen, ['gap', 'config update çonfig çonfig-name', 'service create s s-name']);
    stop();
  });

  it('asks for what happened since a moment of the engine, for the kinds it knows', async () => {
    const stop = watch();
    await until(() => seen.length === 1, 'the first gap');
    const query = new URL(engine.requests[1]?.split(' ')[1] ?? '', 'http://x').searchParams;
    assert.equal(query.get('since'), '1767323045.678');
    const filters = JSON.parse(query.get('filters') ?? '') as { type: string[] };
    assert.deepEqual(filters.type, ['config', 'service', 'node', 'container', 'network']);
    stop();
  });

  it('ignores events of other kinds', async () => {
    const stop = watch();
    await until(() => seen.length === 1, 'the first gap');
    newest().write(event('plugin', 'enable', 'p') + event('node', 'update', 'n'));
    await until(() => seen.length === 2, 'the event of the node');
    assert.deepEqual(seen, ['gap', 'node update n n-name']);
    stop();
  });

  it('comes back after a restart of the engine, waiting longer each time, and tells of the gap', async () => {
    const stop = watch();
    await until(() => seen.length === 1, 'the first gap');
    await engine.stop();
    await until(() => clock.slept.length >= 9, 'some attempts');
    assert.deepEqual(clock.slept.slice(0, 9), [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
    await engine.start();
    await until(() => seen.length === 2, 'the second gap');
    newest().write(event('config', 'remove', 'c'));
    await until(() => seen.length === 3, 'an event');
    assert.deepEqual(seen, ['gap', 'gap', 'config remove c c-name']);
    clock.slept.length = 0;
    newest().end();
    await until(() => clock.slept.length > 0, 'a pause');
    assert.equal(clock.slept[0], 50);
    stop();
  });

  it('survives half an event and a line that is not JSON', async () => {
    const stop = watch();
    await until(() => streams.length === 1, 'a stream');
    newest().end('{"Type":"con');
    await until(() => streams.length === 2, 'a second stream');
    newest().write('oops\n');
    await until(() => streams.length === 3, 'a third stream');
    newest().write(event('network', 'create', 'n'));
    await until(() => seen.includes('network create n n-name'), 'an event');
    stop();
  });

  it('keeps telling after a listener threw', async () => {
    const stop = watch(() => {
      throw new Error('listener');
    });
    await until(() => streams.length === 1, 'a stream');
    newest().write(event('config', 'create', 'a') + event('config', 'create', 'b'));
    await until(() => seen.length === 3, 'both events');
    assert.equal(streams.length, 1);
    stop();
  });

  for (const how of ['unsubscribed', 'closed'] as const)
    it(`is silent once ${how}, and hangs up`, async () => {
      const stop = watch();
      await until(() => seen.length === 1, 'the first gap');
      let hungUp = false;
      newest().on('close', () => (hungUp = true));
      if (how === 'closed') engine.open.close();
      else stop();
      newest().write(event('config', 'create', 'late'));
      await until(() => hungUp, 'the end of the connection');
      await systemClock.sleep(30);
      assert.deepEqual(seen, ['gap']);
      assert.equal(streams.length, 1);
    });
});
