/** An engine's socket behind a real TLS listener, as `dockerd --tlsverify` has one, with certificates made for it. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';
import { output } from '../../scripts/command.ts';

export interface Authority {
  /** Holds `ca.pem`. */
  readonly folder: string;
  /** Signs a certificate for a new key; both as text. */
  sign(options: {
    readonly names: string;
    readonly expired?: boolean;
  }): Promise<{ readonly cert: string; readonly key: string }>;
  remove(): Promise<void>;
}

export async function makeAuthority(): Promise<Authority> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-ca-'));
  const openssl = (...args: string[]): Promise<string> => output('openssl', args, { cwd: folder });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-days',
    '30',
    '-subj',
    '/CN=ca',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  );
  await writeFile(path.join(folder, 'ca.conf'), configuration);
  await writeFile(path.join(folder, 'index'), '');
  return {
    folder,
    sign: async ({ names, expired = false }) => {
      await writeFile(path.join(folder, 'names'), `subjectAltName=${names}\n`);
      await openssl('req', ...newKey, '-subj', '/CN=x', '-keyout', 'x.key', '-out', 'x.csr');
      const dates = expired
        ? ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z']
        : ['-days', '30'];
      const files = ['-in', 'x.csr', '-out', 'x.pem', '-extfile', 'names'];
      await openssl('ca', '-batch', '-config', 'ca.conf', '-notext', '-rand_serial', ...dates, ...files);
      const read = (file: string): Promise<string> => readFile(path.join(folder, file), 'utf8');
      return { cert: await read('x.pem'), key: await read('x.key') };
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

const configuration = `[ca]
default_ca = own
[own]
database = index
new_certs_dir = .
serial = serial
certificate = ca.pem
private_key = ca.key
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
`;

export interface TlsEngine {
  readonly port: number;
  close(): Promise<void>;
}

/** Lets in only whoever has a certificate of that authority. */
export async function serveTls(
  socket: string,
  authority: Authority,
  own: { readonly cert: string; readonly key: string },
): Promise<TlsEngine> {
  const ca = await readFile(path.join(authority.folder, 'ca.pem'), 'utf8');
  const open = new Set<TLSSocket>();
  const server = createServer({ ...own, ca, requestCert: true, rejectUnauthorized: true }, (client) => {
    const engine = createConnection(socket);
    open.add(client);
    client.on('error', () => engine.destroy());
    engine.on('error', () => client.destroy());
    client.once('close', () => {
      open.delete(client);
      engine.destroy();
    });
    engine.once('close', () => client.destroy());
    client.pipe(engine).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const client of open) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * OpenSSL's own listener, which nobody is behind: Node's hangs up on a client it does not trust, this one says why, as
 * dockerd does.
 */
export async function serveStrictly(
  authority: Authority,
  own: { readonly cert: string; readonly key: string },
): Promise<TlsEngine> {
  const at = (name: string): string => path.join(authority.folder, name);
  await writeFile(at('own.pem'), own.cert + own.key);
  const trust = ['-CAfile', at('ca.pem'), '-Verify', '1', '-verify_return_error'];
  const child = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', '-cert', at('own.pem'), ...trust], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const shown = /ACCEPT 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (shown !== undefined) resolve(Number(shown));
    });
    child.once('exit', () => reject(new Error(`openssl s_server ended: ${said}`)));
  });
  return {
    port,
    close: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    },
  };
}
