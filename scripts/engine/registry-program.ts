/** Debian's `docker-registry`, unpacked without installing it: the package would start a service of its own. */
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { hasDebianPackages, unpackPackages } from '../images/debian.ts';

/** Path of the program, kept in the checkout's `.tidegate`; `undefined` where the distribution has no such package. */
export async function registryProgram(root: string): Promise<string | undefined> {
  const program = path.join(root, '.tidegate', 'registry', 'docker-registry');
  if (await isThere(program)) return program;
  if (!(await hasDebianPackages())) return undefined;
  await mkdir(path.dirname(program), { recursive: true });
  const folder = await mkdtemp(path.join(path.dirname(program), 'unpack-'));
  try {
    const unpacked = await unpackPackages(['docker-registry'], folder);
    // At once: another test process may look for it, or bring it as well.
    await rename(path.join(unpacked.root, 'usr/bin/docker-registry'), program);
    return program;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
