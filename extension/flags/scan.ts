/** Reading many files into an index. Knows no editor. */
import { readFile, stat } from 'node:fs/promises';
import type { ReferenceIndex } from '../model/reference-index.ts';

/** Larger ones are made by machines. */
const mostBytes = 1_000_000;
/** More open files are no quicker. */
const atOnce = 32;

export async function scanFiles(
  index: ReferenceIndex,
  files: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  let next = 0;
  const reader = async (): Promise<void> => {
    for (let file = files[next++]; file !== undefined; file = files[next++]) {
      if (signal?.aborted === true) return;
      await scanFile(index, file);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, reader));
}

/** A file that is gone, or cannot be read, uses no flags. */
export async function scanFile(index: ReferenceIndex, file: string): Promise<void> {
  try {
    if ((await stat(file)).size <= mostBytes) {
      index.put(file, await readFile(file, 'utf8'));
      return;
    }
  } catch {
    // As said above.
  }
  index.remove(file);
}
