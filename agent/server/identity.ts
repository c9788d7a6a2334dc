/** Who we are in the ledger, and whether somebody else there still lives. */
import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';

export interface Identity {
  /** `ann@laptop`, for people. */
  readonly by: string;
  /** `ann@laptop/4711/9f3c`: one request of one agent process; neither spaces nor colons. */
  readonly driver: string;
  readonly stateOf: (driver: string) => 'alive' | 'dead' | 'unknown';
}

/**
 * Drivers of this process whose request runs. A process that serves many requests outlives a driver that failed:
 * what that one left is there to be finished, though the process lives.
 */
const atWork = new Set<string>();

/** Runs a request under a driver of its own, who lives as long as it does. */
export async function working<T>({ driver }: Identity, request: () => Promise<T>): Promise<T> {
  atWork.add(driver);
  try {
    return await request();
  } finally {
    atWork.delete(driver);
  }
}

export function identity(): Identity {
  const by = plain(`${userName()}@${hostname()}`);
  const driver = `${by}/${process.pid}/${randomBytes(4).toString('hex')}`;
  return { by, driver, stateOf: (other) => (other === driver ? 'alive' : stateOf(other, hostname())) };
}

/** Only of processes of this machine can we tell; of all others their lease tells. */
function stateOf(driver: string, host: string): 'alive' | 'dead' | 'unknown' {
  const [, onHost, pid] = /^[^@]*@([^/]+)\/(\d+)\/[0-9a-f]+$/.exec(driver) ?? [];
  if (onHost !== plain(host) || pid === undefined) return 'unknown';
  if (Number(pid) === process.pid) return atWork.has(driver) ? 'alive' : 'dead';
  try {
    process.kill(Number(pid), 0);
    return 'alive';
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'ESRCH' ? 'dead' : 'alive';
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}

function plain(text: string): string {
  return text.replace(/[^\w.@-]/g, '_');
}
