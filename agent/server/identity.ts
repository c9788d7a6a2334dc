/** Who we are in the ledger, and whether somebody else there still lives. */
import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';

export interface Identity {
  /** `ann@laptop`, for people. */
  readonly by: string;
  /** `ann@laptop/4711/9f3c`: one agent process; neither spaces nor colons. */
  readonly driver: string;
  readonly stateOf: (driver: string) => 'alive' | 'dead' | 'unknown';
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
