import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { sha256 } from '../../../../agent/common/canonical.ts';
import { surroundings } from '../../../../agent/server/connections.ts';
import { openSwarm } from '../../../../agent/swarm/docker-swarm.ts';
import { openEngine } from '../../../../agent/swarm/engine.ts';
import { locateEngine } from '../../../../agent/swarm/reach/location.ts';
import {
  makeAuthority,
  serveStrictly,
  serveTls,
  type Authority,
  type TlsEngine,
} from '../../../support/tls-engine.ts';
import { FakeEngine, sendJson } from '../fake-engine.ts';

describe('an engine behind TLS', () => {
  let folder: string;
  let authority: Authority;
  let fake: FakeEngine;
  let served: TlsEngine;
  let ca: string;
  let mine: { readonly cert: string; readonly key: string };
  let ofEngine: typeof mine;

  before(async () => {
    authority = await makeAuthority();
    ofEngine = await authority.sign({ names: 'IP:127.0.0.1' });
    mine = await authority.sign({ names: 'DNS:ann' });
    ca = await readFile(path.join(authority.folder, 'ca.pem'), 'utf8');
    fake = new FakeEngine();
    fake.answer = (_request, response) => sendJson(response, 200, []);
    await fake.start();
  });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-tls-'));
    await put({ 'ca.pem': ca, 'cert.pem': mine.cert, 'key.pem': mine.key });
    served = await serveTls(fake.path, authority, ofEngine);
  });

  afterEach(async () => {
    await served.close();
    await rm(folder, { recursive: true });
  });

  after(async () => {
    await fake.dispose();
    await authority.remove();
  });

  async function put(files: Readonly<Record<string, string>>, into = folder): Promise<void> {
    await mkdir(into, { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(into, name), text);
  }

  async function nodes(env: Readonly<Record<string, string>>, context?: string): Promise<unknown> {
    const engine = openEngine(await locateEngine(surroundings({ HOME: folder, ...env }, context)));
    try {
      return await openSwarm(engine, { reconnectMs: 0 }).nodes();
    } finally {
      engine.close();
    }
  }

  const variables = (): Record<string, string> => ({
    DOCKER_HOST: `tcp://127.0.0.1:${served.port}`,
    DOCKER_TLS_VERIFY: '1',
    DOCKER_CERT_PATH: folder,
  });

  it('is reached with the certificates in DOCKER_CERT_PATH', async () => {
    assert.deepEqual(await nodes(variables()), []);
  });

  it('is reached with the certificates of a docker context', async () => {
    const id = sha256('prod');
    const host = `tcp://127.0.0.1:${served.port}`;
    const meta = { Name: 'prod', Endpoints: { docker: { Host: host } } };
    const contexts = path.join(folder, '.docker', 'contexts');
    await put({ 'meta.json': JSON.stringify(meta) }, path.join(contexts, 'meta', id));
    const files = { 'ca.pem': ca, 'cert.pem': mine.cert, 'key.pem': mine.key };
    await put(files, path.join(contexts, 'tls', id, 'docker'));
    assert.deepEqual(await nodes({ DOCKER_HOST: 'unix:///elsewhere' }, 'prod'), []);
    const trusting = { ...meta, Endpoints: { docker: { Host: host, SkipTLSVerify: true } } };
    await put({ 'meta.json': JSON.stringify(trusting) }, path.join(contexts, 'meta', id));
    await assert.rejects(nodes({}, 'prod'), { code: 'engine.untrusted', message: /not to be checked/ });
  });

  it('is not talked to when its certificate has expired, or is for another name', async () => {
    for (const [own, message] of [
      [await authority.sign({ names: 'IP:127.0.0.1', expired: true }), /has expired/],
      [await authority.sign({ names: 'DNS:elsewhere' }), /for another name/],
    ] as const) {
      await served.close();
      served = await serveTls(fake.path, authority, own);
      await assert.rejects(nodes(variables()), { code: 'engine.untrusted', message });
    }
  });

  it('is not talked to when nobody we trust has signed its certificate', async () => {
    const other = await makeAuthority();
    await put({ 'ca.pem': await readFile(path.join(other.folder, 'ca.pem'), 'utf8') });
    await other.remove();
    await assert.rejects(nodes(variables()), { code: 'engine.untrusted', message: /nobody we trust/ });
  });

  it('says that it does not take our certificate, or that it wants one', async () => {
    const other = await makeAuthority();
    const foreign = await other.sign({ names: 'DNS:ann' });
    await other.remove();
    const strict = await serveStrictly(authority, ofEngine);
    const env = { ...variables(), DOCKER_HOST: `tcp://127.0.0.1:${strict.port}` };
    await put({ 'cert.pem': foreign.cert, 'key.pem': foreign.key });
    await assert.rejects(nodes(env), { code: 'engine.untrusted', message: /does not take/ });
    await rm(path.join(folder, 'cert.pem'));
    await rm(path.join(folder, 'key.pem'));
    await assert.rejects(nodes(env), { code: 'engine.untrusted', message: /does not take/ });
    await strict.close();
  });

  it('is not asked at all with a certificate of ours that cannot work', async () => {
    const old = await authority.sign({ names: 'DNS:ann', expired: true });
    const other = await authority.sign({ names: 'DNS:ann' });
    for (const [files, message] of [
      [{ 'cert.pem': old.cert, 'key.pem': old.key }, /who you are has expired/],
      [{ 'cert.pem': mine.cert, 'key.pem': other.key }, /not the key of cert\.pem/],
      [{ 'cert.pem': 'nonsense' }, /not a certificate/],
      [{ 'ca.pem': 'nonsense' }, /ca\.pem/],
    ] as const) {
      await put({ 'ca.pem': ca, 'cert.pem': mine.cert, 'key.pem': mine.key, ...files });
      await assert.rejects(nodes(variables()), { code: 'engine.untrusted', message });
    }
    await put({ 'ca.pem': ca });
    await rm(path.join(folder, 'key.pem'));
    await assert.rejects(nodes(variables()), { code: 'engine.untrusted', message: /key\.pem is missing/ });
  });

  it('is told from one that speaks without TLS, and from one where nobody listens', async () => {
    const plain = new FakeEngine();
    await plain.start(0);
    await assert.rejects(nodes({ ...variables(), DOCKER_HOST: `tcp://127.0.0.1:${plain.port}` }), {
      code: 'engine.untrusted',
      message: /does not speak TLS/,
    });
    await plain.dispose();
    await served.close();
    await assert.rejects(nodes(variables()), { code: 'engine.unreachable', message: /Nobody answers/ });
    served = await serveTls(fake.path, authority, ofEngine);
  });

  it('keeps the key out of everything that is shown', async () => {
    const location = await locateEngine(surroundings({ HOME: folder, ...variables() }));
    const engine = openEngine(location);
    const { inspect } = await import('node:util');
    const secret = mine.key.split('\n')[1] ?? '';
    assert.ok(secret.length > 40, 'a line of the key');
    assert.equal(inspect(engine.docker, { depth: 20, showHidden: true }).includes(secret), false);
    assert.equal(engine.way, 'TLS with a certificate of yours');
    engine.close();
  });
});
