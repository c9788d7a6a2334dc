import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { bareRepository, lostGitDir, notARepository } from './failures.ts';

/** Where the parts of a repository are. All absolute. */
export interface Location {
  /** The folder that holds the working tree. */
  readonly root: string;
  /** HEAD and the index of this working tree. */
  readonly gitDir: string;
  /** Objects, refs and configuration; differs from `gitDir` in a linked worktree. */
  readonly commonDir: string;
}

/** The repository that `dir` is in: walks up to the first folder with a `.git`. Throws `git.not-a-repository`. */
export async function locate(dir: string): Promise<Location> {
  const start = await realpath(dir).catch((cause: unknown) => {
    throw notARepository(dir, cause);
  });
  for (let root = start; ; root = path.dirname(root)) {
    const gitDir = await gitDirOf(root);
    if (gitDir !== undefined) return { root, gitDir, commonDir: await commonDirOf(gitDir) };
    if (await isGitDir(root)) throw bareRepository(root);
    if (root === path.dirname(root)) throw notARepository(dir);
  }
}

async function gitDirOf(root: string): Promise<string | undefined> {
  const dotGit = path.join(root, '.git');
  const found = await stat(dotGit).catch(() => undefined);
  if (found?.isDirectory() === true) return (await isGitDir(dotGit)) ? dotGit : undefined;
  if (found?.isFile() !== true) return undefined;
  // A linked worktree or a submodule's checkout: a file that names the real folder (gitrepository-layout).
  const pointer = /^gitdir: (.+?)\r?\n*$/.exec(await readFile(dotGit, 'utf8'))?.[1];
  if (pointer === undefined) return undefined;
  const gitDir = path.resolve(root, pointer);
  if (!(await exists(path.join(gitDir, 'HEAD')))) throw lostGitDir(root, gitDir);
  return gitDir;
}

async function commonDirOf(gitDir: string): Promise<string> {
  const text = await readFile(path.join(gitDir, 'commondir'), 'utf8').catch(() => '.');
  return path.resolve(gitDir, text.trim());
}

async function isGitDir(dir: string): Promise<boolean> {
  const parts = await Promise.all(['HEAD', 'objects', 'refs'].map((name) => exists(path.join(dir, name))));
  return parts.every((there) => there);
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
