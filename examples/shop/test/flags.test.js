import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openFlags } from '../src/flags.js';
import { createShop } from '../src/server.js';

describe('the flags of the shop', () => {
  const asked = [];
  let value = false;
  let broken = false;
  let url;
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['if-none-match'] ?? ''}`.trim());
    request.resume();
    if (broken) return response.writeHead(503).end('{}');
    if (request.headers['if-none-match'] === `"${value}"`) return response.writeHead(304).end();
    response.writeHead(200, { 'content-type': 'application/json', etag: `"${value}"` });
    response.end(JSON.stringify({ flags: [{ key: 'free-delivery', value, reason: 'STATIC' }] }));
  });

  before(async () => {
    await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
    url = `http://127.0.0.1:${server.address().port}`;
  });
  after(() => server.close());

  async function becomes(flags, wanted) {
    const deadline = performance.now() + 5_000;
    while (flags.isOn('free-delivery') !== wanted) {
      assert.ok(performance.now() < deadline, `free-delivery never became ${wanted}`);
      await delay(5);
    }
  }

  test('follow what is switched, ask for nothing twice, and stay as they were while nobody answers', async () => {
    const flags = openFlags({ OFREP_ENDPOINT: url }, 10);
    await flags.first;
    assert.equal(flags.isOn('free-delivery'), false);
    assert.equal(asked[0], 'POST /ofrep/v1/evaluate/flags');
    value = true;
    await becomes(flags, true);
    broken = true;
    await delay(50);
    assert.equal(flags.isOn('free-delivery'), true);
    broken = false;
    await delay(50);
    assert.equal(asked.at(-1), 'POST /ofrep/v1/evaluate/flags "true"');
    value = false;
    await becomes(flags, false);
    flags.close();
  });

  test('are off where there are none to ask for', async () => {
    const flags = openFlags({});
    await flags.first;
    assert.equal(flags.isOn('free-delivery'), false);
  });

  test('are read by one of the SDKs that FLAGS_SDK can name, and by no other', () => {
    assert.throws(
      () => openFlags({ FLAGS_SDK: 'unlaesh' }),
      /FLAGS_SDK is "unlaesh"; it is one of none, ofrep, flagd, unleash/,
    );
  });

  test('change every page, and the first one too', async () => {
    for (const isOn of [true, false]) {
      value = isOn;
      const shop = createShop({ instance: 'test', flags: openFlags({ OFREP_ENDPOINT: url }) });
      await shop.ready;
      await new Promise((ready) => shop.listen(0, ready));
      for (const path of ['/', '/products/clock', '/not-there']) {
        const response = await fetch(`http://127.0.0.1:${shop.port()}${path}`);
        assert.equal(/This week delivery is free/.test(await response.text()), isOn, path);
        assert.equal(response.headers.get('x-shop-free-delivery'), isOn ? 'on' : 'off');
      }
      await shop.stop();
    }
  });
});
