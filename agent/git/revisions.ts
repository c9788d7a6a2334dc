/** What people call a commit -> the commit: gitrevisions, as far as it is needed to name a release. */
import { nearestNames } from '../common/did-you-mean.ts';
import { ambiguousId, noCommits, notACommit, unknownRef } from './failures.ts';
import { isShallow } from './format.ts';
import type { Location } from './location.ts';
import type { ObjectStore } from './object-store.ts';
import { findRef, readHead, shortName, type Refs } from './refs.ts';

interface Found {
  /** Of any object: a commit, or a tag that leads to one. */
  readonly oid: string;
  /** Full name of the ref it was found by. */
  readonly name: string | undefined;
}

export class Revisions {
  readonly #location: Location;
  readonly #store: ObjectStore;

  constructor(location: Location, store: ObjectStore) {
    this.#location = location;
    this.#store = store;
  }

  /**
   * `HEAD`, `@`, a tag, a branch, a remote branch, a full or abbreviated id; each with `~2` or `^` behind it.
   * `tag` is the tag that was asked for. Throws `git.unknown-ref`.
   */
  async commit(ref: string, refs: Refs): Promise<{ readonly oid: string; readonly tag: string | undefined }> {
    const [, name = '', steps = ''] = /^(.*?)((?:[~^]\d*)*)$/s.exec(ref) ?? [];
    const found = await this.#find(name, ref, refs);
    const peeled = await this.#store.peel(found.oid);
    // A name that leads to a missing object is known; an id that does is not.
    if (peeled === undefined && found.name !== undefined) throw await this.#store.missing(found.oid);
    if (peeled === undefined) throw await this.#unknown(ref, refs);
    if (peeled.type !== 'commit') throw notACommit(ref, peeled.type);
    if (steps !== '') return { oid: await this.#walk(peeled.oid, steps, ref, refs), tag: undefined };
    const tag = found.name?.startsWith('refs/tags/') === true ? shortName(found.name) : undefined;
    return { oid: peeled.oid, tag };
  }

  async #find(name: string, asked: string, refs: Refs): Promise<Found> {
    if (name === 'HEAD' || name === '@') {
      const oid = await readHead(this.#location, refs);
      if (oid === undefined) throw noCommits(this.#location.root);
      return { oid, name: 'HEAD' };
    }
    if (/^[0-9a-f]{40}$/i.test(name)) return { oid: name.toLowerCase(), name: undefined };
    const found = findRef(refs, name);
    if (found !== undefined) return { oid: found.ref.oid, name: found.name };
    const id = /^[0-9a-f]{4,39}$/i.test(name) ? await this.#store.expand(name.toLowerCase()) : 'missing';
    if (id === 'ambiguous') throw ambiguousId(name, this.#location.root);
    if (id === 'missing') throw await this.#unknown(asked, refs);
    return { oid: id.oid, name: undefined };
  }

  /** `~n`: n first parents back. `^n`: the n-th parent. */
  async #walk(start: string, steps: string, asked: string, refs: Refs): Promise<string> {
    let oid = start;
    for (const [, kind, digits] of steps.matchAll(/([~^])(\d*)/g)) {
      const count = digits === '' ? 1 : Number(digits);
      const generations = kind === '~' ? count : Math.min(count, 1);
      for (let i = 0; i < generations; i++) {
        const { parents } = await this.#store.commit(oid);
        const parent = parents[kind === '~' ? 0 : count - 1];
        if (parent === undefined) throw await this.#unknown(asked, refs);
        oid = parent;
      }
    }
    return oid;
  }

  async #unknown(ref: string, refs: Refs): Promise<Error> {
    const known = [...refs.keys()]
      .filter((name) => /^refs\/(tags|heads|remotes)\//.test(name))
      .map(shortName);
    return unknownRef({
      ref,
      root: this.#location.root,
      nearest: nearestNames(ref, known),
      shallow: await isShallow(this.#location),
    });
  }
}
