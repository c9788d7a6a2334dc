import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../agent/protocol/codes.ts';
import { openSwarm } from '../../../agent/swarm/docker-swarm.ts';
import { engineFailure } from '../../../agent/swarm/failures.ts';
import { FakeEngine, sendJson } from './fake-engine.ts';

const at = { engine: 'unix:///e.sock', doing: 'list the configs' };
const init =
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.';
const worker =
  "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state.";
const starting =
  'This node is not a swarm manager. Manager is being prepared or has trouble connecting to the cluster.';

describe('engineFailure', () => {
  const answers: readonly (readonly [number, string, ErrorCode])[] = [
    [500, 'rpc error: code = Unknown desc = update out of sequence', 'swarm.conflict'],
    [500, 'rpc error: code = Unknown desc = name conflicts with an existing object', 'swarm.conflict'],
    [409, 'rpc error: code = AlreadyExists desc = config x already exists', 'swarm.conflict'],
    [503, init, 'swarm.inactive'],
    [503, 'This node is not part of a swarm', 'swarm.inactive'],
    [503, 'Swarm is encrypted and needs to be unlocked before it can be used.', 'swarm.inactive'],
    [503, worker, 'swarm.not-a-manager'],
    [503, starting, 'engine.unreachable'],
    [500, 'rpc error: code = Unknown desc = The swarm does not have a leader.', 'engine.unreachable'],
    [500, 'rpc error: code = DeadlineExceeded desc = context deadline exceeded', 'engine.unreachable'],
    [500, 'write /var/lib/docker/x: no space left on device', 'engine.disk-full'],
    [401, 'unauthorized', 'engine.denied'],
    [404, 'config x not found', 'engine.failed'],
    [500, 'the flux capacitor is cold', 'engine.failed'],
  ];
  for (const [status, message, code] of answers)
    it(`reads ${status} "${message.slice(0, 60)}" as ${code}`, async () => {
      const engine = new FakeEngine();
      engine.answer = (_request, response) => sendJson(response, status, { message });
      await engine.start();
      try {
        const asked = openSwarm(engine.open, { reconnectMs: 0 }).nodes();
        await assert.rejects(asked, (error) => {
          const failed = engineFailure(error, at);
          assert.equal(failed.code, code);
          if (code === 'engine.failed')
            assert.equal(failed.message, `Docker at the fake engine could not list the nodes: ${message}`);
          return true;
        });
      } finally {
        await engine.dispose();
      }
    });

  const connections: readonly (readonly [string, string | undefined, ErrorCode])[] = [
    ['ECONNREFUSED', 'connect', 'engine.unreachable'],
    ['ENOENT', 'connect', 'engine.unreachable'],
    ['ECONNRESET', undefined, 'engine.unreachable'],
    ['ENOTFOUND', 'getaddrinfo', 'engine.unreachable'],
    ['EACCES', 'connect', 'engine.denied'],
    ['EPERM', 'connect', 'engine.denied'],
    ['ENOENT', 'open', 'engine.failed'],
    ['EACCES', 'open', 'engine.failed'],
  ];
  for (const [code, syscall, expected] of connections)
    it(`reads ${code} of ${syscall ?? 'a socket'} as ${expected}`, () => {
      const failed = engineFailure(Object.assign(new Error(code), { code, syscall }), at);
      assert.equal(failed.code, expected);
      assert.match(failed.message, /unix:\/\/\/e\.sock.*could not list the configs/);
    });

  it('says no engine at once where there never was one', async () => {
    const engine = new FakeEngine();
    const started = performance.now();
    await assert.rejects(openSwarm(engine.open).info(), { code: 'engine.unreachable' });
    assert.ok(performance.now() - started < 1_000, 'performance.now() - started < 1_000');
    await engine.dispose();
  });
});
