import assert from 'node:assert/strict';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { systemClock } from '../../../agent/common/clock.ts';
import { silentLog } from '../../../agent/common/log.ts';
import { labels, names } from '../../../agent/common/names.ts';
import { headers } from '../../../agent/edge/wire.ts';
import { checkCertificate } from '../../../agent/infra/certificate.ts';
import { setCertificate } from '../../../agent/infra/certificates.ts';
import { defaultLimits, type ReleaseEngine } from '../../../agent/release/engine.ts';
import { openChanges } from '../../../agent/swarm/changes.ts';
import { makeCertificate } from '../../support/certificates.ts';
import { startEdgeEnvironment, type EdgeEnvironment } from '../../support/edge-environment.ts';
import { startLoad } from '../../support/load.ts';

describe('HTTPS at an edge', function () {
  this.timeout(300_000);
  const host = 'shop.test';
  let env: EdgeEnvironment;
  let engine: ReleaseEngine;
  let port = 0;
  const made: string[] = [];

  before(async () => {
    env = await startEdgeEnvironment({ https: true });
    port = env.httpsPort ?? 0;
    const { swarm, ledger } = env;
    engine = {
      ...{ swarm, ledger, changes: openChanges(swarm, systemClock), clock: systemClock, log: silentLog },
      ...{ driver: 'test', leaseSeconds: 15, limits: defaultLimits },
    };
    await env.place({ service: 'web', colour: 'blue', version: 'v1', replicas: 2 });
    await env.acknowledged({ healthy: { 'web-blue': 2 } });
    await env.route('web', 'blue');
    await env.acknowledged();
  });
  after(async () => {
    engine.changes.close();
    await env.down();
  });

  it('is offered to nobody before there is a certificate, and HTTP stays as it is', async () => {
    await assert.rejects(titleOf(host));
    assert.equal((await env.ask({ host })).status, 200);
  });

  it('answers with the certificate of the name that is asked for, and refuses other names', async () => {
    await set('shop', [host], 'first');
    await set('other', ['*.other.test'], 'other');
    assert.equal(await titleOf(host), 'first');
    assert.equal(await titleOf('a.other.test'), 'other');
    await assert.rejects(titleOf('nobody.test'), /unrecognized name|alert/i);
  });

  it('speaks HTTP/2, and tells the app how it was asked', async () => {
    const session = connectHttp2(`https://127.0.0.1:${port}`, {
      servername: host,
      rejectUnauthorized: false,
    });
    const seen = await new Promise<string>((resolve, reject) => {
      session.on('error', reject);
      const stream = session.request({ ':path': '/echo', ':authority': `${host}:${port}` });
      let text = '';
      stream.setEncoding('utf8').on('data', (part: string) => (text += part));
      stream.on('end', () => resolve(text)).on('error', reject);
    });
    session.close();
    const { headers: told } = JSON.parse(seen) as { headers: Readonly<Record<string, string>> };
    assert.equal(told['x-forwarded-proto'], 'https');
    assert.equal(told['x-forwarded-port'], String(port));
    assert.equal(told['x-forwarded-host'], `${host}:${port}`);
  });

  it('is where users of HTTP are sent on to, but no probe', async () => {
    const answer = await env.ask({ host: `${host}:80`, path: '/cart?a=1', method: 'POST' });
    assert.equal(answer.status, 308);
    assert.equal(answer.headers.location, `https://${host}:${port}/cart?a=1`);
    assert.equal(answer.headers['cache-control'], 'no-store');
    const { probe } = await env.ledger.keys.read();
    assert.equal((await env.ask({ host, headers: { [headers.probe]: probe } })).status, 200);
    const digest = await env.image('v1');
    await env.acknowledged({ answers: { web: { slot: 'web-blue', digest } } });
  });

  it('exchanges a certificate under load without a lost request, and without touching an edge', async () => {
    const edge = await env.edgeTask();
    const load = startLoad({ url: `https://127.0.0.1:${port}`, host, connections: 8 });
    for (let round = 0; round < 4; round += 1) {
      const title = `renewed-${round}`;
      await set('shop', [host], title);
      assert.equal(await titleOf(host), title);
    }
    const stats = await load.stop();
    assert.equal(stats.failed, 0, stats.failures.join('; '));
    assert.ok(stats.requests > 200, `${stats.requests} requests`);
    assert.deepEqual(await env.edgeTask(), edge);
  });

  it('leaves no key where it can be read, and no former one', async () => {
    const configs = await env.swarm.configs.list({ [labels.stack]: env.stack });
    const control = await env.swarm.services.get(names.control(env.stack));
    const readable = [
      ...configs.flatMap(({ data, labels: own }) => [
        Buffer.from(data).toString('latin1'),
        JSON.stringify(own),
      ]),
      JSON.stringify(control),
    ].join('\n');
    assert.doesNotMatch(readable, /PRIVATE KEY-----\n[A-Za-z0-9+/]/);
    for (const key of made) assert.ok(!readable.includes(key.split('\n')[1] ?? '?'), 'a key can be read');
    const secrets = await env.swarm.secrets.list({ [labels.stack]: env.stack });
    assert.ok(secrets.length <= 3, `${secrets.length} secrets`);
  });

  async function set(name: string, hosts: readonly string[], title: string): Promise<void> {
    const files = await makeCertificate(hosts, title);
    made.push(files.key);
    const certificate = checkCertificate(files, { name, hosts: [], now: Date.now() });
    const { signal } = new AbortController();
    const { outcome, missing } = await setCertificate({ engine, name, certificate, signal });
    assert.deepEqual({ outcome, missing }, { outcome: 'done', missing: [] });
  }

  /** The title of the certificate that is shown to whoever asks for this host. */
  function titleOf(servername: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connectTls({ host: '127.0.0.1', port, servername, rejectUnauthorized: false }, () => {
        const { subject } = socket.getPeerCertificate();
        socket.end();
        resolve(String(subject.CN));
      });
      socket.on('error', reject);
    });
  }
});
