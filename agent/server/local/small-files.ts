/** Small files of this user in one folder, each written whole or not at all, and read again by whoever looks. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type * as z from 'zod';

export interface SmallFiles<T> {
  /** The folder, which is made where it is not there: for who wants to be told of changes. */
  made(): Promise<string>;
  /** Those whose name begins so, by name. What is not as it must be is moved aside (`*.broken`), and none of these. */
  list(prefix: string): Promise<readonly { readonly name: string; readonly value: T }[]>;
  /** Replaces what is there. */
  write(name: string, value: T): Promise<void>;
  remove(name: string): Promise<void>;
}

const ending = '.json';

export function openSmallFiles<T>(folder: string, shape: z.ZodType<T>): SmallFiles<T> {
  const fileOf = (name: string): string => path.join(folder, `${name}${ending}`);
  const read = async (name: string): Promise<readonly { name: string; value: T }[]> => {
    const text = await readFile(fileOf(name), 'utf8').catch(() => undefined);
    // Somebody has removed it since its name was read.
    if (text === undefined) return [];
    const value = shape.safeParse(parsed(text));
    if (value.success) return [{ name, value: value.data }];
    await rename(fileOf(name), `${fileOf(name)}.broken`).catch(() => undefined);
    return [];
  };
  const made = async (): Promise<string> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  };
  return {
    made,
    list: async (prefix) => {
      const all = await readdir(folder).catch((): string[] => []);
      const names = all.filter((file) => file.startsWith(prefix) && file.endsWith(ending)).sort();
      return (await Promise.all(names.map((file) => read(file.slice(0, -ending.length))))).flat();
    },
    write: async (name, value) => {
      await made();
      await replace(fileOf(name), `${JSON.stringify(value, null, 2)}\n`);
    },
    remove: (name) => rm(fileOf(name), { force: true }),
  };
}

async function replace(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
