import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../agent/protocol/codes.ts';
import { openSwarm } from '../../../agent/swarm/docker-swarm.ts';
import { FakeEngine, sendJson } from './fake-engine.ts';

describe('info', () => {
  let engine: FakeEngine;
  let swarm: object;

  beforeEach(async () => {
    engine = new FakeEngine();
    engine.answer = (request, response) => {
      const info = { ServerVersion: '20.10', NCPU: 2, MemTotal: 7, Swarm: swarm };
      sendJson(response, 200, request.url === '/info' ? info : { ApiVersion: '1.41' });
    };
    await engine.start();
  });

  afterEach(() => engine.dispose());

  const states: readonly (readonly [string, object, ErrorCode])[] = [
    ['no Swarm', { NodeID: '', LocalNodeState: 'inactive', ControlAvailable: false }, 'swarm.inactive'],
    ['a locked Swarm', { NodeID: '', LocalNodeState: 'locked', ControlAvailable: false }, 'swarm.inactive'],
    ['a worker', { NodeID: 'n', LocalNodeState: 'active', ControlAvailable: false }, 'swarm.not-a-manager'],
    [
      'a starting Swarm',
      { NodeID: 'n', LocalNodeState: 'pending', ControlAvailable: false },
      'engine.unreachable',
    ],
    ['no leader', { NodeID: 'n', LocalNodeState: 'active', ControlAvailable: true }, 'engine.unreachable'],
  ];
  for (const [what, state, code] of states)
    it(`reads ${what} as ${code}`, async () => {
      swarm = state;
      await assert.rejects(openSwarm(engine.open, { reconnectMs: 0 }).info(), { code });
    });

  it('waits for a Swarm that is starting', async () => {
    swarm = { NodeID: 'n', LocalNodeState: 'pending', ControlAvailable: false };
    setTimeout(() => {
      swarm = { NodeID: 'n', LocalNodeState: 'active', ControlAvailable: true, Cluster: { ID: 'c' } };
    }, 100);
    assert.deepEqual(await openSwarm(engine.open).info(), {
      engine: 'the fake engine',
      engineVersion: '20.10',
      apiVersion: '1.41',
      clusterId: 'c',
      nodeId: 'n',
      cpus: 2,
      memory: 7,
    });
  });
});
