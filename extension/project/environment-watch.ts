/** Watching one environment for as long as somebody looks: pushed, and again by itself after every failure. */
import type { AgentApi } from '../../agent/protocol/methods.ts';
import type { WatchUpdate } from '../../agent/protocol/watch.ts';
import { TidegateError } from '../../agent/protocol/errors.ts';
import type { Clock } from '../agent/clock.ts';
import type { Trouble } from '../model/state.ts';

export interface Watching {
  readonly folder: string;
  readonly environment: string;
  readonly clock: Clock;
  readonly onUpdates: (updates: readonly WatchUpdate[]) => void;
  /** It cannot be watched for this reason; tried again by itself. */
  readonly onTrouble: (trouble: Trouble) => void;
  readonly signal: AbortSignal;
}

const againMs = [1_000, 3_000, 10_000, 30_000] as const;

type Since = { readonly feed: string; readonly sequence: number } | null;

/** Resolves when the signal aborts, or the connection is lost. `since`: where an earlier watch ended. */
export async function watchEnvironment(api: AgentApi, watching: Watching, since: Since): Promise<Since> {
  const { folder, environment, clock, signal } = watching;
  let last = since;
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      await api.request(
        'watch',
        { folder, environment, since: last },
        {
          signal,
          onEvent: (event) => {
            if (event.kind !== 'watch') return;
            failures = 0;
            last = { feed: event.feed, sequence: event.updates.at(-1)?.sequence ?? 0 };
            if (!signal.aborted) watching.onUpdates(event.updates);
          },
        },
      );
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble.code === 'agent.disconnected' || isAborted(signal)) return last;
      watching.onTrouble(trouble);
    }
    await clock.sleep(againMs[Math.min(failures, againMs.length - 1)] ?? 0, signal);
  }
  return last;
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

export function troubleOf(error: unknown): Trouble {
  if (error instanceof TidegateError) return { code: error.code, message: error.message, hint: error.hint };
  return { code: 'internal', message: String(error), hint: undefined };
}
