/** Certificates with their keys, as Swarm mounted them into control: read when an edge asks, kept nowhere. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { certificateFile } from '../edge/services.ts';

/** `undefined`: this control has none of that name and version; another one may. */
export type Certificates = (name: string, version: string) => Promise<string | undefined>;

export function openCertificates(folder = '/run/secrets'): Certificates {
  return async (name, version) => {
    if (!/^[a-z0-9-]{1,40}$/.test(name) || !/^[0-9a-f]{12}$/.test(version)) return undefined;
    return readFile(path.join(folder, certificateFile(name, version)), 'utf8').catch(() => undefined);
  };
}
