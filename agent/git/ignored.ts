/** Whether git ignores a file: then it is in no commit on purpose, and its place is with whoever deploys. */
import fs from 'node:fs';
import * as git from 'isomorphic-git';
import { unreadable } from './failures.ts';
import { startGit, type GitProgram } from './git-program.ts';
import type { Location } from './location.ts';

/** By `git check-ignore`: knows every file of rules, the user's own too; what is tracked is not ignored. */
export async function isIgnoredByGit(
  program: GitProgram,
  location: Location,
  file: string,
): Promise<boolean> {
  const child = startGit(program, location, ['check-ignore', '--quiet', '--', file]);
  child.stdin.end();
  child.stdout.resume();
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code === 0) return true;
  if (code === 1) return false;
  throw unreadable('What git ignores', location.root, new Error(said.trim()));
}

export async function isIgnoredByIsomorphicGit(location: Location, file: string): Promise<boolean> {
  const where = { fs, dir: location.root, gitdir: location.gitDir, filepath: file };
  const tracked = await git.listFiles({ fs, dir: location.root, gitdir: location.gitDir });
  return !tracked.includes(file) && (await git.isIgnored(where));
}
