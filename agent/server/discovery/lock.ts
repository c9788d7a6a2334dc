/** One agent a user: who holds the lock file is it. A lock of a dead process is taken over, by one of many. */
import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { lives, markOf, type ProcessMark } from '../../protocol/connection/process.ts';

export type Lock =
  { readonly ours: true; release(): Promise<void> } | { readonly ours: false; readonly holder: ProcessMark };

const content = z.object({ pid: z.int().positive(), started: z.string().nullable() });

/** Longer than taking over a lock can take: whoever does it has died meanwhile. */
const breakerMs = 10_000;

export async function takeLock(folder: string, pid: number): Promise<Lock> {
  const file = path.join(folder, 'agent.lock');
  const own = JSON.stringify(await markOf(pid));
  for (;;) {
    if (await createWith(file, own)) return { ours: true, release: () => removeIf(file, own) };
    const seen = await readFile(file, 'utf8').catch(() => undefined);
    if (seen === undefined) continue;
    const holder = parsed(seen);
    if (holder && (await lives(holder))) return { ours: false, holder };
    await breakStale(file, seen);
  }
}

/** Atomic, content included: nobody ever sees a lock without its holder. False when there is one. */
async function createWith(file: string, text: string): Promise<boolean> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(temporary, text, { mode: 0o600, flag: 'wx' });
  try {
    await link(temporary, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Two that saw the same stale lock must not both remove it: the second would remove the first one's new lock. So
 * only who holds the breaker removes, after looking once more.
 */
async function breakStale(file: string, seen: string): Promise<void> {
  const breaker = `${file}.break`;
  const handle = await open(breaker, 'wx', 0o600).catch(() => undefined);
  if (handle === undefined) {
    const age = await stat(breaker).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > breakerMs) await rm(breaker, { force: true });
    await delay(20);
    return;
  }
  try {
    await handle.close();
    await removeIf(file, seen);
  } finally {
    await rm(breaker, { force: true });
  }
}

async function removeIf(file: string, expected: string): Promise<void> {
  const there = await readFile(file, 'utf8').catch(() => undefined);
  if (there === expected) await rm(file, { force: true });
}

function parsed(text: string): ProcessMark | undefined {
  try {
    return content.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
