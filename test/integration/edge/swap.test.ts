import assert from 'node:assert/strict';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { otherColour, type Colour } from '../../../agent/common/names.ts';
import { previewToken } from '../../../agent/edge/preview.ts';
import { headers } from '../../../agent/edge/wire.ts';
import { startEdgeEnvironment, type EdgeEnvironment } from '../../support/edge-environment.ts';
import { eventually } from '../../support/eventually.ts';
import { startLoad } from '../../support/load.ts';

describe('swapping at an edge', function () {
  this.timeout(240_000);
  let env: EdgeEnvironment;
  const versions = { blue: 'v1', green: 'v2' } as const;

  before(async () => {
    env = await startEdgeEnvironment();
    await env.acknowledged();
  });
  after(() => env.down());

  it('answers hosts of services that no version of is live yet, and hosts of none', async () => {
    await env.place({ service: 'web', colour: 'blue', version: 'v1', hosts: ['shop.test'] });
    await env.acknowledged({ healthy: { 'web-blue': 2 } });
    const none = await env.ask({ host: 'elsewhere.test' });
    assert.equal(none.status, 404);
    assert.match(none.text, /No service answers to the host elsewhere\.test here/);
    const early = await env.ask({ host: 'Shop.Test:8080' });
    assert.equal(early.status, 503);
    assert.equal(early.headers['retry-after'], '5');
    assert.match(early.text, /No version of this service has gone live/);
    const { preview: key } = await env.ledger.keys.read();
    const release = (await env.ledger.routes.read()).value.slots['web-blue'] ?? 0;
    const token = previewToken({ key, service: 'web', release, expires: Date.now() + 60_000 });
    assert.equal((await env.ask({ host: 'shop.test', headers: { [headers.preview]: token } })).text, 'v1\n');
  });

  it('proves by probes who answers, as users go and as previews go', async () => {
    const digest = await env.image('v1');
    await env.acknowledged({ answers: { 'web-blue': { slot: 'web-blue', digest } } });
    const before = await env.missing({ answers: { web: { slot: 'web-blue', digest } } });
    assert.match(before[0]?.why ?? '', /no probe of web/);
    await env.route('web', 'blue');
    const release = (await env.ledger.routes.read()).value.slots['web-blue'] ?? 0;
    await env.acknowledged({ answers: { web: { slot: 'web-blue', release, digest } } });
    assert.equal((await env.ask({ host: 'shop.test' })).text, 'v1\n');
  });

  it('loses no request in swaps, and gives no old answer to a request started after the acknowledgement', async () => {
    await env.place({ service: 'web', colour: 'green', version: 'v2', hosts: ['shop.test'] });
    await env.acknowledged({ healthy: { 'web-green': 2 } });
    const load = startLoad({ url: env.url, host: 'shop.test', connections: 16, ratePerSecond: 400 });
    let active: Colour = 'blue';
    for (let round = 0; round < 8; round += 1) {
      active = otherColour(active);
      await env.route('web', active);
      await env.acknowledged();
      const acknowledged = performance.now();
      const slot = `web-${active}` as const;
      const digest = await env.image(versions[active]);
      await env.acknowledged({ answers: { web: { slot, digest } } });
      // However fast the swap: a reign that nobody sees proves nothing.
      await eventually(() => {
        const seen = load.stats().startedAfter(versions[active], acknowledged);
        assert.ok(seen >= 20, `${seen} answers of ${versions[active]}`);
      });
      assert.equal(load.stats().startedAfter(versions[otherColour(active)], acknowledged), 0);
    }
    const stats = await load.stop();
    assert.deepEqual(stats.failures, []);
    assert.ok(
      (stats.versions['v1'] ?? 0) > 50 && (stats.versions['v2'] ?? 0) > 50,
      JSON.stringify(stats.versions),
    );
  });

  it('loses no request when a new service makes edges reload', async () => {
    const load = startLoad({ url: env.url, host: 'shop.test', connections: 16, ratePerSecond: 400 });
    for (const service of ['alpha', 'beta', 'gamma']) {
      await env.place({ service, colour: 'green', version: 'v1', replicas: 1, hosts: [`${service}.test`] });
      const slot = `${service}-green` as const;
      await env.acknowledged({ healthy: { [slot]: 1 } });
      await env.route(service, 'green');
      await env.acknowledged({ answers: { [service]: { slot, digest: await env.image('v1') } } });
      assert.equal((await env.ask({ host: `${service}.test` })).text, 'v1\n');
    }
    const stats = await load.stop();
    assert.deepEqual(stats.failures, []);
    assert.deepEqual(Object.keys(stats.versions), ['v1']);
  });

  it('lets slow answers and uploads that are under way end where they began, over a swap and a reload', async () => {
    const body = Buffer.alloc(20 * 1024 * 1024, 'x');
    const host = 'shop.test';
    const slow = [1, 2, 3, 4].map(() => env.ask({ host, path: '/slow?ms=5000' }));
    const upload = slowUpload(`${env.url}/upload`, { host, body, ms: 3000 });
    await env.place({ service: 'delta', colour: 'blue', version: 'v1', replicas: 1, hosts: ['delta.test'] });
    await env.route('web', 'green');
    await env.acknowledged();
    assert.equal((await env.ask({ host })).text, 'v2\n');
    for (const answer of await Promise.all(slow))
      assert.deepEqual([answer.status, answer.headers['x-shop-version']], [200, 'v1']);
    assert.equal(await upload, `v1 ${body.length}`);
    await env.route('web', 'blue');
    await env.acknowledged({ idle: ['web-green'] });
  });

  it('sees a slot empty before it is filled anew', async () => {
    await env.empty('web', 'green');
    await env.acknowledged({ empty: ['web-green'], healthy: { 'web-blue': 2 } });
  });
});

/** Sends the body in pieces over so many milliseconds; resolves to the version that took it and what it says. */
function slowUpload(
  url: string,
  { host, body, ms }: { readonly host: string; readonly body: Buffer; readonly ms: number },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { host, 'content-length': body.length };
    const asked = request(url, { method: 'POST', headers, agent: false }, (response) => {
      void text(response).then(
        (said) => resolve(`${String(response.headers['x-shop-version'])} ${said.trim()}`),
        reject,
      );
    });
    asked.on('error', reject);
    // The edge chooses by the head: it has to have it before the swap, not with the first piece.
    asked.flushHeaders();
    const pieces = 30;
    const size = Math.ceil(body.length / pieces);
    let sent = 0;
    const timer = setInterval(() => {
      asked.write(body.subarray(sent, sent + size));
      sent += size;
      if (sent < body.length) return;
      clearInterval(timer);
      asked.end();
    }, ms / pieces);
  });
}
