import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { openSwarm } from '../../../agent/swarm/docker-swarm.ts';
import type { Login, Logins } from '../../../agent/swarm/logins.ts';
import type { ServiceObject, ServiceSpec, Swarm } from '../../../agent/swarm/port.ts';
import { troubleOf } from '../../../agent/swarm/registry-failures.ts';
import { FakeEngine, sendJson } from './fake-engine.ts';

const login: Login = { username: 'ann', password: 'open-sesame', serveraddress: 'registry.example' };
const digest = `sha256:${'ab'.repeat(32)}`;
const ref = 'registry.example/shop/web:1';

describe('a registry, asked through the engine', () => {
  let engine: FakeEngine;
  let swarm: Swarm;
  let asked: { readonly url: string; readonly login: unknown }[];

  beforeEach(async () => {
    engine = new FakeEngine();
    asked = [];
    await engine.start();
    swarm = withLogins({ of: (image) => Promise.resolve(image.startsWith('registry.') ? login : undefined) });
  });
  afterEach(() => engine.dispose());

  function withLogins(logins: Logins): Swarm {
    return openSwarm(engine.open, { logins, reconnectMs: 0, callMs: 300 });
  }

  function answers(send: (request: IncomingMessage, response: ServerResponse) => void): void {
    engine.answer = (request, response) => {
      const header = request.headers['x-registry-auth'];
      asked.push({
        url: request.url ?? '',
        login:
          typeof header === 'string' ? JSON.parse(Buffer.from(header, 'base64url').toString()) : undefined,
      });
      send(request, response);
    };
  }

  function push(onLine: (line: string) => void = () => undefined): Promise<string> {
    return swarm.registry.push(ref, { signal: new AbortController().signal, onLine });
  }

  it('tells the digest of a manifest, with the login in a header', async () => {
    answers((_request, response) => sendJson(response, 200, { Descriptor: { digest } }));
    assert.equal(await swarm.registry.digest(ref), digest);
    assert.deepEqual(asked, [{ url: `/distribution/${ref}/json`, login }]);
  });

  it('has no such manifest', async () => {
    answers((_request, response) =>
      sendJson(response, 404, { message: 'manifest unknown: manifest unknown' }),
    );
    assert.equal(await swarm.registry.digest(ref), undefined);
  });

  const failures: readonly (readonly [number, string, string])[] = [
    [401, 'unauthorized: authentication required', 'registry.denied'],
    [500, 'Get "https://registry.example/v2/": no basic auth credentials', 'registry.denied'],
    [
      500,
      'Get "https://registry.example/v2/": dial tcp 10.0.0.1:443: connect: connection refused',
      'registry.unreachable',
    ],
    [
      500,
      'Get "https://registry.example/v2/": http: server gave HTTP response to HTTPS client',
      'registry.unreachable',
    ],
    [500, 'something else', 'engine.failed'],
  ];
  for (const [status, words, code] of failures)
    it(`gives ${code} for ${JSON.stringify(words.slice(-40))}, without the login in it`, async () => {
      answers((_request, response) => sendJson(response, status, { message: words }));
      await assert.rejects(swarm.registry.digest(ref), (error: Error & { code: string }) => {
        assert.equal(error.code, code);
        assert.ok(error.message.includes(words), error.message);
        assert.doesNotMatch(JSON.stringify([error.message, error]), /sesame/);
        return true;
      });
    });

  it('is unreachable when it keeps the engine waiting', async () => {
    answers(() => undefined);
    await assert.rejects(swarm.registry.digest(ref), { code: 'registry.unreachable', message: /no answer/ });
  });

  it('is asked whether it takes the login', async () => {
    answers((_request, response) =>
      sendJson(response, 401, { message: 'unauthorized: incorrect username or password' }),
    );
    await assert.rejects(swarm.registry.check(ref), {
      code: 'registry.denied',
      message: /refused the login/,
      hint: /docker login registry\.example/,
    });
    assert.equal(asked[0]?.url, '/auth');
  });

  it('says that it wants a login where docker has none', async () => {
    const nobody = withLogins({ of: () => Promise.resolve(undefined) });
    answers((_request, response) =>
      sendJson(response, 500, { message: 'Get "…": no basic auth credentials' }),
    );
    await assert.rejects(nobody.registry.check(ref), { code: 'registry.denied', message: /docker has none/ });
  });

  it('gets a push, which tells each layer once, and gives the digest', async () => {
    answers((_request, response) => {
      const lines = [
        { status: 'The push refers to repository [registry.example/shop/web]' },
        { id: 'l1', status: 'Preparing' },
        { id: 'l1', status: 'Pushing', progress: '[=>]' },
        { id: 'l1', status: 'Pushing', progress: '[==>]' },
        { id: 'l1', status: 'Pushed' },
        { id: 'l2', status: 'Layer already exists' },
        { status: `1: digest: ${digest} size: 1` },
        { aux: { Tag: '1', Digest: digest, Size: 1 } },
      ];
      response.end(lines.map((line) => JSON.stringify(line)).join('\r\n'));
    });
    const told: string[] = [];
    assert.equal(await push((line) => void told.push(line)), digest);
    assert.deepEqual(told, ['l1: Pushed', 'l2: Layer already exists']);
    assert.deepEqual(asked, [{ url: '/images/registry.example/shop/web/push?tag=1', login }]);
  });

  it('refuses a push in the middle of an answer that began well', async () => {
    answers((_request, response) => {
      response.end(
        JSON.stringify({ errorDetail: {}, error: 'denied: requested access to the resource is denied' }),
      );
    });
    await assert.rejects(push(), { code: 'registry.denied' });
  });

  it('did not get the image when nobody says so', async () => {
    answers((_request, response) => response.end(JSON.stringify({ status: 'Preparing', id: 'l1' })));
    await assert.rejects(push(), { code: 'engine.failed', message: /did not say/ });
  });

  describe('for the nodes of a service', () => {
    const spec = (image: string): ServiceSpec => ({
      Name: 'shop-dev_web-blue',
      Labels: {},
      Mode: { Replicated: { Replicas: 1 } },
      TaskTemplate: { ContainerSpec: { Image: image } },
    });
    const service = (image: string): ServiceObject => ({
      id: 's1',
      version: 7,
      name: 'shop-dev_web-blue',
      labels: {},
      spec: spec(image),
    });

    beforeEach(() => answers((_request, response) => sendJson(response, 200, { ID: 's1' })));

    it('gives the login when it is created', async () => {
      await swarm.services.create(spec(ref));
      assert.deepEqual(asked, [{ url: '/services/create', login }]);
    });

    it('gives nothing, not even a header, where there is no login', async () => {
      await swarm.services.create(spec('nginx:1'));
      assert.deepEqual(asked, [{ url: '/services/create', login: undefined }]);
    });

    it('leaves the one they have when it is scaled: another one would restart tasks', async () => {
      await swarm.services.update(service(ref), { ...spec(ref), Mode: { Replicated: { Replicas: 0 } } });
      assert.deepEqual(asked, [{ url: '/services/s1/update?version=7', login: undefined }]);
    });

    it('gives the login with another image', async () => {
      await swarm.services.update(service(ref), spec('registry.example/shop/web:2'));
      assert.deepEqual(asked, [{ url: '/services/s1/update?version=7', login }]);
    });
  });
});

describe('the words of registries', () => {
  const table: readonly (readonly [string, string])[] = [
    ['denied: requested access to the resource is denied', 'denied'],
    ['unauthorized: incorrect username or password', 'denied'],
    ['pull access denied for acme/web, repository does not exist or may require "docker login"', 'denied'],
    ['Get "http://r:5000/v2/": dial tcp: lookup r on 127.0.0.1:53: no such host', 'unreachable'],
    ['Get "https://r/v2/": net/http: request canceled while waiting for connection', 'unreachable'],
    ['Get "https://r/v2/": x509: certificate signed by unknown authority', 'unreachable'],
    ['received unexpected HTTP status: 503 Service Unavailable', 'unreachable'],
    ['manifest unknown: manifest unknown', 'absent'],
    ['name unknown: The repository with name "shop/web" does not exist', 'absent'],
    ['blob upload invalid', 'other'],
  ];
  for (const [words, trouble] of table)
    it(`mean ${trouble}: ${words.slice(0, 60)}`, () => assert.equal(troubleOf(words), trouble));
});
