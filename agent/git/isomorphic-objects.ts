import fs from 'node:fs';
import * as git from 'isomorphic-git';
import type { Location } from './location.ts';
import type { Expansion, GitObject, Objects, ObjectType } from './objects.ts';

/**
 * The one call that gives an object's bytes whatever its type. Its documentation prefers the calls for a known
 * type, but what a tag points at is not known before it is read.
 */
interface RawObjects {
  readObject(options: object): Promise<{ type: ObjectType; object: Uint8Array }>;
}

const raw = git as unknown as RawObjects;

/** Objects by isomorphic-git, for machines without a git. It loads each pack it reads from into memory. */
export class IsomorphicObjects implements Objects {
  readonly #repository: { fs: typeof fs; gitdir: string; cache: object };

  constructor({ commonDir }: Location) {
    this.#repository = { fs, gitdir: commonDir, cache: {} };
  }

  /** Twice before it is missing: a git that packs at this moment has moved it from one pack to another. */
  async read(oid: string): Promise<GitObject | undefined> {
    return (await this.#find(oid, this.#repository.cache)) ?? (await this.#find(oid, {}));
  }

  async #find(oid: string, cache: object): Promise<GitObject | undefined> {
    try {
      const { type, object } = await raw.readObject({ ...this.#repository, cache, oid, format: 'content' });
      return { oid, type, data: object };
    } catch (error) {
      if (error instanceof git.Errors.NotFoundError) return undefined;
      throw error;
    }
  }

  async *stream(oids: readonly string[], signal?: AbortSignal): AsyncIterable<GitObject> {
    for (const oid of oids) {
      signal?.throwIfAborted();
      const object = await this.read(oid);
      if (object === undefined) return;
      yield object;
    }
  }

  async expand(prefix: string): Promise<Expansion> {
    try {
      return { oid: await git.expandOid({ ...this.#repository, oid: prefix }) };
    } catch (error) {
      if (error instanceof git.Errors.AmbiguousError) return 'ambiguous';
      if (error instanceof git.Errors.NotFoundError) return 'missing';
      throw error;
    }
  }
}
