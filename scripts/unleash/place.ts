/** A real Unleash server for tests: out of npm into a git-ignored folder, on Debian's PostgreSQL. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isInstalled, output } from '../command.ts';
import type { Consent } from '../consent.ts';
import { aptGet } from '../engine/install.ts';
import { hasDebianPackages } from '../images/debian.ts';

export interface UnleashPlace {
  /** Its first file. */
  readonly server: string;
  /** Folder of `initdb` and `postgres`. */
  readonly postgres: string;
}

export interface Getting {
  /** The checkout of Tidegate. */
  readonly root: string;
  readonly say: (line: string) => void;
}

const own = import.meta.dirname;

/** What `package-lock.json` beside this file pins; nothing of it is compiled. Returns its first file. */
export async function ensureUnleash({ root, say }: Getting): Promise<string> {
  const folder = path.join(root, '.tidegate', 'unleash');
  const server = path.join(folder, 'node_modules', 'unleash-server', 'dist', 'server.js');
  const pinned = createHash('sha256')
    .update(await readFile(path.join(own, 'package-lock.json')))
    .digest('hex');
  const done = path.join(folder, 'complete');
  const isThere = existsSync(server) && (await readFile(done, 'utf8').catch(() => '')) === pinned;
  if (isThere) return server;
  say('Getting an Unleash server (180 MB) from npm …');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json'])
    await copyFile(path.join(own, file), path.join(folder, file));
  await output('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    timeoutMs: 600_000,
  });
  await writeFile(done, pinned);
  return server;
}

/** Folder of its programs; `undefined`: this machine has none, and none can be installed here. */
export async function ensurePostgres(
  consent: Consent,
  say: (line: string) => void,
): Promise<string | undefined> {
  const found = await postgresFolder();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !(await hasDebianPackages())) return undefined;
  await consent('Install the package postgresql with apt-get, for the tests?');
  say('Installing postgresql …');
  await aptGet('update', '-q');
  await aptGet('install', '-y', '-q', '--no-install-recommends', 'postgresql');
  return postgresFolder();
}

/** Debian keeps them out of the PATH, a folder a version. */
export async function postgresFolder(): Promise<string | undefined> {
  const versions = '/usr/lib/postgresql';
  const [newest] = (await readdir(versions).catch(() => [])).sort((a, b) => Number(b) - Number(a));
  if (newest !== undefined && existsSync(path.join(versions, newest, 'bin', 'initdb')))
    return path.join(versions, newest, 'bin');
  if (!(await isInstalled('initdb'))) return undefined;
  return path.dirname((await output('/bin/sh', ['-c', 'command -v initdb'])).trim());
}
