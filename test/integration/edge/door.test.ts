import assert from 'node:assert/strict';
import { headers } from '../../../agent/edge/wire.ts';
import { startEdgeEnvironment, type EdgeEnvironment } from '../../support/edge-environment.ts';
import { startLoad } from '../../support/load.ts';

interface Echo {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

describe('the door of an environment', function () {
  this.timeout(240_000);
  const host = 'shop.test';
  const limit = 100 * 1024;

  describe('with several services and limits', () => {
    let env: EdgeEnvironment;
    const echo = async (path: string, sent: Readonly<Record<string, string>> = {}): Promise<Echo> =>
      JSON.parse((await env.ask({ host, path, headers: sent })).text) as Echo;

    before(async () => {
      env = await startEdgeEnvironment({ door: { maxBody: limit, maxHeader: 8 * 1024 } });
      await env.place({ service: 'web', colour: 'blue', version: 'v1', replicas: 1, hosts: [host] });
      const path = { paths: ['/api', '/api/v2'], stripPrefix: true } as const;
      await env.place({ service: 'catalog', colour: 'blue', version: 'v2', replicas: 1, ...path });
      await env.acknowledged({ healthy: { 'web-blue': 1, 'catalog-blue': 1 } });
      await env.route('web', 'blue');
      await env.route('catalog', 'blue');
      await env.acknowledged();
    });
    after(() => env.down());

    it('goes by the longest beginning of the path, whole segments, and spares the app the prefix', async () => {
      const version = async (path: string): Promise<unknown> =>
        (await env.ask({ host, path })).headers['x-shop-version'];
      for (const path of ['/', '/apix', '/x/api', '/API']) assert.equal(await version(path), 'v1', path);
      for (const path of ['/api', '/api/', '/api/x', '/api?x=1', '/api/v2/x'])
        assert.equal(await version(path), 'v2', path);
      assert.equal((await echo('/api/echo?a=1')).url, '/echo?a=1');
      assert.equal((await echo('/api/v2/echo')).url, '/echo');
      assert.equal((await env.ask({ host: 'elsewhere.test', path: '/api/' })).status, 200);
      assert.equal((await env.ask({ host: 'elsewhere.test', path: '/' })).status, 404);
    });

    it('is proven by probes that go by the path as users do', async () => {
      const keys = await env.ledger.keys.read();
      const sent = { [headers.probe]: keys.probe, [headers.path]: '/echo?probe' };
      const answer = await env.ask({ host, path: '/api', headers: sent });
      assert.match(String(answer.headers[headers.answer]), /^catalog-blue /);
      const seen = JSON.parse(answer.text) as Echo;
      assert.equal(seen.url, '/echo?probe');
      assert.equal(seen.headers[headers.path], undefined);
      const digest = await env.image('v2');
      await env.acknowledged({ answers: { catalog: { slot: 'catalog-blue', digest } } });
      assert.equal((await echo('/echo', { [headers.path]: '/other' })).url, '/echo');
    });

    it('drops what a client claims about itself', async () => {
      const { headers: seen } = await echo('/echo', {
        'x-forwarded-for': '203.0.113.9',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'evil.test',
        'x-forwarded-port': '1',
        forwarded: 'for=203.0.113.9',
      });
      assert.match(seen['x-forwarded-for'] ?? '', /^\d+\.\d+\.\d+\.\d+$/);
      assert.notEqual(seen['x-forwarded-for'], '203.0.113.9');
      assert.equal(seen['x-forwarded-proto'], 'http');
      assert.equal(seen['x-forwarded-host'], host);
      assert.equal(seen['x-forwarded-port'], String(env.port));
      assert.equal(seen['forwarded'], undefined);
    });

    it('says what is too large', async () => {
      const post = { host, path: '/upload', method: 'POST' };
      const fits = await env.ask({ ...post, body: Buffer.alloc(limit) });
      assert.equal(fits.text, `${limit}\n`);
      const tooLarge = await env.ask({ ...post, headers: { 'content-length': String(limit + 1) } });
      assert.equal(tooLarge.status, 413);
      assert.match(tooLarge.text, /larger than this server takes \(102400 bytes\)/);
      const chunked = await env.ask({ ...post, headers: { 'transfer-encoding': 'chunked' }, body: 'x' });
      assert.equal(chunked.status, 411);
      assert.match(chunked.text, /content-length/);
      const headersToo = await env.ask({ host, headers: { 'x-much': 'x'.repeat(9 * 1024) } });
      assert.equal(headersToo.status, 431);
      assert.match(headersToo.text, /cookies among them/);
      assert.equal((await env.ask({ host, path: `/${'x'.repeat(9 * 1024)}` })).status, 414);
    });

    it('shows the maintenance page from the moment every edge has said so, and nothing else fails', async () => {
      const load = startLoad({ url: env.url, host, connections: 8 });
      const put = (by: string | undefined) =>
        env.ledger.routes.change(({ maintenance: former, ...rest }) =>
          by === undefined ? rest : { ...rest, maintenance: former ?? by },
        );
      await put('test');
      await env.acknowledged();
      const on = performance.now();
      const page = await env.ask({ host });
      assert.equal(page.status, 503);
      assert.equal(page.headers['retry-after'], '60');
      assert.match(page.text, /Under maintenance/);
      const keys = await env.ledger.keys.read();
      assert.equal((await env.ask({ host, headers: { [headers.probe]: keys.probe } })).status, 200);
      const off = performance.now();
      await put(undefined);
      await env.acknowledged();
      const after = performance.now();
      assert.equal((await env.ask({ host })).status, 200);
      const { samples } = await load.stop();
      assert.equal(samples.filter(({ status }) => status !== 200 && status !== 503).length, 0);
      const during = samples.filter(({ start, end }) => start > on && end < off);
      assert.equal(during.filter(({ status }) => status !== 503).length, 0, 'the app was seen');
      const afterwards = samples.filter(({ start }) => start > after);
      assert.equal(afterwards.filter(({ status }) => status !== 200).length, 0, 'the page was seen');
    });
  });

  it('takes the word of the proxies it is told to trust, and their clients for its own', async () => {
    const env = await startEdgeEnvironment({ door: { trustedProxies: ['0.0.0.0/1', '128.0.0.0/1'] } });
    try {
      await env.place({ service: 'web', colour: 'blue', version: 'v1', replicas: 1 });
      await env.acknowledged({ healthy: { 'web-blue': 1 } });
      await env.route('web', 'blue');
      await env.acknowledged();
      const sent = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };
      const answer = await env.ask({ host, path: '/echo', headers: sent });
      const seen = (JSON.parse(answer.text) as Echo).headers;
      assert.match(seen['x-forwarded-for'] ?? '', /^203\.0\.113\.9, \d+\.\d+\.\d+\.\d+$/);
      assert.equal(seen['x-forwarded-proto'], 'https');
      assert.equal(seen['x-forwarded-port'], undefined);
    } finally {
      await env.down();
    }
  });
});
