/** What kind of repository it is: refused formats, and why objects may be missing. */
import fs from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as git from 'isomorphic-git';
import { unsupportedFormat, type Completeness } from './failures.ts';
import type { Location } from './location.ts';

/** Throws `git.unsupported-repository` for object and ref formats that are not read (git-config, `extensions.*`). */
export async function checkFormat({ root, commonDir }: Location): Promise<void> {
  const setting = (name: string): Promise<unknown> => git.getConfig({ fs, gitdir: commonDir, path: name });
  const objects = await setting('extensions.objectformat');
  if (typeof objects === 'string' && objects !== 'sha1')
    throw unsupportedFormat(root, `objectformat = ${objects}`);
  const refs = await setting('extensions.refstorage');
  if (typeof refs === 'string' && refs !== 'files') throw unsupportedFormat(root, `refstorage = ${refs}`);
}

export async function isShallow({ commonDir }: Location): Promise<boolean> {
  return access(path.join(commonDir, 'shallow')).then(
    () => true,
    () => false,
  );
}

export async function completenessOf(location: Location): Promise<Completeness> {
  if (await isShallow(location)) return 'shallow';
  const config = await readFile(path.join(location.commonDir, 'config'), 'utf8').catch(() => '');
  if (/^\s*(promisor|partialclonefilter|partialclone)\s*=/im.test(config)) return 'partial';
  const alternates = await readFile(path.join(location.commonDir, 'objects/info/alternates'), 'utf8').catch(
    () => '',
  );
  return alternates.trim() === '' ? 'complete' : 'borrowing';
}
