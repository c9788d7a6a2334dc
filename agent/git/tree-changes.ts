/** Which files differ between two trees. Only folders that differ are read. */
import type { ParsedTreeEntry } from './parse.ts';

export interface TreeChange {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly action: 'added' | 'changed' | 'removed';
  readonly before: TreeSide | null;
  readonly after: TreeSide | null;
}

export interface TreeSide {
  /** Of a submodule: a commit of another repository, which cannot be read here. */
  readonly kind: 'file' | 'executable' | 'symlink' | 'submodule';
  readonly oid: string;
}

type ReadTree = (oid: string) => Promise<readonly ParsedTreeEntry[]>;

/** `null`: there is no such tree. By path; a file that became a folder is one removed and some added. */
export async function treeChanges(
  read: ReadTree,
  before: string | null,
  after: string | null,
): Promise<readonly TreeChange[]> {
  const changes = await walk(read, { before, after }, '');
  return [...changes].sort((a, b) => (a.path < b.path ? -1 : 1));
}

interface Trees {
  readonly before: string | null;
  readonly after: string | null;
}

async function walk(
  read: ReadTree,
  { before, after }: Trees,
  folder: string,
): Promise<readonly TreeChange[]> {
  if (before === after) return [];
  const [old, now] = await Promise.all([entriesOf(read, before), entriesOf(read, after)]);
  const names = [...new Set([...old.keys(), ...now.keys()])];
  const parts = await Promise.all(
    names.map(async (name): Promise<readonly TreeChange[]> => {
      const [was, is] = [old.get(name), now.get(name)];
      if (was?.oid === is?.oid && was?.kind === is?.kind) return [];
      const path = folder + name;
      const below = await walk(read, { before: treeOf(was), after: treeOf(is) }, `${path}/`);
      return [...changeOf(path, sideOf(was), sideOf(is)), ...below];
    }),
  );
  return parts.flat();
}

async function entriesOf(read: ReadTree, oid: string | null): Promise<ReadonlyMap<string, ParsedTreeEntry>> {
  const entries = oid === null ? [] : await read(oid);
  return new Map(entries.map((entry) => [entry.name, entry]));
}

function treeOf(entry: ParsedTreeEntry | undefined): string | null {
  return entry?.kind === 'folder' ? entry.oid : null;
}

function sideOf(entry: ParsedTreeEntry | undefined): TreeSide | null {
  if (entry === undefined || entry.kind === 'folder') return null;
  return { kind: entry.kind, oid: entry.oid };
}

function changeOf(path: string, before: TreeSide | null, after: TreeSide | null): readonly TreeChange[] {
  if (before === null && after === null) return [];
  const action = before === null ? 'added' : after === null ? 'removed' : 'changed';
  return [{ path, action, before, after }];
}
