/** Everything that can be wrong with a repository, one factory per failure. */
import { failure, type TidegateError } from '../common/errors.ts';

export function notARepository(dir: string, cause?: unknown): TidegateError {
  return failure('git.not-a-repository', {
    message: `${dir} is not inside a git repository.`,
    hint: 'Run Tidegate inside the project\'s checkout, or make one: "git init", "git add ." and "git commit".',
    data: { dir },
    cause,
  });
}

/** A `.git` file that points at a folder which is gone: a worktree or submodule that was moved or pruned. */
export function lostGitDir(dir: string, gitDir: string): TidegateError {
  return failure('git.not-a-repository', {
    message: `${dir}/.git points at ${gitDir}, which is not a git folder.`,
    hint: 'Run "git worktree repair" in the main checkout, or clone the project again.',
    data: { dir, gitDir },
  });
}

export function bareRepository(dir: string): TidegateError {
  return failure('git.unsupported-repository', {
    message: `${dir} is a bare repository: it has no checkout to read the environments from.`,
    hint: `Clone it first: "git clone ${dir}".`,
    data: { dir },
  });
}

/** `what` is a repository format extension, `objectformat = sha256` for one. */
export function unsupportedFormat(dir: string, what: string): TidegateError {
  return failure('git.unsupported-repository', {
    message: `The repository ${dir} uses a format that Tidegate cannot read: ${what}.`,
    hint: 'Tidegate reads repositories with SHA-1 object ids and file based refs: clone into one ("git init" without --object-format and --ref-format).',
    data: { dir, format: what },
  });
}

export function submodule(path: string): TidegateError {
  return failure('git.unsupported-repository', {
    message: `${path} is a submodule: its files are in another repository, so they cannot be part of a build context.`,
    hint: 'Choose a build context without it, or bring its files in ("git subtree add").',
    data: { path },
  });
}

export function dirtyNeedsGit(root: string): TidegateError {
  return failure('git.unsupported-repository', {
    message: `Whether ${root} has uncommitted changes cannot be told: it is a linked worktree and no git is installed.`,
    hint: 'Install git.',
    data: { root },
  });
}

export interface UnknownRef {
  readonly ref: string;
  readonly root: string;
  readonly nearest: readonly string[];
  readonly shallow: boolean;
}

export function unknownRef({ ref, root, nearest, shallow }: UnknownRef): TidegateError {
  const near = nearest.length === 0 ? '' : ` Nearest: ${nearest.join(', ')}.`;
  const hint = shallow
    ? 'This clone is shallow, so older tags and commits are missing: run "git fetch --unshallow --tags".'
    : 'Look at "git tag" and "git branch --all"; a tag made elsewhere arrives with "git fetch --tags".';
  return failure('git.unknown-ref', {
    message: `${JSON.stringify(ref)} is no tag, branch or commit of ${root}.${near}`,
    hint,
    data: { ref, nearest, shallow },
  });
}

export function noCommits(root: string): TidegateError {
  return failure('git.unknown-ref', {
    message: `The repository ${root} has no commit yet, so there is nothing to release.`,
    hint: 'Commit the project: "git add ." and "git commit".',
    data: { ref: 'HEAD', nearest: [], shallow: false },
  });
}

export function ambiguousId(ref: string, root: string): TidegateError {
  return failure('git.unknown-ref', {
    message: `The abbreviated id ${ref} fits more than one commit of ${root}.`,
    hint: 'Give more of its digits.',
    data: { ref },
  });
}

export function notACommit(ref: string, type: string): TidegateError {
  return failure('git.unknown-ref', {
    message: `${JSON.stringify(ref)} points at a ${type}, not at a commit.`,
    hint: 'Give a tag, a branch or a commit id.',
    data: { ref, type },
  });
}

/** Why an object of a repository may be missing. */
export type Completeness = 'complete' | 'shallow' | 'partial' | 'borrowing';

const missingHints: Record<Completeness, string> = {
  complete: 'The repository is damaged: look at "git fsck", or clone it again.',
  shallow: 'This clone is shallow: run "git fetch --unshallow".',
  partial: 'This is a partial clone: fetch the rest with "git fetch --refetch --no-filter".',
  borrowing:
    'This clone borrows objects of another one: make it whole with "git repack -a -d", or install git.',
};

export function missingObject(oid: string, root: string, completeness: Completeness): TidegateError {
  return failure(completeness === 'complete' ? 'git.unreadable' : 'git.unsupported-repository', {
    message: `The object ${oid} is missing in the repository ${root}.`,
    hint: missingHints[completeness],
    data: { oid, root, completeness },
  });
}

export function unreadable(what: string, root: string, cause?: unknown): TidegateError {
  return failure('git.unreadable', {
    message: `${what} in the repository ${root} cannot be read.`,
    hint: missingHints.complete,
    data: { what, root },
    cause,
  });
}
