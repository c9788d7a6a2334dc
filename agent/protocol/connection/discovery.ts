/** The discovery file: how clients of the same user reach the running agent. */
import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { checkFolder } from './folder.ts';
import { lives } from './process.ts';

const shape = z.object({
  format: z.literal(1),
  pid: z.int().check(z.positive()),
  started: z.nullable(z.string()),
  port: z.int().check(z.minimum(1), z.maximum(65_535)),
  token: z.string().check(z.minLength(32)),
  version: z.string(),
  /** Which build of that version: two checkouts may both call themselves 0.1.0. */
  build: z.string(),
  protocolVersion: z.int().check(z.positive()),
});
export type Discovered = z.infer<typeof shape>;

/** What clients find. */
export type Finding =
  | { readonly state: 'running'; readonly agent: Discovered }
  /** No file, or one that a dead agent left. */
  | { readonly state: 'none' }
  /** There is something that must not be used. */
  | { readonly state: 'unusable'; readonly why: string };

export const discoveryFile = (folder: string): string => path.join(folder, 'agent.json');

/** Never throws. */
export async function discover(folder: string): Promise<Finding> {
  try {
    const file = discoveryFile(folder);
    const found = await lstat(file).catch(() => undefined);
    if (found === undefined) return { state: 'none' };
    await checkFolder(folder);
    const others =
      process.getuid !== undefined && (found.uid !== process.getuid() || (found.mode & 0o077) !== 0);
    if (!found.isFile() || others) return { state: 'unusable', why: `others can read or write ${file}` };
    const agent = discovered(await readFile(file, 'utf8'));
    if (agent === undefined) return { state: 'unusable', why: `${file} is not what an agent writes` };
    return (await lives(agent)) ? { state: 'running', agent } : { state: 'none' };
  } catch (error) {
    return { state: 'unusable', why: error instanceof Error ? error.message : String(error) };
  }
}

/** `undefined`: not what an agent writes. */
export function discovered(text: string): Discovered | undefined {
  try {
    return shape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
