import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openEngine } from '../../../agent/swarm/engine.ts';
import { locateEngine } from '../../../agent/swarm/reach/location.ts';
import { openSwarm } from '../../../agent/swarm/docker-swarm.ts';
import { FakeEngine, sendJson } from './fake-engine.ts';

/** docker-modem would take whatever is not given from there. */
async function withDockerHost(value: string, work: () => Promise<void>): Promise<void> {
  const before = process.env['DOCKER_HOST'];
  process.env['DOCKER_HOST'] = value;
  try {
    await work();
  } finally {
    if (before === undefined) delete process.env['DOCKER_HOST'];
    else process.env['DOCKER_HOST'] = before;
  }
}

const nothing = {
  readFile: () => Promise.resolve(undefined),
  exists: () => Promise.resolve(false),
  list: () => Promise.resolve([]),
};

describe("openEngine, whatever the process's own DOCKER_HOST says,", () => {
  for (const host of ['127.0.0.1', 'localhost', '[::1]'])
    it(`reaches tcp://${host}`, async () => {
      const asked: string[] = [];
      const server = createServer((request, response) => {
        asked.push(request.url ?? '');
        response.end('[]');
      });
      const bare = host.replace(/[[\]]/g, '');
      await new Promise<void>((resolve) => server.listen(0, bare, resolve));
      const { port } = server.address() as AddressInfo;
      await withDockerHost('tcp://192.0.2.1:1', async () => {
        const env = { DOCKER_HOST: `tcp://${host}:${port}` };
        const engine = openEngine(await locateEngine({ env, home: '/', ...nothing }));
        assert.deepEqual(await openSwarm(engine).configs.list({ a: 'b' }), []);
        assert.deepEqual(asked, [`/configs?filters=${encodeURIComponent('{"label":["a=b"]}')}`]);
        assert.equal(engine.local, true);
        engine.close();
      }).finally(() => {
        server.close();
        server.closeAllConnections();
      });
    });

  it('reaches a unix socket', () =>
    withDockerHost('tcp://192.0.2.1:1', async () => {
      const engine = new FakeEngine();
      engine.answer = (_request, response) => sendJson(response, 200, []);
      await engine.start();
      assert.deepEqual(await openSwarm(engine.open).nodes(), []);
      await engine.dispose();
    }));
});
