import assert from 'node:assert/strict';
import { systemClock } from '../../../agent/common/clock.ts';
import { startSwarm } from '../../../agent/swarm/start-swarm.ts';
import { FakeEngine, sendJson } from './fake-engine.ts';

describe('turning Swarm mode on', () => {
  let engine: FakeEngine;
  let state = '';
  let asked: unknown;

  beforeEach(async () => {
    asked = undefined;
    engine = new FakeEngine();
    engine.answer = (request, response) => {
      if (request.url === '/info') {
        sendJson(response, 200, { Swarm: { LocalNodeState: state } });
        return;
      }
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        asked = JSON.parse(Buffer.concat(parts).toString());
        sendJson(response, 200, 'node-id');
      });
    };
    await engine.start();
  });
  afterEach(() => engine.dispose());

  it('makes an engine of this machine a cluster on its loopback address', async () => {
    state = 'inactive';
    assert.equal(await startSwarm(engine.open, systemClock), 'done');
    assert.deepEqual(engine.requests, ['GET /info', 'POST /swarm/init']);
    assert.deepEqual(asked, { ListenAddr: '127.0.0.1:2377', AdvertiseAddr: '127.0.0.1' });
  });

  it('changes nothing where it is on', async () => {
    state = 'active';
    assert.equal(await startSwarm(engine.open, systemClock), 'unchanged');
    assert.deepEqual(engine.requests, ['GET /info']);
  });

  it('leaves a locked Swarm to whoever has its key', async () => {
    state = 'locked';
    await assert.rejects(startSwarm(engine.open, systemClock), { code: 'swarm.inactive' });
    assert.deepEqual(engine.requests, ['GET /info']);
  });
});
