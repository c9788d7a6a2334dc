/** Whether the working tree differs from HEAD. New files count: they are not deployed either. */
import fs from 'node:fs';
import * as git from 'isomorphic-git';
import { dirtyNeedsGit, unreadable } from './failures.ts';
import { startGit, type GitProgram } from './git-program.ts';
import type { Location } from './location.ts';

/** By `git status`: knows submodules, line endings and filters. The repository's own fsmonitor is not started. */
export async function isDirtyByGit(git: GitProgram, location: Location, except?: string): Promise<boolean> {
  const child = startGit(git, location, [
    ...['-c', 'core.fsmonitor=false'],
    ...['status', '--porcelain', '-z', '--untracked-files=normal', '--ignore-submodules=none'],
    ...(except === undefined ? [] : ['--', ':(top)', `:(top,exclude,literal)${except}`]),
  ]);
  child.stdin.end();
  let said = '';
  let dirty = false;
  child.stdout.on('data', () => (dirty = true));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw unreadable('The state of the working tree', location.root, new Error(said.trim()));
  return dirty;
}

export async function isDirtyByIsomorphicGit(location: Location, except?: string): Promise<boolean> {
  if (location.gitDir !== location.commonDir) throw dirtyNeedsGit(location.root);
  const rows = await git.statusMatrix({ fs, dir: location.root, gitdir: location.gitDir });
  return rows.some(
    ([file, head, workdir, stage]) => file !== except && (head !== 1 || workdir !== 1 || stage !== 1),
  );
}
