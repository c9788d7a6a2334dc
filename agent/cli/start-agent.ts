/** Starts `tidegate agent` as a process of its own, which outlives this one. */
import { spawn } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import path from 'node:path';
import { makeFolder } from '../protocol/connection/folder.ts';

/** Nothing else of this shell: sessions bring their own environment along. */
const kept = ['PATH', 'HOME', 'XDG_RUNTIME_DIR', 'TMPDIR', 'TIDEGATE_AGENT_IDLE_SECONDS'];

export async function startDetached(program: string, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  await makeFolder(folder);
  const log = openSync(path.join(folder, 'agent.log'), 'w', 0o600);
  try {
    const child = spawn(process.execPath, [...process.execArgv, program, 'agent'], {
      cwd: folder,
      env: Object.fromEntries(kept.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))),
      detached: true,
      stdio: ['ignore', 'ignore', log],
    });
    child.on('error', () => undefined);
    child.unref();
  } finally {
    closeSync(log);
  }
}
