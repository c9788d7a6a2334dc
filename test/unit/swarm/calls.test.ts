import assert from 'node:assert/strict';
import type { Clock } from '../../../agent/common/clock.ts';
import { openSwarm } from '../../../agent/swarm/docker-swarm.ts';
import type { Swarm } from '../../../agent/swarm/port.ts';
import { FakeEngine, sendJson } from './fake-engine.ts';

/** Time passes only by sleeping, at once; `onSleep` is told first. */
class SleepingClock implements Clock {
  readonly slept: number[] = [];
  onSleep: () => Promise<void> = () => Promise.resolve();
  #now = 0;

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    await this.onSleep();
    this.#now += ms;
  }
}

describe('calls to the engine', () => {
  let engine: FakeEngine;
  let clock: SleepingClock;
  let swarm: Swarm;

  beforeEach(async () => {
    engine = new FakeEngine();
    clock = new SleepingClock();
    swarm = openSwarm(engine.open, { clock, reconnectMs: 30_000, callMs: 300 });
    engine.answer = (_request, response) => sendJson(response, 200, []);
    await engine.start();
  });

  afterEach(() => engine.dispose());

  it('read again until a restarting engine is back', async () => {
    await swarm.nodes();
    await engine.stop();
    clock.onSleep = async () => {
      if (clock.slept.length === 3) await engine.start();
    };
    assert.deepEqual(await swarm.nodes(), []);
    assert.deepEqual(clock.slept, [50, 100, 200]);
  });

  it('read again while the Swarm elects a leader', async () => {
    let asked = 0;
    engine.answer = (_request, response) =>
      ++asked < 4
        ? sendJson(response, 500, { message: 'The swarm does not have a leader.' })
        : sendJson(response, 200, []);
    assert.deepEqual(await swarm.nodes(), []);
    assert.equal(asked, 4);
  });

  it('give up after reconnectMs', async () => {
    await swarm.nodes();
    await engine.stop();
    await assert.rejects(swarm.nodes(), { code: 'engine.unreachable' });
    assert.ok(clock.monotonic() > 28_000 && clock.monotonic() <= 30_000, `${clock.monotonic()} ms`);
  });

  it('do not repeat what failed for another reason', async () => {
    engine.answer = (_request, response) => sendJson(response, 500, { message: 'no' });
    await assert.rejects(swarm.nodes(), { code: 'engine.failed' });
    assert.equal(engine.requests.length, 1);
  });

  it('write once: a lost answer is unreachable, and nobody knows whether it was done', async () => {
    await swarm.nodes();
    engine.answer = (request) => request.socket.destroy();
    await assert.rejects(swarm.configs.create('a', 'b', {}), { code: 'engine.unreachable' });
    assert.deepEqual(engine.requests.slice(1), ['POST /configs/create?']);
    assert.deepEqual(clock.slept, []);
  });

  it('repeat a removal, and take "not there" for removed', async () => {
    await swarm.nodes();
    let asked = 0;
    engine.answer = (request, response) => {
      if (++asked === 1) request.socket.destroy();
      else sendJson(response, 404, { message: 'config a not found' });
    };
    await swarm.configs.remove('a');
    assert.equal(asked, 2);
  });

  it('end in time when the connection breaks in the middle of an answer', async () => {
    await swarm.nodes();
    engine.answer = (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('[');
      setTimeout(() => request.socket.destroy(), 20);
    };
    await assert.rejects(swarm.configs.create('a', 'b', {}), { code: 'engine.unreachable' });
  });

  it('end in time when the engine accepts and never answers', async () => {
    await swarm.nodes();
    engine.answer = () => undefined;
    await assert.rejects(swarm.configs.create('a', 'b', {}), {
      code: 'engine.unreachable',
      message: /0\.3 s/,
    });
  });

  it('stop waiting when the engine is closed, and stay closed', async () => {
    await swarm.nodes();
    await engine.stop();
    clock.onSleep = () => {
      engine.open.close();
      return Promise.resolve();
    };
    await assert.rejects(swarm.nodes(), { code: 'engine.unreachable' });
    assert.equal(clock.slept.length, 1);
    await engine.start();
    await assert.rejects(swarm.nodes(), { code: 'engine.unreachable', message: /closed/ });
  });

  it('refuse an answer of a shape they do not know, naming the field', async () => {
    engine.answer = (_request, response) => sendJson(response, 200, [{ ID: 7 }]);
    await assert.rejects(swarm.configs.list({}), { code: 'engine.failed', message: /0\.ID/ });
  });

  it('send a spec in the body and only the version in the address', async () => {
    const bodies: string[] = [];
    engine.answer = (request, response) => {
      request.setEncoding('utf8').on('data', (chunk: string) => bodies.push(chunk));
      request.on('end', () => sendJson(response, 200, {}));
    };
    const config = {
      id: 'c1',
      version: 7,
      name: 'a',
      labels: {},
      data: Buffer.from('x'),
      createdAt: '',
      updatedAt: '',
    };
    await swarm.configs.updateLabels(config, { k: 'v' });
    const spec = {
      Name: 'web',
      Labels: {},
      Mode: { Replicated: { Replicas: 1 } },
      TaskTemplate: { ContainerSpec: { Image: 'i' } },
    };
    await swarm.services.update({ id: 's1', version: 8, name: 'web', labels: {}, spec }, spec);
    assert.deepEqual(engine.requests, [
      'POST /configs/c1/update?version=7',
      'POST /services/s1/update?version=8',
    ]);
    assert.deepEqual(
      bodies.map((body): unknown => JSON.parse(body)),
      [{ Name: 'a', Labels: { k: 'v' } }, spec],
    );
  });

  it('take only the exact name for a name, not the beginning of an id', async () => {
    const answer = {
      ID: 'abcdef',
      Version: { Index: 1 },
      CreatedAt: '',
      UpdatedAt: '',
      Spec: { Name: 'other' },
    };
    engine.answer = (_request, response) => sendJson(response, 200, answer);
    assert.equal(await swarm.configs.get('abc'), undefined);
    assert.equal((await swarm.configs.get('other'))?.id, 'abcdef');
  });
});
