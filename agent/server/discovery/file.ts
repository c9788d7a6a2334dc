/** The discovery file: how clients of the same user reach the running agent. */
import { randomBytes } from 'node:crypto';
import { lstat, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { checkFolder } from './folder.ts';
import { lives, markOf } from './process.ts';

const shape = z.object({
  format: z.literal(1),
  pid: z.int().positive(),
  started: z.string().nullable(),
  port: z.int().min(1).max(65_535),
  token: z.string().min(32),
  version: z.string(),
  /** Which build of that version: two checkouts may both call themselves 0.1.0. */
  build: z.string(),
  protocolVersion: z.int().positive(),
});
export type Discovered = z.infer<typeof shape>;

export type Announcement = Omit<Discovered, 'format' | 'started'>;

/** What clients find. */
export type Finding =
  | { readonly state: 'running'; readonly agent: Discovered }
  /** No file, or one that a dead agent left. */
  | { readonly state: 'none' }
  /** There is something that must not be used. */
  | { readonly state: 'unusable'; readonly why: string };

const fileOf = (folder: string): string => path.join(folder, 'agent.json');

/** Atomic; replaces what an earlier agent left. Returns how to take it back. */
export async function announce(folder: string, agent: Announcement): Promise<() => Promise<void>> {
  const whole: Discovered = { format: 1, ...agent, started: (await markOf(agent.pid)).started };
  const file = fileOf(folder);
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(whole, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  return async () => {
    // A successor's file is not ours to remove.
    const there = parsed(await readFile(file, 'utf8').catch(() => ''));
    if (there?.token === agent.token) await rm(file, { force: true });
  };
}

/** Never throws. */
export async function discover(folder: string): Promise<Finding> {
  try {
    const file = fileOf(folder);
    const found = await lstat(file).catch(() => undefined);
    if (found === undefined) return { state: 'none' };
    await checkFolder(folder);
    const others =
      process.getuid !== undefined && (found.uid !== process.getuid() || (found.mode & 0o077) !== 0);
    if (!found.isFile() || others) return { state: 'unusable', why: `others can read or write ${file}` };
    const agent = parsed(await readFile(file, 'utf8'));
    if (agent === undefined) return { state: 'unusable', why: `${file} is not what an agent writes` };
    return (await lives(agent)) ? { state: 'running', agent } : { state: 'none' };
  } catch (error) {
    return { state: 'unusable', why: error instanceof Error ? error.message : String(error) };
  }
}

function parsed(text: string): Discovered | undefined {
  try {
    return shape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
