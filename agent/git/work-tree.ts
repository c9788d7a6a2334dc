/** The few questions about the working tree; what is in it is never released. */
import { isDirtyByGit, isDirtyByIsomorphicGit } from './dirty.ts';
import type { GitProgram } from './git-program.ts';
import { isIgnoredByGit, isIgnoredByIsomorphicGit } from './ignored.ts';
import type { Location } from './location.ts';

export interface WorkTree {
  isDirty(except?: string): Promise<boolean>;
  isIgnored(file: string): Promise<boolean>;
}

/** Without the program isomorphic-git answers. */
export function workTree(location: Location, git: GitProgram | undefined): WorkTree {
  return git
    ? {
        isDirty: (except) => isDirtyByGit(git, location, except),
        isIgnored: (file) => isIgnoredByGit(git, location, file),
      }
    : {
        isDirty: (except) => isDirtyByIsomorphicGit(location, except),
        isIgnored: (file) => isIgnoredByIsomorphicGit(location, file),
      };
}
