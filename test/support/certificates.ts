/** Certificates for tests, made by openssl when they are needed: none is kept in the repository. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

export interface MadeCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** Signed by itself, for these hosts, valid from now for a month. `title` tells one from another. */
export async function makeCertificate(hosts: readonly string[], title = 'test'): Promise<MadeCertificate> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-certificate-'));
  const [certificate, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
  const names = hosts.map((host) => `DNS:${host}`).join(',');
  try {
    await promisify(execFile)('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-days', '30', '-subj', `/CN=${title}`, '-addext', `subjectAltName=${names}`],
      ...['-keyout', key, '-out', certificate],
    ]);
    return { certificate: await readFile(certificate, 'utf8'), key: await readFile(key, 'utf8') };
  } finally {
    await rm(folder, { recursive: true });
  }
}
