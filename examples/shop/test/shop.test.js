import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { createConnection } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createShop } from '../src/server.js';

const shops = [];

async function openShop() {
  const shop = createShop({ instance: 'test' });
  shops.push(shop);
  await new Promise((ready) => shop.listen(0, ready));
  return { shop, url: `http://127.0.0.1:${shop.port()}` };
}

after(() => Promise.all(shops.map((shop) => shop.stop().catch(() => undefined))));

describe('the shop', () => {
  let url, version;
  before(async () => {
    const opened = await openShop();
    ({ url } = opened);
    version = opened.shop.version;
  });

  test('shows its version and its products', async () => {
    const page = await (await fetch(url)).text();
    assert.match(page, new RegExp(`>v${version.replaceAll('.', '\\.')}<`));
    assert.match(page, /Tide clock/);
  });

  test('has a page for each product', async () => {
    const response = await fetch(`${url}/products/clock`);
    assert.equal(response.status, 200);
    assert.match(await response.text(), /<h1>Tide clock<\/h1>/);
  });

  test('is healthy', async () => {
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
  });

  test('escapes what it is asked for', async () => {
    const page = await (await fetch(`${url}/%3Cscript%3E<b>`)).text();
    assert.doesNotMatch(page, /<b>/);
  });

  for (const path of ['/', '/style.css', '/healthz', '/version', '/slow?ms=1', '/upload', '/not-there'])
    test(`names its version in the answer to ${path}`, async () => {
      const response = await fetch(url + path);
      await response.arrayBuffer();
      assert.equal(response.headers.get('x-shop-version'), version);
    });

  test('counts the bytes of an upload', async () => {
    const response = await fetch(`${url}/upload`, { method: 'POST', body: Buffer.alloc(3_000_000) });
    assert.equal((await response.json()).bytes, 3_000_000);
  });

  test('takes as long as it is asked to', async () => {
    const start = performance.now();
    await (await fetch(`${url}/slow?ms=80`)).json();
    assert.ok(performance.now() - start >= 78);
  });

  test('sends events', async () => {
    const abort = new AbortController();
    const response = await fetch(`${url}/events`, { signal: abort.signal });
    const { value } = await response.body.getReader().read();
    abort.abort();
    assert.match(Buffer.from(value).toString(), /^event: tick\ndata: \{"version"/);
  });

  test('echoes what comes over a WebSocket', async () => {
    const socket = await webSocket(url);
    socket.write(frame('hello'));
    const [answer] = await once(socket, 'data');
    assert.deepEqual(answer, Buffer.from([0x81, 5, ...Buffer.from('hello')]));
    socket.destroy();
  });
});

describe('a shop that is told to stop', () => {
  test('finishes the request under way and says that the connection ends', async () => {
    const { shop, url } = await openShop();
    const underWay = request(`${url}/slow?ms=150`);
    await request(`${url}/healthz`);
    const stopped = shop.stop();
    const response = await underWay;
    assert.equal(response.statusCode, 200);
    assert.equal(response.headers.connection, 'close');
    await stopped;
  });

  test('does not wait for idle connections', async () => {
    const { shop, url } = await openShop();
    const agent = new http.Agent({ keepAlive: true });
    await request(`${url}/healthz`, agent);
    const start = performance.now();
    await shop.stop();
    assert.ok(performance.now() - start < 1000);
    agent.destroy();
  });

  test('does not wait for connections that never asked for anything', async () => {
    const { shop } = await openShop();
    const silent = createConnection(shop.port(), '127.0.0.1');
    await once(silent, 'connect');
    const closed = once(silent, 'close');
    await request(`http://127.0.0.1:${shop.port()}/healthz`);
    const start = performance.now();
    await shop.stop();
    await closed;
    assert.ok(performance.now() - start < 1000);
  });

  test('ends streams and WebSockets', async () => {
    const { shop, url } = await openShop();
    const events = await fetch(`${url}/events`);
    const socket = await webSocket(url);
    const goodbye = once(socket, 'data');
    const stopped = shop.stop();
    assert.match(await events.text(), /tick/);
    assert.deepEqual((await goodbye)[0], Buffer.from([0x88, 2, 1001 >> 8, 1001 & 255]));
    socket.end();
    await stopped;
  });
});

function request(url, agent = new http.Agent({ keepAlive: true })) {
  return new Promise((resolve, reject) => {
    http
      .get(url, { agent }, (response) => response.resume().on('end', () => resolve(response)))
      .on('error', reject);
  });
}

async function webSocket(url) {
  const { hostname, port } = new URL(url);
  const socket = createConnection(Number(port), hostname);
  socket.write(
    'GET /ws HTTP/1.1\r\nHost: shop\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  const [head] = await once(socket, 'data');
  assert.match(head.toString(), /^HTTP\/1\.1 101 .*s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/s);
  return socket;
}

/** A masked text frame with one short message. */
function frame(text) {
  const mask = [1, 2, 3, 4];
  return Buffer.from([
    0x81,
    0x80 | text.length,
    ...mask,
    ...Buffer.from(text).map((byte, i) => byte ^ mask[i & 3]),
  ]);
}
