/** Docker's certificates: `ca.pem` says whom to trust; `cert.pem` and `key.pem` are the client's own. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { certificateExpired, halfAClient, unreadableCertificate } from './failures.ts';
import { paths, type Surroundings } from './surroundings.ts';

export interface TlsMaterial {
  /** Where it was read, for messages. */
  readonly folder: string;
  /** Without one: whom this machine trusts. */
  readonly ca?: string;
  readonly client?: { readonly cert: string; readonly key: string };
}

const files = { ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem' } as const;

/** Whether a folder has any of them. */
export async function clientIn(around: Surroundings, folder: string): Promise<boolean> {
  const there = await Promise.all(
    Object.values(files).map((file) => around.exists(paths(around).join(folder, file))),
  );
  return there.includes(true);
}

/** Throws `engine.untrusted` for certificates that cannot work, before anybody is asked. */
export async function readTls(around: Surroundings, folder: string): Promise<TlsMaterial> {
  const read = (file: string): Promise<string | undefined> =>
    around.readFile(paths(around).join(folder, file));
  const [ca, cert, key] = await Promise.all([read(files.ca), read(files.cert), read(files.key)]);
  if (ca !== undefined) parse(folder, files.ca, ca);
  if (cert === undefined && key === undefined) return { folder, ...(ca !== undefined && { ca }) };
  if (cert === undefined || key === undefined)
    throw halfAClient(folder, cert === undefined ? files.cert : files.key);
  const { validTo } = parse(folder, files.cert, cert);
  if (Date.parse(validTo) < Date.now()) throw certificateExpired(folder, files.cert, validTo);
  if (!isKeyOf(cert, key))
    throw unreadableCertificate(folder, files.key, `it is not the key of ${files.cert}`);
  return { folder, ...(ca !== undefined && { ca }), client: { cert, key } };
}

function parse(folder: string, file: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch {
    throw unreadableCertificate(folder, file, 'it is not a certificate in PEM form');
  }
}

/** A key with a passphrase cannot be read here, and docker cannot read it either. */
function isKeyOf(cert: string, key: string): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
