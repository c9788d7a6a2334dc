/** Whether the process that wrote a file still is the one with that number. */
import { readFile } from 'node:fs/promises';

export interface ProcessMark {
  readonly pid: number;
  /** When it started, in the kernel's ticks; `null` where that cannot be read. A number is used again, this is not. */
  readonly started: string | null;
}

export async function markOf(pid: number): Promise<ProcessMark> {
  return { pid, started: await startOf(pid) };
}

export async function lives({ pid, started }: ProcessMark): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    // Also EPERM: it belongs to somebody else, so it is not ours that wrote the file.
    return false;
  }
  const now = await startOf(pid);
  return started === null || now === null || now === started;
}

/** Linux: field 22 of /proc/<pid>/stat. The second may hold spaces and brackets, so counting begins behind it. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}
