/**
 * A certificate and its key as a person has them in files, checked before an edge ever sees them. Pure. Nothing of the
 * key is in any message.
 */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { sha256 } from '../common/canonical.ts';
import { certificateRefused } from './failures.ts';

export interface CertificateFiles {
  /** PEM: the certificate first, then the chain that leads to its issuer's. */
  readonly certificate: string;
  /** PEM, not encrypted. */
  readonly key: string;
}

export interface CheckedCertificate {
  /** 12 hex digits: equal content, equal version. */
  readonly version: string;
  /** What HAProxy reads: certificate, chain, key. */
  readonly pem: string;
  readonly names: readonly string[];
  /** RFC 3339. */
  readonly validUntil: string;
}

export interface CertificateUse {
  readonly name: string;
  /** Hosts of the environment, of which it has to be for one; empty: it may be for any. */
  readonly hosts: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Throws `certificate.refused` saying why. */
export function checkCertificate(files: CertificateFiles, use: CertificateUse): CheckedCertificate {
  const chain = readChain(files.certificate, use.name);
  const [leaf] = chain;
  const key = readKey(files.key, use.name);
  if (!leaf.checkPrivateKey(key))
    throw certificateRefused(
      use.name,
      'the key belongs to another certificate',
      'Give the key it was requested with. In the file of a chain, the certificate itself comes first.',
    );
  checkTime(leaf, use);
  const names = namesOf(leaf);
  if (use.hosts.length > 0 && !use.hosts.some((host) => leaf.checkHost(host) !== undefined))
    throw certificateRefused(
      use.name,
      `it is for ${names.join(', ') || 'no host'}, and the environment answers to ${use.hosts.join(', ')}`,
      'Give the certificate of one of these hosts, or add its host to a service in tidegate.yaml.',
    );
  const pem = [...chain.map(String), key.export({ type: 'pkcs8', format: 'pem' }).toString()]
    .map((part) => `${part.trim()}\n`)
    .join('');
  return {
    version: sha256(`${use.name}\n${pem}`).slice(0, 12),
    pem,
    names,
    validUntil: new Date(leaf.validTo).toISOString(),
  };
}

function readChain(text: string, name: string): readonly [X509Certificate, ...X509Certificate[]] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    const [first, ...rest] = blocks.map((block) => new X509Certificate(block));
    if (first) return [first, ...rest];
  } catch {
    // Said below: what OpenSSL says about it helps nobody.
  }
  throw certificateRefused(
    name,
    'the file of the certificate holds none that can be read',
    'It has to be PEM, starting with "-----BEGIN CERTIFICATE-----".',
  );
}

function readKey(text: string, name: string): KeyObject {
  const isEncrypted = /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(text);
  if (!isEncrypted)
    try {
      return createPrivateKey(text);
    } catch {
      // Not its message either: it may quote what it read.
    }
  throw certificateRefused(
    name,
    isEncrypted ? 'its key is encrypted' : 'the file of the key holds none that can be read',
    isEncrypted
      ? 'Decrypt it first, "openssl pkey -in KEY -out PLAIN"; Swarm keeps it encrypted.'
      : 'It has to be PEM, starting with "-----BEGIN PRIVATE KEY-----".',
  );
}

function checkTime(leaf: X509Certificate, { name, now }: CertificateUse): void {
  if (Date.parse(leaf.validTo) <= now)
    throw certificateRefused(name, `it expired on ${leaf.validTo}`, 'Have it renewed, and set the new one.');
  if (Date.parse(leaf.validFrom) > now)
    throw certificateRefused(
      name,
      `it is not valid before ${leaf.validFrom}`,
      'Look at the clock of this machine, or set it then.',
    );
}

function namesOf({ subjectAltName = '' }: X509Certificate): readonly string[] {
  return subjectAltName.split(', ').flatMap((entry) => (entry.startsWith('DNS:') ? [entry.slice(4)] : []));
}
