/** What a person may choose from: tags and branches, newest first. */
import type { ObjectStore } from './object-store.ts';
import { shortName, type Ref, type Refs } from './refs.ts';
import type { NamedCommit, NamedCommits } from './repository.ts';

export async function namedCommits(store: ObjectStore, refs: Refs, most: number): Promise<NamedCommits> {
  const [tags, branches] = await Promise.all([below('refs/tags/'), below('refs/heads/')]);
  return {
    tags: tags.slice(0, most),
    branches: branches.slice(0, most),
    total: { tags: tags.length, branches: branches.length },
  };

  async function below(prefix: string): Promise<readonly NamedCommit[]> {
    const named = [...refs].filter(([name]) => name.startsWith(prefix));
    const found = await Promise.all(named.map(([name, ref]) => describe(store, shortName(name), ref)));
    return found.filter((entry) => entry !== undefined).sort(newestFirst);
  }
}

/** `undefined`: it leads to no commit, or to one that was not fetched. */
async function describe(store: ObjectStore, name: string, ref: Ref): Promise<NamedCommit | undefined> {
  const peeled = await store.peel(ref.oid);
  if (peeled?.type !== 'commit') return undefined;
  const { time, subject } = await store.commit(peeled.oid);
  const tagged = peeled.oid === ref.oid ? undefined : (await store.tag(ref.oid)).time;
  return { name, oid: peeled.oid, subject, time: tagged ?? time };
}

/** Several may have been made in one second: then `v1.10.0` is newer than `v1.9.0`. */
function newestFirst(a: NamedCommit, b: NamedCommit): number {
  return b.time - a.time || b.name.localeCompare(a.name, 'en', { numeric: true });
}
