import { CatFile } from './cat-file.ts';
import { checkFormat } from './format.ts';
import { isInstalled, type GitProgram } from './git-program.ts';
import { GitRepository } from './git-repository.ts';
import { IsomorphicObjects } from './isomorphic-objects.ts';
import { locate } from './location.ts';
import { ObjectStore } from './object-store.ts';
import type { Repository } from './repository.ts';
import { workTree } from './work-tree.ts';

export interface OpenDeps {
  /** The git to start; where it cannot be started, isomorphic-git reads the objects. Default: `git`. */
  readonly program?: string;
  /** Environment of that git. Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * The repository that `dir` is in (any folder of a checkout or of a linked worktree).
 * Throws `git.not-a-repository` or `git.unsupported-repository`.
 */
export async function openRepository(dir: string, deps: OpenDeps = {}): Promise<Repository> {
  const location = await locate(dir);
  await checkFormat(location);
  const git: GitProgram = { program: deps.program ?? 'git', env: deps.env ?? process.env };
  if (await isInstalled(git)) {
    const store = new ObjectStore(new CatFile(git, location), location);
    return new GitRepository(location, store, workTree(location, git));
  }
  const store = new ObjectStore(new IsomorphicObjects(location), location);
  return new GitRepository(location, store, workTree(location, undefined));
}
