/** The traffic of one environment for as long as somebody looks: again by itself after every failure. */
import type { AgentApi } from '../../agent/protocol/methods.ts';
import type { TrafficEvent } from '../../agent/protocol/traffic.ts';
import type { Clock } from '../agent/clock.ts';
import { troubleOf } from './environment-watch.ts';

export interface TrafficWatching {
  readonly folder: string;
  readonly environment: string;
  readonly clock: Clock;
  readonly onTraffic: (event: TrafficEvent) => void;
  readonly signal: AbortSignal;
}

const againMs = [1_000, 3_000, 10_000] as const;

/** Resolves when the signal aborts, or the connection is lost. What keeps it from being read is told by the status. */
export async function watchTraffic(api: AgentApi, watching: TrafficWatching): Promise<void> {
  const { folder, environment, clock, signal } = watching;
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      await api.request(
        'traffic',
        { folder, environment },
        {
          signal,
          onEvent: (event) => {
            if (event.kind !== 'traffic' || signal.aborted) return;
            failures = 0;
            watching.onTraffic(event);
          },
        },
      );
    } catch (error) {
      if (troubleOf(error).code === 'agent.disconnected') return;
    }
    await clock.sleep(againMs[Math.min(failures, againMs.length - 1)] ?? 0, signal);
  }
}
