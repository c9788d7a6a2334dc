/** A YAML document with the place of every value, aliases and merges resolved. What the readers walk over. */
import type { Place } from './report.ts';
import { repositoryPath } from './repository-path.ts';

export type Tree = MapTree | ListTree | ScalarTree;

export interface MapTree {
  readonly kind: 'map';
  readonly at: Place;
  readonly entries: readonly Entry[];
  /** How many values it holds with every alias written out. */
  readonly size: number;
}

export interface Entry {
  readonly key: string;
  /** Where the key stands. */
  readonly at: Place;
  readonly value: Tree;
}

export interface ListTree {
  readonly kind: 'list';
  readonly at: Place;
  readonly items: readonly Tree[];
  readonly size: number;
}

export interface ScalarTree {
  readonly kind: 'scalar';
  readonly at: Place;
  readonly value: string | number | boolean | null;
  /** As it is written in the file: for messages (never the value of a variable), and for `1.10`, which is not 1.1. */
  readonly source: string;
  /** Where the nth `$` of the value stands, from 0. */
  readonly dollar: (index: number) => Place;
  readonly size: 1;
  /** Its variables are reported already; what their text looks like says nothing more. */
  readonly broken?: true;
  /** Folder inside the repository that a path in it starts from: that of the project, include or extended file. */
  readonly folder?: string;
}

export function entryOf(tree: Tree | undefined, key: string): Entry | undefined {
  return tree?.kind === 'map' ? tree.entries.find((entry) => entry.key === key) : undefined;
}

/** Plain values, as JSON has them. */
export function plainOf(tree: Tree): unknown {
  switch (tree.kind) {
    case 'map':
      return Object.fromEntries(tree.entries.map(({ key, value }) => [key, plainOf(value)]));
    case 'list':
      return tree.items.map(plainOf);
    case 'scalar':
      return tree.value;
  }
}

/** The value at a path, or the nearest one above it that is there; `at` is its key's place where it has one. */
export function locate(
  root: Tree,
  path: readonly PropertyKey[],
): { readonly tree: Tree; readonly at: Place; readonly found: boolean } {
  let tree = root;
  let at = root.at;
  for (const part of path) {
    const entry = entryOf(tree, String(part));
    const item = tree.kind === 'list' ? tree.items[Number(part)] : undefined;
    const next = entry?.value ?? item;
    if (!next) return { tree, at, found: false };
    tree = next;
    at = entry?.at ?? next.at;
  }
  return { tree, at, found: true };
}

/** What a value is, for messages: `a list`, `the number 30`, `"abc"`. */
export function describeTree(tree: Tree): string {
  if (tree.kind === 'map') return 'a map';
  if (tree.kind === 'list') return 'a list';
  if (tree.value === null) return 'empty';
  const source = tree.source.length > 60 ? `${tree.source.slice(0, 57)}...` : tree.source;
  return typeof tree.value === 'string' ? JSON.stringify(source) : source;
}

export function mapTree(at: Place, entries: readonly Entry[]): MapTree {
  return { kind: 'map', at, entries, size: 1 + entries.reduce((sum, { value }) => sum + value.size, 0) };
}

export function listTree(at: Place, items: readonly Tree[]): ListTree {
  return { kind: 'list', at, items, size: 1 + items.reduce((sum, { size }) => sum + size, 0) };
}

/** A text that stands at a place of the file, as if it were written there by itself. */
export function textTree(from: ScalarTree, value: string | null): ScalarTree {
  return { ...from, value, source: value ?? '' };
}

/** The path a text names, inside the repository; `undefined` when it leaves it. */
export function namedPath({ value, folder }: ScalarTree): string | undefined {
  return typeof value === 'string' ? repositoryPath(folder ?? '', value) : undefined;
}
