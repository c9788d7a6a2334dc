/** Starts `tidegate agent` as a process of its own, which outlives this one. */
import { spawn } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import path from 'node:path';
import { makeFolder } from './folder.ts';

export interface AgentProgram {
  /** A Node, or an Electron that is to be one. */
  readonly runtime: string;
  readonly runtimeArgs: readonly string[];
  /** `tidegate.js`. */
  readonly program: string;
}

/** Nothing else of this process: sessions bring their own environment along. */
const kept = ['PATH', 'HOME', 'XDG_RUNTIME_DIR', 'TMPDIR', 'TIDEGATE_AGENT_IDLE_SECONDS'];

export async function startDetached(
  { runtime, runtimeArgs, program }: AgentProgram,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  await makeFolder(folder);
  const log = openSync(path.join(folder, 'agent.log'), 'w', 0o600);
  const given = kept.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  try {
    const child = spawn(runtime, [...runtimeArgs, program, 'agent'], {
      cwd: folder,
      // An editor's runtime is Electron, which is Node only when it is told so; a Node takes no notice.
      env: { ...Object.fromEntries(given), ELECTRON_RUN_AS_NODE: '1' },
      detached: true,
      stdio: ['ignore', 'ignore', log],
    });
    child.on('error', () => undefined);
    child.unref();
  } finally {
    closeSync(log);
  }
}
