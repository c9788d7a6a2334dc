/** Where the known flags are used: file by file, so that a file that changes is read alone. */
import { quotedKeys } from './flag-literals.ts';

/** Both from 0, columns in UTF-16 units, as editors count. */
export interface KeyPlace {
  readonly line: number;
  readonly column: number;
}

export interface Reference extends KeyPlace {
  readonly path: string;
}

export class ReferenceIndex {
  readonly #keys: ReadonlySet<string>;
  /** Per file that has any. */
  readonly #files = new Map<string, ReadonlyMap<string, readonly KeyPlace[]>>();
  readonly #byKey = new Map<string, Set<string>>();

  constructor(keys: Iterable<string>) {
    this.#keys = new Set(keys);
  }

  /** False: a key is asked for that was not known when the files were read. */
  covers(keys: Iterable<string>): boolean {
    return [...keys].every((key) => this.#keys.has(key));
  }

  put(path: string, text: string): void {
    this.remove(path);
    const found = placesIn(text, this.#keys);
    if (found.size === 0) return;
    this.#files.set(path, found);
    for (const key of found.keys()) {
      const paths = this.#byKey.get(key) ?? new Set();
      this.#byKey.set(key, paths.add(path));
    }
  }

  remove(path: string): void {
    for (const key of this.#files.get(path)?.keys() ?? []) this.#byKey.get(key)?.delete(path);
    this.#files.delete(path);
  }

  /** By path, and as they stand in the file. */
  of(key: string): readonly Reference[] {
    const paths = [...(this.#byKey.get(key) ?? [])].sort();
    return paths.flatMap((path) =>
      (this.#files.get(path)?.get(key) ?? []).map((place) => ({ path, ...place })),
    );
  }
}

export function placesIn(text: string, keys: ReadonlySet<string>): ReadonlyMap<string, readonly KeyPlace[]> {
  const found = new Map<string, KeyPlace[]>();
  let [line, start] = [0, 0];
  for (const { key, offset } of quotedKeys(text)) {
    if (!keys.has(key)) continue;
    for (let end = text.indexOf('\n', start); end >= 0 && end < offset; end = text.indexOf('\n', start)) {
      line += 1;
      start = end + 1;
    }
    const places = found.get(key) ?? [];
    places.push({ line, column: offset - start });
    found.set(key, places);
  }
  return found;
}
