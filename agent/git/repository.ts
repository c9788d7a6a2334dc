/** A git repository as Tidegate reads it: objects only, never the working tree. */
import type { TreeChange } from './tree-changes.ts';

export interface Commit {
  readonly oid: string;
  readonly tree: string;
  /** Of the commit, milliseconds since the epoch. */
  readonly time: number;
  readonly subject: string;
  /** The tag that was asked for, or the newest tag that points at it. */
  readonly tag: string | undefined;
  /** What was asked for: `v1.2.0`, `main`, `HEAD`, an abbreviated id. */
  readonly ref: string;
}

export interface Tag {
  readonly name: string;
  /** The commit it points at, annotated tags peeled. */
  readonly oid: string;
}

/** A tag or a branch with what a person wants to know of its commit. */
export interface NamedCommit {
  readonly name: string;
  readonly oid: string;
  readonly subject: string;
  /** Of the tag where it has one, else of the commit; milliseconds since the epoch. */
  readonly time: number;
}

export interface NamedCommits {
  readonly tags: readonly NamedCommit[];
  readonly branches: readonly NamedCommit[];
  /** How many there are. */
  readonly total: { readonly tags: number; readonly branches: number };
}

export interface TreeEntry {
  /** Below the folder that was asked for, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'executable' | 'symlink';
  readonly oid: string;
}

export interface Repository {
  /** The folder that holds the working tree. */
  readonly root: string;
  /** Throws `git.unknown-ref` with the nearest names. */
  resolve(ref: string): Promise<Commit>;
  tags(): Promise<readonly Tag[]>;
  /** Tags newest first, and local branches, the one committed to last first; at most `most` of each. */
  named(most: number): Promise<NamedCommits>;
  /** URL of the remote `origin`, without credentials; `undefined` when there is none, or it is a path. */
  originUrl(): Promise<string | undefined>;
  /** True when the working tree differs from HEAD, elsewhere than in the file `except`: what differs is not deployed. */
  isDirty(except?: string): Promise<boolean>;
  /** True for a file of the working tree that git ignores: it is in no commit on purpose. What is tracked is not ignored. */
  isIgnored(path: string): Promise<boolean>;
  /** Text of a file of a commit; `undefined` when it is not there. */
  readFile(commit: string, path: string): Promise<string | undefined>;
  /** Id of the tree or blob at a path of a commit (`''`: the root); `undefined` when it is not there. */
  objectId(commit: string, path: string): Promise<string | undefined>;
  /** All files below a folder of a commit, in path order. Submodules: `git.unsupported-repository`. */
  entries(commit: string, folder: string): Promise<readonly TreeEntry[]>;
  /** Files that differ between two commits, by path; submodules are told, not looked into. */
  changes(before: string, after: string): Promise<readonly TreeChange[]>;
  /** Raw bytes of blobs, in the order asked for. */
  blobs(oids: readonly string[], signal?: AbortSignal): AsyncIterable<Uint8Array>;
}
