/** Files of the working tree: written whole or not at all. */
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** Keeps mode and links of a file that is there. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const real = await realpath(file);
  const { mode } = await stat(real);
  const temporary = path.join(path.dirname(real), `.${path.basename(real)}.${process.pid}.tmp`);
  try {
    await writeWhole(temporary, text, mode & 0o777);
    await rename(temporary, real);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Rejects with `EEXIST` when something is there. */
export async function createFile(file: string, text: string): Promise<void> {
  await writeWhole(file, text, 0o666);
}

async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  const handle = await open(file, 'wx', mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
