/** Writing the discovery file, and taking it back. */
import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { discovered, discoveryFile, type Discovered } from '../../protocol/connection/discovery.ts';
import { markOf } from '../../protocol/connection/process.ts';

export type Announcement = Omit<Discovered, 'format' | 'started'>;

/** Atomic; replaces what an earlier agent left. Returns how to take it back. */
export async function announce(folder: string, agent: Announcement): Promise<() => Promise<void>> {
  const whole: Discovered = { format: 1, ...agent, started: (await markOf(agent.pid)).started };
  const file = discoveryFile(folder);
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
    const there = discovered(await readFile(file, 'utf8').catch(() => ''));
    if (there?.token === agent.token) await rm(file, { force: true });
  };
}
