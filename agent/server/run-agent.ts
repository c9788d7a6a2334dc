/** `tidegate agent` as a whole: the lock, the server, the discovery file, and their end. */
import { randomBytes } from 'node:crypto';
import type { Log } from '../common/log.ts';
import { protocolVersion } from '../protocol/version.ts';
import type { Agents } from './agents.ts';
import { alreadyRunning } from './discovery/failures.ts';
import { announce } from './discovery/announce.ts';
import { makeFolder } from '../protocol/connection/folder.ts';
import { takeLock } from './discovery/lock.ts';
import { serveSocket, type Limits } from './socket/serve-socket.ts';

export interface RunOptions {
  readonly agents: Agents;
  /** `discoveryFolder`. */
  readonly folder: string;
  readonly version: string;
  /** Which build of that version this is. */
  readonly build: string;
  readonly pid: number;
  readonly limits: Limits;
  readonly log: Log;
  /** Ends it; what changes an environment is finished first. */
  readonly signal: AbortSignal;
  readonly onListening: (port: number) => void;
}

/**
 * Serves until it is stopped or nobody has used it for a while. Throws `agent.running` when this user has an agent
 * already, `agent.unsafe` when others could answer in its name.
 */
export async function runAgent(options: RunOptions): Promise<'idle' | 'stopped'> {
  const { folder, version, build, pid, log, limits, agents } = options;
  await makeFolder(folder);
  const lock = await takeLock(folder, pid);
  if (!lock.ours) throw alreadyRunning(lock.holder.pid);
  try {
    const token = randomBytes(32).toString('base64url');
    const hello = { protocolVersion, version, pid };
    const lend: Agents['lend'] = (who) => agents.lend(who);
    const server = await serveSocket({ hello, token, lend, limits, log });
    const takeBack = await announce(folder, {
      pid,
      port: server.port,
      token,
      version,
      build,
      protocolVersion,
    });
    const leave = (): void => {
      // First of all: whoever looks now must find nobody, and may start another agent while rollouts end here.
      void takeBack()
        .then(() => lock.release())
        .catch((error: unknown) => log.error({ error: String(error) }, 'the discovery file stays'))
        .finally(() => server.stop());
    };
    options.signal.addEventListener('abort', leave, { once: true });
    if (options.signal.aborted) leave();
    options.onListening(server.port);
    try {
      return await server.ended;
    } finally {
      await takeBack();
    }
  } finally {
    await lock.release();
    agents.close();
  }
}
