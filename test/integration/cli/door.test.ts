import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { connect } from 'node:tls';
import { parseDocument } from 'yaml';
import { makeCertificate } from '../../support/certificates.ts';
import { freePort } from '../../support/edge-environment.ts';
import { must, openShop, type Shop } from '../../support/shop.ts';

describe('the commands about the door', function () {
  this.timeout(180_000);
  let shop: Shop;
  let https = 0;
  const json = async (...args: readonly string[]): Promise<Record<string, unknown>> =>
    JSON.parse((await shop.cli(...args, '--json')).stdout) as Record<string, unknown>;
  const codeOf = ({ error }: Record<string, unknown>): unknown => (error as { code: string }).code;

  before(async () => {
    shop = await openShop({ about: 'door' });
    https = await freePort();
  });
  after(() => shop.leave());

  it('put up the maintenance page, show it, and take it away', async () => {
    assert.equal((await json('maintenance', 'on', 'dev'))['outcome'], 'done');
    assert.equal((await json('maintenance', 'on', 'dev'))['outcome'], 'unchanged');
    const { environments } = await json('status', 'dev');
    assert.match(String((environments as { maintenance: string }[])[0]?.maintenance), /@/);
    assert.match((await must(shop.cli('status', 'dev'))).stdout, /under maintenance.*maintenance off dev/);
    const off = await must(shop.cli('maintenance', 'off', 'dev'));
    assert.match(off.stdout, /^done: maintenance is off/);
  });

  it('refuse a certificate where the environment, or its edge, has no HTTPS', async () => {
    await writePem(['shop.localhost']);
    assert.equal(codeOf(await set()), 'usage.invalid');
    await addHttps();
    assert.equal(codeOf(await set()), 'environment.outdated');
    const upgraded = await must(shop.cli('setup', 'dev', '--upgrade-edge', '--yes'));
    assert.match(upgraded.stderr, /shop-cert is not set yet/);
  });

  it('refuse one for another host before anything changes, and bring the right one', async () => {
    await writePem(['elsewhere.test']);
    const refused = await set();
    assert.equal(codeOf(refused), 'certificate.refused');
    assert.equal((await shop.ledger.routes.read()).value.certificates, undefined);
    await writePem(['shop.localhost']);
    const taken = await set();
    assert.equal(taken['outcome'], 'done', JSON.stringify(taken));
    assert.equal((await set())['outcome'], 'unchanged');
    assert.equal(await titleOf('shop.localhost'), 'door');
    const all = JSON.stringify([refused, taken]);
    const key = await readFile(path.join(shop.folder, 'key.pem'), 'utf8');
    assert.ok(!all.includes(key.split('\n')[1] ?? '?'), 'the key is in a report');
  });

  it('leave setup with nothing to do, until the certificate is named no more', async () => {
    assert.equal((await json('setup', 'dev'))['outcome'], 'unchanged');
    await addHttps('another-cert');
    const { changes } = await json('setup', 'dev');
    assert.deepEqual(changes, [
      'certificate shop-cert is not used any more',
      `service ${shop.stack}_tidegate-control has no former certificates any more`,
    ]);
    assert.equal((await shop.ledger.routes.read()).value.certificates, undefined);
  });

  function set(): Promise<Record<string, unknown>> {
    return json('cert', 'set', 'dev', 'shop-cert', '--cert', 'cert.pem', '--key', 'key.pem');
  }

  async function writePem(hosts: readonly string[]): Promise<void> {
    const { certificate, key } = await makeCertificate(hosts, 'door');
    await writeFile(path.join(shop.folder, 'cert.pem'), certificate);
    await writeFile(path.join(shop.folder, 'key.pem'), key);
  }

  async function addHttps(name = 'shop-cert'): Promise<void> {
    const file = path.join(shop.folder, 'tidegate.yaml');
    const document = parseDocument(await readFile(file, 'utf8'));
    const edge = document.createNode({ http: shop.port, https, tls: [name] });
    document.setIn(['environments', 'dev', 'edge'], edge);
    document.setIn(['services', 'web', 'route', 'hosts'], document.createNode(['shop.localhost']));
    await writeFile(file, document.toString());
  }

  function titleOf(servername: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: https, servername, rejectUnauthorized: false };
      const socket = connect(options, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.end();
      });
      socket.on('error', reject);
    });
  }
});
