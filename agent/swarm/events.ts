/** The engine's events: one long-lived stream that comes back by itself. */
import * as z from 'zod';
import type { Log } from '../common/log.ts';
import { messageOf } from '../common/errors.ts';
import type { Calls } from './calls.ts';
import { readLines } from './lines.ts';
import type { ClusterEvent, Unsubscribe } from './port.ts';

const event = z
  .object({
    Type: z.enum(['config', 'service', 'node', 'container', 'network']),
    Action: z.string(),
    Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()).nullish() }),
  })
  .transform(({ Type, Action, Actor }): ClusterEvent => ({
    type: Type,
    action: Action,
    id: Actor.ID,
    name: Actor.Attributes?.['name'] ?? '',
  }));

/** Without `exec_*`: each health check of each container would be three events. */
const filters = JSON.stringify({
  type: ['config', 'service', 'node', 'container', 'network'],
  event: ['create', 'update', 'remove', 'start', 'die', 'stop', 'kill', 'oom', 'destroy', 'health_status'],
});

const firstPauseMs = 50;
const longestPauseMs = 5_000;

interface Watcher {
  readonly onEvent: (event: ClusterEvent) => void;
  readonly onGap: () => void;
  readonly log: Log;
}

/** Events are not durable, and one may be told twice after a reconnect: read again what they point at. */
export function watchEvents(calls: Calls, watcher: Watcher): Unsubscribe {
  const stopping = new AbortController();
  const stop = (): void => {
    stopping.abort();
  };
  const { closed } = calls.engine;
  closed.addEventListener('abort', stop, { once: true });
  void keepWatching(calls, watcher, stopping.signal).finally(() => {
    closed.removeEventListener('abort', stop);
  });
  if (closed.aborted) stop();
  return stop;
}

async function keepWatching(calls: Calls, watcher: Watcher, signal: AbortSignal): Promise<void> {
  const { clock, engine } = calls;
  const stopped = (): boolean => signal.aborted;
  let pause = firstPauseMs;
  while (!stopped()) {
    try {
      await watchOnce(calls, watcher, signal, () => (pause = firstPauseMs));
    } catch (error) {
      if (!stopped())
        watcher.log.warn({ engine: engine.name, error: messageOf(error) }, 'lost the event stream');
    }
    await clock.sleep(pause, signal).catch(() => undefined);
    pause = Math.min(pause * 2, longestPauseMs);
  }
}

const systemTime = z.object({ SystemTime: z.string() });

async function watchOnce(
  calls: Calls,
  watcher: Watcher,
  signal: AbortSignal,
  onOpen: () => void,
): Promise<void> {
  const { docker } = calls.engine;
  // dockerd answers a moment before it subscribes: what happens in between is asked for by its own clock.
  const now = await calls.once('ask for its time', () => docker.info(), systemTime);
  const since = Date.parse(now.SystemTime) / 1000;
  const stream = await docker.getEvents({ filters, since, abortSignal: signal });
  onOpen();
  tell(watcher, () => watcher.onGap());
  for await (const line of readLines(stream)) {
    if (signal.aborted) return;
    const told = event.safeParse(JSON.parse(line)).data;
    if (told) tell(watcher, () => watcher.onEvent(told));
  }
}

/** A listener that throws is a defect of its own, not a reason to lose the stream. */
function tell(watcher: Watcher, deliver: () => void): void {
  try {
    deliver();
  } catch (error) {
    watcher.log.error({ error: messageOf(error) }, 'a listener for cluster events failed');
  }
}
