import type { ObjectStore } from './object-store.ts';
import { shortName, type Ref, type Refs } from './refs.ts';
import type { Tag } from './repository.ts';

/** The tags of a repository, each with the commit it leads to. */
export class Tags {
  readonly #store: ObjectStore;
  /** Id of what a tag points at -> its commit. Objects never change, so this never goes stale. */
  readonly #commits = new Map<string, string | undefined>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** In the order of their names, `v1.9.0` before `v1.10.0`. Tags of trees and files are left out. */
  async list(refs: Refs): Promise<readonly Tag[]> {
    const named = [...refs].filter(([name]) => name.startsWith('refs/tags/'));
    const tags = await Promise.all(
      named.map(async ([name, ref]) => ({ name: shortName(name), oid: await this.#commitOf(ref) })),
    );
    return tags.filter((tag): tag is Tag => tag.oid !== undefined).sort((a, b) => byName(a.name, b.name));
  }

  /** The newest tag of a commit: by the tagger's time; a lightweight tag is as old as its commit. */
  async newest(
    refs: Refs,
    commit: { readonly oid: string; readonly time: number },
  ): Promise<string | undefined> {
    const here = (await this.list(refs)).filter((tag) => tag.oid === commit.oid);
    const dated = await Promise.all(
      here.map(async ({ name }) => {
        const target = refs.get(`refs/tags/${name}`)?.oid ?? commit.oid;
        const time = target === commit.oid ? undefined : (await this.#store.tag(target)).time;
        return { name, time: time ?? commit.time };
      }),
    );
    return dated.sort((a, b) => a.time - b.time || byName(a.name, b.name)).at(-1)?.name;
  }

  async #commitOf(ref: Ref): Promise<string | undefined> {
    const target = ref.peeled ?? ref.oid;
    if (!this.#commits.has(target)) {
      const peeled = await this.#store.peel(target);
      // A tag whose commit was not fetched (shallow clone) is unknown here, not an error of the list.
      if (peeled === undefined) return undefined;
      this.#commits.set(target, peeled.type === 'commit' ? peeled.oid : undefined);
    }
    return this.#commits.get(target);
  }
}

function byName(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
