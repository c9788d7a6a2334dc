/** The processes of a private engine, also of one that was killed and left its shims and containers behind. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { EngineFolder } from './private-folder.ts';

/**
 * Engine, containerd and shims carry the mark in their environment; what runs in a container has its root
 * below the engine's data folder, in a mount namespace that is not ours.
 */
export async function processesOf(engine: EngineFolder): Promise<readonly number[]> {
  const ours = await readlink('/proc/self/ns/mnt');
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const belongs = await Promise.all(
    pids.map(async (pid) => (await isMarked(pid, engine)) || (await isInContainer(pid, engine, ours))),
  );
  return pids.filter((_pid, index) => belongs[index]).map(Number);
}

/** Ends them all and returns when they are gone. Throws when one is still there after five seconds. */
export async function killProcessesOf(engine: EngineFolder): Promise<void> {
  const deadline = performance.now() + 5_000;
  for (;;) {
    const pids = await processesOf(engine);
    if (pids.length === 0) return;
    if (performance.now() > deadline)
      throw new Error(`Processes of the private engine do not end: ${pids.join(', ')}`);
    for (const pid of pids) signal(pid, 'SIGKILL');
    await delay(50);
  }
}

/** True when the signal was delivered. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

async function isMarked(pid: string, engine: EngineFolder): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  return environment.split('\0').includes(engine.mark);
}

async function isInContainer(pid: string, engine: EngineFolder, ours: string): Promise<boolean> {
  const namespace = await readlink(`/proc/${pid}/ns/mnt`).catch(() => ours);
  if (namespace === ours) return false;
  const mounts = await readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => '');
  return mounts.includes(`${escapedMountPath(engine.data)}/`);
}

/** The kernel writes blanks and backslashes of a path in octal there (proc(5), mountinfo). */
function escapedMountPath(text: string): string {
  return text.replace(/[ \t\n\\]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
