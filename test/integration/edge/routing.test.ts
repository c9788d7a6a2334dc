import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { previewLink, previewToken } from '../../../agent/edge/preview.ts';
import { bucketCookie, headers, previewName } from '../../../agent/edge/wire.ts';
import type { EdgeKeys } from '../../../agent/swarm/ledger/keys-store.ts';
import { startEdgeEnvironment, type EdgeEnvironment } from '../../support/edge-environment.ts';

describe('the way of a request through an edge', function () {
  this.timeout(240_000);
  let env: EdgeEnvironment;
  let keys: EdgeKeys;
  let next = 0;
  const host = 'shop.test';
  const soon = (): number => Date.now() + 60_000;
  const token = (): string =>
    previewToken({ key: keys.preview, service: 'web', release: next, expires: soon() });
  const version = async (headers_: Readonly<Record<string, string>>): Promise<string> =>
    (await env.ask({ host, headers: headers_ })).text.trim();

  before(async () => {
    env = await startEdgeEnvironment();
    keys = await env.ledger.keys.read();
    await env.place({ service: 'web', colour: 'blue', version: 'v1', replicas: 1 });
    next = await env.place({ service: 'web', colour: 'green', version: 'v2', replicas: 1 });
    await env.acknowledged({ healthy: { 'web-blue': 1, 'web-green': 1 } });
    await env.route('web', 'blue');
    await env.acknowledged();
  });
  after(() => env.down());

  describe('previews', () => {
    it('turn a link into a cookie that shows the other version, and keep it from the app', async () => {
      const base = { key: keys.preview, service: 'web', release: next, expires: soon() };
      const link = new URL(previewLink({ ...base, baseUrl: 'http://shop.test/cart' }));
      const answer = await env.ask({ host, path: link.pathname + link.search });
      assert.equal(answer.status, 302);
      assert.equal(answer.headers.location, '/cart');
      assert.equal(answer.headers['cache-control'], 'no-store');
      const [cookie = ''] = answer.headers['set-cookie'] ?? [];
      assert.match(cookie, /^tidegate_preview=[^;]+; Path=\/; Max-Age=(5\d|60); HttpOnly; SameSite=Lax$/);
      const sent = { cookie: `a=1; ${cookie.split(';')[0] ?? ''}; b=2` };
      assert.equal(await version(sent), 'v2');
      const echo = await env.ask({ host, path: '/echo', headers: sent });
      assert.equal((JSON.parse(echo.text) as Echo).headers['cookie'], 'a=1; b=2');
      assert.equal(echo.headers['cache-control'], 'no-store');
      assert.equal(await version({ cookie: 'a=1' }), 'v1');
    });

    it('never lead to another site', async () => {
      for (const path of ['//evil.test/', '/\\evil.test/', '//evil.test']) {
        const answer = await env.ask({ host, path: `${path}?${previewName}=${token()}` });
        assert.equal(answer.status, 302);
        assert.equal(answer.headers.location, '/', path);
      }
    });

    it('work by a header, which never reaches the app', async () => {
      const echo = await env.ask({ host, path: '/echo', headers: { [headers.preview]: token() } });
      assert.equal(echo.headers['x-shop-version'], 'v2');
      assert.equal((JSON.parse(echo.text) as Echo).headers[headers.preview], undefined);
    });

    it('say that the version has gone rather than show another one', async () => {
      const gone = previewToken({ key: keys.preview, service: 'web', release: 999, expires: soon() });
      const answer = await env.ask({ host, headers: { [headers.preview]: gone } });
      assert.equal(answer.status, 404);
      assert.match(answer.text, /not there any more/);
    });

    it('refuse every link and header that is not exactly right, and drop such a cookie', async () => {
      for (const [what, bad] of Object.entries(invalidTokens())) {
        const path = `/?${previewName}=${encodeURIComponent(bad)}`;
        assert.equal((await env.ask({ host, path })).status, 403, `link: ${what}`);
        if (/^[\x20-\x7e]*$/.test(bad))
          assert.equal(
            (await env.ask({ host, headers: { [headers.preview]: bad } })).status,
            403,
            `header: ${what}`,
          );
        assert.equal(
          await version({ cookie: `${previewName}=${encodeURIComponent(bad)}` }),
          'v1',
          `cookie: ${what}`,
        );
      }
    });

    function invalidTokens(): Readonly<Record<string, string>> {
      const good = token();
      const [kid = '', service = '', release = '', expires = '', mac = ''] = good.split('.');
      const sign = (text: string): string =>
        `${text}.${createHmac('sha256', Buffer.from(keys.preview.key, 'base64')).update(text).digest('hex')}`;
      const of = (change: object): string =>
        previewToken({ key: keys.preview, service: 'web', release: next, expires: soon(), ...change });
      return {
        empty: '',
        'another key': of({ key: { ...keys.preview, key: Buffer.alloc(32).toString('base64') } }),
        'an unknown key id': of({ key: { ...keys.preview, id: 'k2' } }),
        'another service in the text': [kid, 'webs', release, expires, mac].join('.'),
        'another release in the text': [kid, service, '999', expires, mac].join('.'),
        'a later end in the text': [kid, service, release, String(Number(expires) + 1), mac].join('.'),
        'a changed signature': good.slice(0, -1) + (good.endsWith('0') ? '1' : '0'),
        'an upper-case signature': [kid, service, release, expires, mac.toUpperCase()].join('.'),
        'no signature': [kid, service, release, expires].join('.'),
        'something behind it': `${good}.x`,
        expired: of({ expires: Date.now() - 1000 }),
        'an end too far away': of({ expires: Date.now() + 2 * 86_400_000 }),
        "another service's": of({ service: 'api' }),
        'a signed text of too few parts': sign(`${kid}.${service}.${expires}`),
        'an empty key': `${kid}x.${service}.${release}.${expires}.${createHmac('sha256', '').update(`${kid}x.${service}.${release}.${expires}`).digest('hex')}`,
      };
    }
  });

  describe('probes', () => {
    it('learn who answered only with the key, which never reaches the app', async () => {
      const probe = { [headers.probe]: keys.probe };
      const live = await env.ask({ host, headers: probe });
      assert.match(String(live.headers[headers.answer]), /^web-blue \d+ \d+\.\d+\.\d+\.\d+$/);
      const other = await env.ask({ host, path: '/echo', headers: { ...probe, [headers.slot]: 'green' } });
      assert.match(String(other.headers[headers.answer]), new RegExp(`^web-green ${next} `));
      const seen = (JSON.parse(other.text) as Echo).headers;
      assert.equal(seen[headers.probe], undefined);
      assert.equal(seen[headers.slot], undefined);
    });

    it('mean nothing without the right key', async () => {
      for (const key of [undefined, '', 'wrong', `${keys.probe} `.toUpperCase(), '1', '*']) {
        const sent = { [headers.slot]: 'green', ...(key === undefined ? {} : { [headers.probe]: key }) };
        const answer = await env.ask({ host, path: '/echo', headers: sent });
        assert.equal(answer.headers[headers.answer], undefined);
        assert.equal(answer.headers['x-shop-version'], 'v1');
        assert.equal((JSON.parse(answer.text) as Echo).headers[headers.probe], undefined);
      }
    });
  });

  describe('a canary', () => {
    const places = Array.from({ length: 200 }, (_, index) => index * 50);
    const inCanary = async (): Promise<ReadonlySet<number>> => {
      const found = new Set<number>();
      for (const place of places)
        if ((await version({ cookie: `${bucketCookie}=${place}` })) === 'v2') found.add(place);
      return found;
    };
    after(async () => {
      await env.route('web', 'blue');
      await env.acknowledged();
    });

    it('gets about its share, keeps everyone who was in it, and is left by a share of nothing', async () => {
      await env.route('web', 'blue', 2000);
      await env.acknowledged();
      const few = await inCanary();
      assert.ok(few.size > 20 && few.size < 62, `${few.size} of 200 for 20 %`);
      assert.deepEqual(await inCanary(), few);
      await env.route('web', 'blue', 5000);
      await env.acknowledged();
      const more = await inCanary();
      assert.ok(more.size > 75 && more.size < 125, `${more.size} of 200 for 50 %`);
      for (const place of few) assert.ok(more.has(place), `place ${place} was taken out again`);
      await env.route('web', 'blue', 10_000);
      await env.acknowledged();
      assert.equal((await inCanary()).size, 200);
      await env.route('web', 'blue', 0);
      await env.acknowledged();
      assert.equal((await inCanary()).size, 0);
    });

    it('gives a place to who has none, only while it runs, and sends no probe of the live way there', async () => {
      assert.equal((await env.ask({ host })).headers['set-cookie'], undefined);
      await env.route('web', 'blue', 5000);
      await env.acknowledged();
      for (let user = 0; user < 20; user += 1) {
        const first = await env.ask({ host });
        const [cookie = ''] = first.headers['set-cookie'] ?? [];
        assert.match(cookie, /^tidegate_bucket=\d{1,4}; Path=\//);
        const again = await env.ask({ host, headers: { cookie: cookie.split(';')[0] ?? '' } });
        assert.equal(again.text, first.text);
        assert.equal(again.headers['set-cookie'], undefined);
        const probe = await env.ask({ host, headers: { [headers.probe]: keys.probe } });
        assert.match(String(probe.headers[headers.answer]), /^web-blue /);
      }
    });
  });

  it('tells the app who asked, and by which host', async () => {
    const echo = await env.ask({ host, path: '/echo?a=1', headers: { 'x-forwarded-for': '203.0.113.9' } });
    const { headers: seen, url } = JSON.parse(echo.text) as Echo;
    assert.equal(url, '/echo?a=1');
    assert.equal(seen['host'], host);
    assert.equal(seen['x-forwarded-host'], host);
    assert.equal(seen['x-forwarded-proto'], 'http');
    // Nobody is trusted here: what the client says about itself is dropped.
    assert.match(seen['x-forwarded-for'] ?? '', /^\d+\.\d+\.\d+\.\d+$/);
  });
});

interface Echo {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}
