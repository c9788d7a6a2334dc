/** The folder where a user's agent says how to reach it. Nobody else may write there, or they could answer for it. */
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { unsafeFolder } from './failures.ts';

/** Where it is; says nothing about whether it is there. */
export function discoveryFolder(env: NodeJS.ProcessEnv): string {
  const runtime = env['XDG_RUNTIME_DIR'];
  if (runtime !== undefined && path.isAbsolute(runtime)) return path.join(runtime, 'tidegate');
  return path.join(tmpdir(), `tidegate-${userInfo().uid >= 0 ? userInfo().uid : userInfo().username}`);
}

/** Creates it where it is not there. Throws `agent.unsafe` when somebody else could write in it. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  await checkFolder(folder);
}

/** In a folder like /tmp anybody may have created it, or put a link there. */
export async function checkFolder(folder: string): Promise<void> {
  const found = await lstat(folder);
  if (!found.isDirectory()) throw unsafeFolder(folder, 'it is not a folder');
  // Windows has neither owners as numbers nor these modes; its temporary folder is the user's own.
  if (process.getuid === undefined) return;
  if (found.uid !== process.getuid()) throw unsafeFolder(folder, `it belongs to user ${found.uid}`);
  if ((found.mode & 0o022) !== 0) throw unsafeFolder(folder, 'others may write in it');
}
