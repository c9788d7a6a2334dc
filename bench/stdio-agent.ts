/** `tidegate agent --stdio` as a child process, the way an editor runs it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { connectStdio, type RemoteAgent } from '../agent/protocol/connection/remote.ts';
import type { Call } from '../agent/protocol/methods.ts';

const program = path.resolve(import.meta.dirname, '../dist/tidegate.js');

export interface RunningAgent {
  readonly api: RemoteAgent;
  /** From its spawn until it had answered `hello`. */
  readonly startMs: number;
  /** Resident memory of the process now, in MB (1,000,000 bytes). */
  residentMb(): Promise<number>;
  stop(): Promise<void>;
}

export async function startAgent(env: NodeJS.ProcessEnv): Promise<RunningAgent> {
  const began = performance.now();
  const child = spawn(process.execPath, [program, 'agent', '--stdio'], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const api = connectStdio(child);
  await api.hello();
  return {
    api,
    startMs: performance.now() - began,
    residentMb: () => residentMb(child),
    stop: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      api.close();
      await gone;
    },
  };
}

/** What a client gives along with a call; its events are not looked at. */
export const quietCall: Call = { signal: new AbortController().signal, onEvent: () => undefined };

async function residentMb({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kilobytes === undefined) throw new Error('the agent is gone');
  return (Number(kilobytes) * 1024) / 1e6;
}
