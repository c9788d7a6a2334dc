import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { TidegateError } from '../../../agent/common/errors.ts';
import {
  checkCertificate,
  type CertificateFiles,
  type CertificateUse,
} from '../../../agent/infra/certificate.ts';
import { makeCertificate, type MadeCertificate } from '../../support/certificates.ts';

describe('a certificate that is to go to the edges', () => {
  const day = 24 * 60 * 60 * 1000;
  let shop: MadeCertificate;
  let other: MadeCertificate;
  const check = (change: Partial<CertificateFiles> = {}, use: Partial<CertificateUse> = {}) =>
    checkCertificate(
      { ...shop, ...change },
      { name: 'shop-cert', hosts: ['shop.example'], now: Date.now(), ...use },
    );
  const refusal = (change: Partial<CertificateFiles>, use: Partial<CertificateUse> = {}): string => {
    try {
      check(change, use);
    } catch (error) {
      assert.ok(error instanceof TidegateError, String(error));
      assert.equal(error.code, 'certificate.refused');
      assert.match(error.message, /^The certificate shop-cert was refused, and nothing changed: /);
      const told = [error.message, error.hint, JSON.stringify(error.data)].join('\n');
      for (const line of shop.key.split('\n').filter((text) => /^[A-Za-z0-9+/=]{20}/.test(text)))
        assert.ok(!told.includes(line), 'the key is in the message');
      return error.message.replace(/^[^:]*: /, '');
    }
    throw new Error('it was taken');
  };

  before(async () => {
    shop = await makeCertificate(['shop.example', '*.shop.example']);
    other = await makeCertificate(['other.example']);
  });

  it('is taken with its chain and key, under a version of its content', () => {
    const { pem, version, names } = check({ certificate: shop.certificate + other.certificate });
    assert.match(version, /^[0-9a-f]{12}$/);
    assert.deepEqual(names, ['shop.example', '*.shop.example']);
    const kinds = pem.match(/BEGIN [A-Z ]+/g);
    assert.deepEqual(kinds, ['BEGIN CERTIFICATE', 'BEGIN CERTIFICATE', 'BEGIN PRIVATE KEY']);
    assert.equal(check({ certificate: shop.certificate + other.certificate }).version, version);
    assert.notEqual(check().version, version);
    assert.notEqual(check({}, { name: 'another-name' }).version, check().version);
  });

  it('is for one of the hosts, be it by a wildcard, or for any where there is none', () => {
    check({}, { hosts: ['x.example', 'www.shop.example'] });
    check({}, { hosts: [] });
    assert.equal(
      refusal({}, { hosts: ['a.b.shop.example', 'other.example'] }),
      'it is for shop.example, *.shop.example, and the environment answers to a.b.shop.example, other.example.',
    );
  });

  it('is valid now', () => {
    assert.match(refusal({}, { now: Date.now() + 31 * day }), /^it expired on /);
    assert.match(refusal({}, { now: Date.now() - day }), /^it is not valid before /);
  });

  it('belongs to its key', () => {
    assert.equal(refusal({ key: other.key }), 'the key belongs to another certificate.');
    assert.equal(
      refusal({ certificate: other.certificate + shop.certificate }),
      'the key belongs to another certificate.',
    );
  });

  it('can be read, and so can its key', () => {
    for (const certificate of ['', 'x', shop.key, shop.certificate.replace(/M/g, '!')])
      assert.equal(refusal({ certificate }), 'the file of the certificate holds none that can be read.');
    for (const key of ['', shop.certificate, shop.key.replace('BEGIN', 'BEGUN')])
      assert.equal(refusal({ key }), 'the file of the key holds none that can be read.');
    const cipher = { cipher: 'aes-256-cbc', passphrase: 'x' };
    const encrypted = createPrivateKey(shop.key).export({ type: 'pkcs8', format: 'pem', ...cipher });
    assert.equal(refusal({ key: String(encrypted) }), 'its key is encrypted.');
  });
});
