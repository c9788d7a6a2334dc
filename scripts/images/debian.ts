/** Packages of the host's distribution, downloaded and unpacked without installing them. */
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { isInstalled, output } from '../command.ts';

export async function hasDebianPackages(): Promise<boolean> {
  return (await isInstalled('apt-get')) && (await isInstalled('dpkg-deb'));
}

export interface Unpacked {
  /** The folder that stands for `/`. */
  readonly root: string;
  /** Version of each downloaded package by its name, `2.6.12-1+deb12u3`. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Downloads packages with those of their dependencies that the host does not have, into `folder`. Needs no root. */
export async function unpackPackages(names: readonly string[], folder: string): Promise<Unpacked> {
  const root = path.join(folder, 'root');
  await mkdir(root, { recursive: true });
  const wanted = new Set([...names, ...(await missingDependencies(names))]);
  await output('apt-get', ['download', '-q', ...wanted], { cwd: folder, timeoutMs: 120_000 });
  const archives = (await readdir(folder)).filter((file) => file.endsWith('.deb'));
  for (const archive of archives) await output('dpkg-deb', ['-x', path.join(folder, archive), root]);
  return { root, versions: Object.fromEntries(archives.map(nameAndVersion)) };
}

/** A bare machine has no package lists yet: fetched when apt does not know a name. */
async function missingDependencies(names: readonly string[]): Promise<readonly string[]> {
  const simulate = (): Promise<string> =>
    output('apt-get', ['-s', 'install', '--no-install-recommends', ...names]);
  const plan = await simulate().catch(async () => {
    await output('apt-get', ['update', '-q'], { timeoutMs: 120_000 });
    return simulate();
  });
  return [...plan.matchAll(/^Inst (\S+)/gm)].flatMap(([, name]) => name ?? []);
}

/** `haproxy_2.6.12-1+deb12u3_amd64.deb`; an epoch's colon is written `%3a`. */
function nameAndVersion(archive: string): [string, string] {
  const [name = archive, version = ''] = archive.split('_');
  return [name, decodeURIComponent(version)];
}
