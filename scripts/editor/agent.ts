/** The agent of a throw-away editor: it outlives its editor, and nobody else would end it before its time. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Its process, if there is one. `runtime`: the editor's XDG_RUNTIME_DIR. */
export async function agentOf(runtime: string): Promise<number | undefined> {
  const file = path.join(runtime, 'tidegate', 'agent.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as { pid: number }).pid;
}

export async function endAgentOf(runtime: string): Promise<void> {
  const pid = await agentOf(runtime);
  if (pid !== undefined) process.kill(pid, 'SIGTERM');
}
