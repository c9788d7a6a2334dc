/** What a flag server may answer instead of what was asked for; the answers are those of Unleash 7.4.1. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../agent/common/clock.ts';
import { TidegateError } from '../../../agent/common/errors.ts';
import type { EnvironmentFlagSource } from '../../../agent/flags/sources/flag-source.ts';
import { unleashSource } from '../../../agent/flags/sources/unleash/unleash-source.ts';
import type { FlagStatus } from '../../../agent/protocol/methods.ts';
import { makeCertificate } from '../../support/certificates.ts';

const token = '*:*.secret-of-the-admin';

/** `undefined`: nothing is ever answered. */
type Answer = (request: IncomingMessage, body: string) => Said | undefined;
interface Said {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const strategy = {
  ...{ id: 's1', name: 'flexibleRollout', constraints: [], variants: [], segments: [7], disabled: false },
  parameters: { groupId: 'checkout', rollout: '25', stickiness: 'default' },
};
const flag = { name: 'checkout', description: 'New way', type: 'operational', stale: true };
const here = { name: 'development', enabled: true, lastSeenAt: '2026-03-01T10:00:00.000Z' };

/** A server with one flag, right in every answer. */
const right: Answer = ({ url = '' }) => {
  if (url.startsWith('/api/admin/environments/project/'))
    return { status: 200, body: { environments: [{ name: 'development', visible: true }] } };
  if (url.startsWith('/api/admin/search/features'))
    return { status: 200, body: { features: [{ ...flag, environments: [here] }], total: 1 } };
  if (url === '/api/admin/features-batch/export')
    return { status: 200, body: { featureStrategies: [{ ...strategy, featureName: 'checkout' }] } };
  if (url === '/api/admin/segments')
    return { status: 200, body: { segments: [{ id: 7, name: 'staff', constraints: [{}] }] } };
  if (/\/(on|off)$/.test(url)) return { status: 200 };
  return { status: 200, body: { ...flag, environments: [{ ...here, strategies: [strategy] }] } };
};

describe('a flag server', () => {
  let server: http.Server | https.Server;
  let answer: Answer;
  const asked: { method: string; url: string; authorization: string | undefined }[] = [];

  async function listen(made = http.createServer()): Promise<string> {
    server = made.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void bodyOf(request).then((body) => {
        const { method = '', url = '', headers } = request;
        asked.push({ method, url, authorization: headers.authorization });
        const said = answer(request, body);
        if (said === undefined) return;
        const text = said.body === undefined ? '' : JSON.stringify(said.body);
        response.writeHead(said.status, { 'content-type': 'application/json', ...said.headers }).end(text);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return `${made instanceof https.Server ? 'https' : 'http'}://127.0.0.1:${port}`;
  }
  function sourceAt(url: string, more: { ca?: string; timeoutMs?: number } = {}): EnvironmentFlagSource {
    return unleashSource({
      server: { kind: 'unleash', url, project: 'default', environment: 'development' },
      ...{ token, environment: 'dev', stack: 'shop-dev', clock: systemClock, ...more },
    });
  }
  const call = (signal = new AbortController().signal) => ({ signal, onEvent: () => undefined });

  beforeEach(() => {
    answer = right;
    asked.length = 0;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  /** What it throws, which never has the token in it. */
  async function failureOf(doing: Promise<unknown>): Promise<TidegateError> {
    const error = await doing.then(
      () => assert.fail('it did not fail'),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof TidegateError, String(error));
    const { code, message, hint, data } = error;
    const all = JSON.stringify({ code, message, hint, data, stack: error.stack });
    assert.ok(!all.includes('secret-of-the-admin'), `no token in ${all}`);
    assert.ok(hint !== undefined && hint !== '', 'it says what to do next');
    return error;
  }

  it('tells of a flag what its strategies, segments and SDKs say', async () => {
    const { flags, segments, server: held } = await sourceAt(await listen()).list(call());
    assert.deepEqual(held?.project, 'default');
    assert.deepEqual(segments, [{ name: 'staff', description: null, conditions: 1 }]);
    const expected: FlagStatus = {
      ...{ key: 'checkout', value: true, state: 'on', share: 25, defined: true, default: null, owner: null },
      ...{ description: 'New way', kind: 'ops', expires: null, type: 'boolean', variants: ['on', 'off'] },
      ...{ conditions: 1, by: null, at: null },
      server: {
        ...{ lastSeen: '2026-03-01T10:00:00.000Z', stale: true },
        ...{ strategies: ['flexibleRollout'], segments: ['staff'] },
      },
    };
    assert.deepEqual(flags, [expected]);
    assert.ok(
      asked.every(({ authorization }) => authorization === token),
      'each request has the token',
    );
  });

  for (const { status, headers, code, words } of [
    { status: 401, code: 'flags.token-refused', words: /does not know the token/ },
    { status: 403, code: 'flags.forbidden', words: /does not allow that/ },
    { status: 404, code: 'flags.not-there', words: /knows no such thing/ },
    { status: 409, code: 'flags.conflict', words: /changed meanwhile/ },
    {
      status: 429,
      headers: { 'retry-after': '17' },
      code: 'flags.too-many-requests',
      words: /asked too often/,
    },
    { status: 400, code: 'flags.refused', words: /refuses/ },
    { status: 502, code: 'flags.server-failed', words: /failed/ },
  ] as const)
    it(`that refuses a switch with ${status} is ${code}, with its own words`, async () => {
      const said = { status, body: { message: `Because of ${token}.` }, ...(headers && { headers }) };
      answer = (request, body) => (request.method === 'POST' ? said : right(request, body));
      const url = await listen();
      const error = await failureOf(sourceAt(url).set({ key: 'checkout', on: false }, call()));
      assert.equal(error.code, code);
      assert.match(error.message, words);
      assert.match(error.message, /could not switch checkout off \(\d+: Because of •••\.\)/);
      if (headers) {
        assert.equal(error.data['retryAfterSeconds'], 17);
        assert.match(error.hint ?? '', /Wait 17 s/);
      }
    });

  it('that sends elsewhere is not followed, and the token stays here', async () => {
    const location = 'https://elsewhere.example/login?next=secret';
    answer = () => ({ status: 302, headers: { location } });
    const error = await failureOf(sourceAt(await listen()).list(call()));
    assert.equal(error.code, 'flags.server-failed');
    assert.match(error.message, /sends to https:\/\/elsewhere\.example\/login, where the token was not sent/);
    assert.equal(asked.length, 1);
  });

  it('that is none is said to be none', async () => {
    answer = () => ({ status: 200, body: { hello: 'I am something else' } });
    const error = await failureOf(sourceAt(await listen()).list(call()));
    assert.equal(error.code, 'flags.server-failed');
    assert.match(error.message, /not of Unleash's Admin API \(environments\)/);
  });

  it('that is silent is given up, and so is a request that nobody waits for', async () => {
    answer = () => undefined;
    const url = await listen();
    const silent = await failureOf(sourceAt(url, { timeoutMs: 50 }).list(call()));
    assert.equal(silent.code, 'flags.unreachable');
    assert.match(silent.message, /nothing came within 0\.05 s/);
    const controller = new AbortController();
    const waiting = failureOf(sourceAt(url).list(call(controller.signal)));
    controller.abort();
    assert.equal((await waiting).code, 'cancelled');
  });

  it('that is not there is unreachable', async () => {
    const url = await listen();
    server.close();
    const error = await failureOf(sourceAt(url).list(call()));
    assert.equal(error.code, 'flags.unreachable');
    assert.match(error.message, /ECONNREFUSED/);
  });

  it('behind a certificate of nobody we trust is not told the token, but where its authority is named', async () => {
    const { certificate, key } = await makeCertificate(['localhost']);
    const made = https.createServer({ cert: certificate, key });
    const url = (await listen(made)).replace('127.0.0.1', 'localhost');
    const error = await failureOf(sourceAt(url).list(call()));
    assert.equal(error.code, 'flags.untrusted');
    assert.equal(asked.length, 0);
    const { flags } = await sourceAt(url, { ca: certificate }).list(call());
    assert.equal(flags.length, 1);
  });

  it('that says something else after it was told is believed, and somebody else has changed it', async () => {
    answer = (request, body) =>
      request.url?.endsWith('/off') === true ? { status: 200 } : right(request, body);
    const error = await failureOf(sourceAt(await listen()).set({ key: 'checkout', on: false }, call()));
    assert.equal(error.code, 'flags.conflict');
    assert.match(error.message, /then said that it is on/);
  });

  it('is asked page by page, as large as it allows', async () => {
    const names = Array.from({ length: 250 }, (_, index) => `f${String(index).padStart(3, '0')}`);
    answer = (request, body) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
      if (!pathname.endsWith('/search/features')) return right(request, body);
      const [limit, offset] = ['limit', 'offset'].map((name) => Number(searchParams.get(name)));
      // As Unleash does it.
      const size = (limit ?? 0) > 100 ? 50 : (limit ?? 0);
      const page = names.slice(offset, (offset ?? 0) + size);
      return {
        status: 200,
        body: { features: page.map((name) => ({ name, environments: [here] })), total: names.length },
      };
    };
    const { flags } = await sourceAt(await listen()).list(call());
    assert.deepEqual(
      flags.map(({ key }) => key),
      names,
    );
    assert.equal(asked.filter(({ url }) => url.includes('/search/')).length, 3);
  });

  it('is never asked for a flag whose name would be another address', async () => {
    const url = await listen();
    for (const key of ['..', '.']) {
      const error = await failureOf(sourceAt(url).set({ key, on: true }, call()));
      assert.equal(error.code, 'flags.unknown');
    }
    await sourceAt(url).set({ key: 'a/../b?c', on: true }, call());
    assert.ok(
      asked.some(({ url: path }) => path.endsWith('/features/a%2F..%2Fb%3Fc')),
      'as one part of the address',
    );
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
