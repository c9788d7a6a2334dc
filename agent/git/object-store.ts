/** The objects of one repository, parsed, with every failure as a clear error. */
import { TidegateError } from '../common/errors.ts';
import { missingObject, submodule, unreadable } from './failures.ts';
import { completenessOf } from './format.ts';
import type { Location } from './location.ts';
import type { Expansion, GitObject, Objects, ObjectType } from './objects.ts';
import {
  parseCommit,
  parseTag,
  parseTree,
  type ParsedCommit,
  type ParsedTag,
  type ParsedTreeEntry,
} from './parse.ts';
import type { TreeEntry } from './repository.ts';

export class ObjectStore {
  readonly #objects: Objects;
  readonly #location: Location;

  constructor(objects: Objects, location: Location) {
    this.#objects = objects;
    this.#location = location;
  }

  async commit(oid: string): Promise<ParsedCommit> {
    return parseCommit(await this.#bytes(oid, 'commit')) ?? this.#damaged(oid, 'commit');
  }

  async tag(oid: string): Promise<ParsedTag> {
    return parseTag(await this.#bytes(oid, 'tag')) ?? this.#damaged(oid, 'tag');
  }

  async tree(oid: string): Promise<readonly ParsedTreeEntry[]> {
    return parseTree(await this.#bytes(oid, 'tree')) ?? this.#damaged(oid, 'tree');
  }

  async blob(oid: string): Promise<Uint8Array> {
    return this.#bytes(oid, 'blob');
  }

  /** Follows annotated tags, also tags of tags, to what they mean. `undefined` when `oid` itself is missing. */
  async peel(oid: string): Promise<{ readonly oid: string; readonly type: ObjectType } | undefined> {
    let object = await this.#read(oid);
    while (object?.type === 'tag') {
      const target = parseTag(object.data)?.target ?? this.#damaged(object.oid, 'tag');
      object = await this.#existing(target);
    }
    return object === undefined ? undefined : { oid: object.oid, type: object.type };
  }

  expand(prefix: string): Promise<Expansion> {
    return this.#clear(prefix, () => this.#objects.expand(prefix));
  }

  /** All files below a tree, depth first in git's order, which is the order of their paths' bytes. */
  async files(tree: string, prefix: string, folder: string): Promise<readonly TreeEntry[]> {
    const parts = await Promise.all(
      (await this.tree(tree)).map(async (entry): Promise<readonly TreeEntry[]> => {
        const path = prefix + entry.name;
        switch (entry.kind) {
          case 'folder':
            return this.files(entry.oid, `${path}/`, folder);
          case 'submodule':
            throw submodule(folder === '' ? path : `${folder}/${path}`);
          case 'file':
          case 'executable':
          case 'symlink':
            return [{ path, kind: entry.kind, oid: entry.oid }];
        }
      }),
    );
    return parts.flat();
  }

  async *blobs(oids: readonly string[], signal?: AbortSignal): AsyncIterable<Uint8Array> {
    let count = 0;
    try {
      for await (const object of this.#objects.stream(oids, signal)) {
        if (object.type !== 'blob') this.#damaged(object.oid, 'blob');
        count++;
        yield object.data;
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw await this.#explained(oids[count] ?? '', error);
    }
    const missing = oids[count];
    if (missing !== undefined) throw await this.missing(missing);
  }

  async #bytes(oid: string, type: ObjectType): Promise<Uint8Array> {
    const object = await this.#existing(oid);
    return object.type === type ? object.data : this.#damaged(oid, type);
  }

  async #existing(oid: string): Promise<GitObject> {
    const object = await this.#read(oid);
    if (object === undefined) throw await this.missing(oid);
    return object;
  }

  #read(oid: string): Promise<GitObject | undefined> {
    return this.#clear(oid, () => this.#objects.read(oid));
  }

  async #clear<T>(oid: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw await this.#explained(oid, error);
    }
  }

  /** A git that gives up on an object of a partial clone has not found it; anything else is damage. */
  async #explained(oid: string, error: unknown): Promise<unknown> {
    if (error instanceof TidegateError) return error;
    const completeness = await completenessOf(this.#location);
    if (completeness === 'partial') return missingObject(oid, this.#location.root, completeness);
    return unreadable(`The object ${oid}`, this.#location.root, error);
  }

  /** The failure for an object that is not there, with what to do about it. */
  async missing(oid: string): Promise<TidegateError> {
    return missingObject(oid, this.#location.root, await completenessOf(this.#location));
  }

  #damaged(oid: string, type: ObjectType): never {
    throw unreadable(`The ${type} ${oid}`, this.#location.root);
  }
}
