/** The flags of an environment that another server holds, read again and again while somebody looks: it tells of no change. */
import { TidegateError } from '../../agent/protocol/errors.ts';
import type { AgentApi, FlagsResult } from '../../agent/protocol/methods.ts';
import type { Clock } from '../agent/clock.ts';
import type { Trouble } from '../model/state.ts';
import { troubleOf } from './environment-watch.ts';

export interface Following {
  readonly folder: string;
  readonly environment: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onFlags: (flags: FlagsResult) => void;
  readonly onTrouble: (trouble: Trouble) => void;
}

const everyMs = 15_000;
/** While it refuses: seldom enough to be no part of its trouble. */
const againMs = [15_000, 30_000, 60_000, 120_000] as const;

/** Resolves when the signal aborts, or the connection is lost. */
export async function followServerFlags(api: AgentApi, following: Following): Promise<void> {
  const { folder, environment, clock, signal } = following;
  for (let failures = 0; !signal.aborted;) {
    let waitMs: number = everyMs;
    try {
      const call = { signal, onEvent: () => undefined };
      const flags = await api.request('flags.list', { folder, environment }, call);
      failures = 0;
      if (!isAborted(signal)) following.onFlags(flags);
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble.code === 'agent.disconnected' || isAborted(signal)) return;
      following.onTrouble(trouble);
      waitMs = Math.max(againMs[Math.min(failures, againMs.length - 1)] ?? 0, toldToWait(error));
      failures += 1;
    }
    await clock.sleep(waitMs, signal);
  }
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Milliseconds. */
function toldToWait(error: unknown): number {
  const { retryAfterSeconds: seconds } = error instanceof TidegateError ? error.data : {};
  return typeof seconds === 'number' ? Math.min(seconds, 3_600) * 1_000 : 0;
}
