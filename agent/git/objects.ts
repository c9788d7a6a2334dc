/** Where the bytes of a repository's objects come from: a git program, or isomorphic-git where there is none. */
export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

export interface GitObject {
  readonly oid: string;
  readonly type: ObjectType;
  readonly data: Uint8Array;
}

export type Expansion = { readonly oid: string } | 'ambiguous' | 'missing';

export interface Objects {
  /** `undefined` when it is missing. Throws what the source throws when it is there and cannot be read. */
  read(oid: string): Promise<GitObject | undefined>;
  /** Objects in the order asked for; ends early at one that is missing. */
  stream(oids: readonly string[], signal?: AbortSignal): AsyncIterable<GitObject>;
  /** The commit (or the tag that leads to one) an abbreviated id of at least 4 digits stands for. */
  expand(prefix: string): Promise<Expansion>;
}
