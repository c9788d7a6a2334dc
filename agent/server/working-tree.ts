/** Files of the working tree, with what an editor has not saved yet laid over them. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ReadFile } from '../config/model.ts';
import { repositoryPath } from '../config/repository-path.ts';

/** `texts`: by paths seen from `folder`, which is one inside the repository; what leaves it is not looked at. */
export function readingTree(root: string, folder: string, texts: Readonly<Record<string, string>>): ReadFile {
  const unsaved = new Map<string, string>();
  for (const [name, text] of Object.entries(texts)) {
    const file = repositoryPath(folder, name);
    if (file !== undefined) unsaved.set(file, text);
  }
  return async (file) => unsaved.get(file) ?? readFile(path.join(root, file), 'utf8').catch(() => undefined);
}
