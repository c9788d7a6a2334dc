/** How often flags are evaluated, asked again and again for as long as somebody looks. */
import type { FlagCountsResult } from '../../agent/protocol/flag-counts.ts';
import type { AgentApi } from '../../agent/protocol/methods.ts';
import type { Clock } from '../agent/clock.ts';
import { troubleOf } from './environment-watch.ts';

export interface CountsWatching {
  readonly folder: string;
  readonly environment: string;
  readonly clock: Clock;
  readonly onCounts: (counts: FlagCountsResult) => void;
  readonly signal: AbortSignal;
}

/** Each time is a question through the ledger. */
const everyMs = 10_000;
const afterFailureMs = 30_000;

/** Resolves when the signal aborts, or the connection is lost. What keeps it from being read is told by the status. */
export async function watchCounts(api: AgentApi, watching: CountsWatching): Promise<void> {
  const { folder, environment, clock, signal } = watching;
  while (!signal.aborted) {
    let waitMs = everyMs;
    try {
      const call = { signal, onEvent: () => undefined };
      const counts = await api.request('flags.counts', { folder, environment, key: null }, call);
      if (!aborted(signal)) watching.onCounts(counts);
    } catch (error) {
      if (troubleOf(error).code === 'agent.disconnected') return;
      waitMs = afterFailureMs;
    }
    await clock.sleep(waitMs, signal);
  }
}

/** It may have been while we waited, which the compiler cannot know. */
function aborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
