/** A second HAProxy of somebody's own in front of the edge, as docs/behind-a-proxy.md shows it. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { labels, otherColour, type Colour } from '../../../agent/common/names.ts';
import { freePort, startEdgeEnvironment, type EdgeEnvironment } from '../../support/edge-environment.ts';
import { testEngine } from '../../support/engine.ts';
import { eventually } from '../../support/eventually.ts';
import { startLoad } from '../../support/load.ts';

/** All that a request over loopback can come from, besides the client of these tests. */
const proxies = ['127.0.0.1/32', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
const client = '127.0.0.77';

describe('an edge behind a proxy of somebody else', function () {
  this.timeout(240_000);
  const host = 'shop.test';
  let env: EdgeEnvironment;
  let front = 0;

  before(async () => {
    env = await startEdgeEnvironment({ door: { trustedProxies: proxies } });
    front = await freePort();
    await startFront();
    for (const [colour, version] of [
      ['blue', 'v1'],
      ['green', 'v2'],
    ] as const)
      await env.place({ service: 'web', colour, version, replicas: 2, hosts: [host] });
    await env.acknowledged({ healthy: { 'web-blue': 2, 'web-green': 2 } });
    await env.route('web', 'blue');
    await env.acknowledged();
    await eventually(async () => assert.equal((await asked('/')).text, 'v1\n'));
  });

  after(() => env.down());

  it('tells the app the address of the client, and not what the client claims', async () => {
    const seen = await echo({});
    assert.equal(addresses(seen)[0], client);
    assert.equal(addresses(seen).length, 2, 'the client, and the proxy that told of it');
    assert.equal(seen['x-forwarded-proto'], 'http');
    assert.equal(seen['x-forwarded-host'], host);
    const claimed = addresses(await echo({ 'x-forwarded-for': '203.0.113.9' }));
    assert.equal(claimed.at(-2), client, claimed.join(', '));
  });

  it('is asked by a health check that no service has to answer', async () => {
    const health = await asked('/', { host: 'health.example' });
    assert.equal(health.status, 404, 'an edge that has its state');
  });

  it('loses no request in swaps', async () => {
    const load = startLoad({ url: `http://127.0.0.1:${front}`, host, connections: 8, ratePerSecond: 200 });
    let active: Colour = 'blue';
    for (let round = 0; round < 4; round += 1) {
      active = otherColour(active);
      await env.route('web', active);
      await env.acknowledged();
      const acknowledged = performance.now();
      const former = active === 'blue' ? 'v2' : 'v1';
      await eventually(() => assert.ok(seenSince(load.stats(), acknowledged) > 20, 'requests of this reign'));
      assert.equal(load.stats().startedAfter(former, acknowledged), 0);
    }
    const { failed, failures } = await load.stop();
    assert.equal(failed, 0, failures.join('; '));
  });

  function seenSince({ samples }: ReturnType<ReturnType<typeof startLoad>['stats']>, time: number): number {
    return samples.filter(({ start }) => start > time).length;
  }

  /** On the node's own network, as a proxy outside of the Swarm has it. */
  async function startFront(): Promise<void> {
    const { images } = await testEngine();
    const own = { [labels.stack]: env.stack, [labels.object]: 'test-proxy' };
    const name = `${env.stack}.front`;
    const id = await env.swarm.configs.create(name, frontConfig(front, env.port), own);
    const target = '/front.cfg';
    await env.swarm.services.create({
      Name: `${env.stack}_front`,
      Labels: own,
      TaskTemplate: {
        ContainerSpec: {
          Image: images.edge,
          Command: ['haproxy', '-W', '-db', '-f', target],
          Configs: [
            { ConfigID: id, ConfigName: name, File: { Name: target, UID: '0', GID: '0', Mode: 0o444 } },
          ],
          StopGracePeriod: 100_000_000,
        },
        Networks: [{ Target: 'host' }],
      },
      Mode: { Replicated: { Replicas: 1 } },
    });
  }

  /** From an address that only this client has. */
  function asked(
    path: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const options = {
        ...{ port: front, host: '127.0.0.1', localAddress: client, path, agent: false },
        headers: { host, ...headers },
      };
      const sent = request(options, (response) => {
        text(response).then((body) => resolve({ status: response.statusCode ?? 0, text: body }), reject);
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  async function echo(sent: Record<string, string>): Promise<Readonly<Record<string, string>>> {
    return (JSON.parse((await asked('/echo', sent)).text) as { headers: Record<string, string> }).headers;
  }
});

function addresses(headers: Readonly<Record<string, string>>): readonly string[] {
  return (headers['x-forwarded-for'] ?? '').split(',').map((address) => address.trim());
}

function frontConfig(port: number, edge: number): string {
  return `defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
frontend front
  bind 127.0.0.1:${port}
  option forwardfor
  default_backend tidegate
backend tidegate
  option httpchk
  http-check send meth GET uri / hdr host health.example
  http-check expect status 404
  retry-on conn-failure empty-response
  server edge 127.0.0.1:${edge} check inter 500ms
`;
}
