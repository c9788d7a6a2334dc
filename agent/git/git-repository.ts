/** A repository on disk: refs out of its files, everything else out of its objects. */
import path from 'node:path';
import { submodule } from './failures.ts';
import type { Location } from './location.ts';
import { originUrl } from './origin.ts';
import type { ObjectStore } from './object-store.ts';
import type { ParsedTreeEntry } from './parse.ts';
import { readRefs } from './refs.ts';
import { namedCommits } from './named.ts';
import type { Commit, NamedCommits, Repository, Tag, TreeEntry } from './repository.ts';
import { Revisions } from './revisions.ts';
import { Tags } from './tags.ts';
import { treeChanges, type TreeChange } from './tree-changes.ts';
import type { WorkTree } from './work-tree.ts';

const maxSymlinks = 5;

type Found = Pick<ParsedTreeEntry, 'kind' | 'oid'>;

export class GitRepository implements Repository {
  readonly #location: Location;
  readonly #store: ObjectStore;
  readonly #revisions: Revisions;
  readonly #tags: Tags;
  readonly #workTree: WorkTree;

  constructor(location: Location, store: ObjectStore, workTree: WorkTree) {
    this.#location = location;
    this.#store = store;
    this.#revisions = new Revisions(location, store);
    this.#tags = new Tags(store);
    this.#workTree = workTree;
  }

  get root(): string {
    return this.#location.root;
  }

  async resolve(ref: string): Promise<Commit> {
    const refs = await readRefs(this.#location);
    const found = await this.#revisions.commit(ref, refs);
    const { tree, time, subject } = await this.#store.commit(found.oid);
    const tag = found.tag ?? (await this.#tags.newest(refs, { oid: found.oid, time }));
    return { oid: found.oid, tree, time, subject, tag, ref };
  }

  async tags(): Promise<readonly Tag[]> {
    return this.#tags.list(await readRefs(this.#location));
  }

  async named(most: number): Promise<NamedCommits> {
    return namedCommits(this.#store, await readRefs(this.#location), most);
  }

  originUrl(): Promise<string | undefined> {
    return originUrl(this.#location);
  }

  isDirty(except?: string): Promise<boolean> {
    return this.#workTree.isDirty(except);
  }

  isIgnored(file: string): Promise<boolean> {
    return this.#workTree.isIgnored(file);
  }

  /** A symbolic link is followed as long as it stays inside the repository. */
  async readFile(commit: string, file: string): Promise<string | undefined> {
    let at = file;
    for (let links = 0; links <= maxSymlinks; links++) {
      const found = await this.#lookup(commit, at);
      if (found === undefined || found.kind === 'folder' || found.kind === 'submodule') return undefined;
      const text = Buffer.from(await this.#store.blob(found.oid)).toString('utf8');
      if (found.kind !== 'symlink') return text;
      at = path.posix.join(path.posix.dirname(at), text);
      if (text.startsWith('/') || at.startsWith('../')) return undefined;
    }
    return undefined;
  }

  async objectId(commit: string, file: string): Promise<string | undefined> {
    return (await this.#lookup(commit, file))?.oid;
  }

  async entries(commit: string, folder: string): Promise<readonly TreeEntry[]> {
    const found = await this.#lookup(commit, folder);
    if (found?.kind === 'submodule') throw submodule(folder);
    return found?.kind === 'folder' ? this.#store.files(found.oid, '', segments(folder).join('/')) : [];
  }

  async changes(before: string, after: string): Promise<readonly TreeChange[]> {
    const [old, now] = await Promise.all([this.#store.commit(before), this.#store.commit(after)]);
    return treeChanges((oid) => this.#store.tree(oid), old.tree, now.tree);
  }

  blobs(oids: readonly string[], signal?: AbortSignal): AsyncIterable<Uint8Array> {
    return this.#store.blobs(oids, signal);
  }

  async #lookup(commit: string, file: string): Promise<Found | undefined> {
    let found: Found | undefined = { kind: 'folder', oid: (await this.#store.commit(commit)).tree };
    const walked: string[] = [];
    for (const name of segments(file)) {
      if (found?.kind === 'submodule') throw submodule(walked.join('/'));
      if (found?.kind !== 'folder') return undefined;
      found = (await this.#store.tree(found.oid)).find((entry) => entry.name === name);
      walked.push(name);
    }
    return found;
  }
}

/** The names of a path inside the repository; `.` and empty ones say nothing. */
function segments(file: string): string[] {
  return file.split('/').filter((name) => name !== '' && name !== '.');
}
