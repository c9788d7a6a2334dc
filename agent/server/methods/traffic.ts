import { randomBytes } from 'node:crypto';
import { messageOf } from '../../common/errors.ts';
import { names } from '../../common/names.ts';
import type { Call, Params, Results } from '../../protocol/methods.ts';
import type { TrafficPoint } from '../../protocol/traffic.ts';
import { unpackPoints } from '../../swarm/ledger/traffic.ts';
import type { TrafficStore } from '../../swarm/ledger/traffic-store.ts';
import type { Agent } from '../agent.ts';
import { openPlace, type Place } from '../place.ts';
import { follow, type Series } from '../traffic/series.ts';

/** Control believes for three of these that somebody looks. */
const renewMs = 10_000;
/** Events tell at once; this is for the ones that got lost. */
const pollMs = 2_000;

/**
 * The edges' counters of the last minutes, and then each new point, until it is cancelled. Control hands them out through
 * the ledger, and only while somebody looks.
 */
export async function traffic(
  agent: Agent,
  params: Params<'traffic'>,
  call: Call,
): Promise<Results['traffic']> {
  const place = await openPlace(agent, params.folder, params.environment);
  const store = place.engine.ledger.traffic;
  const watcher = randomBytes(6).toString('hex');
  const news = listen(agent, place);
  let told = 0;
  let series: Series | undefined;
  let renewed = 0;
  let number = 0;
  try {
    while (!call.signal.aborted) {
      const now = agent.clock.monotonic();
      if (number === 0 || now - renewed >= renewMs) {
        await store.watch(watcher, (number += 1));
        renewed = now;
      }
      const next = follow(series, await read(agent, store));
      series = next.series;
      told += next.event?.points.length ?? 0;
      if (next.event) call.onEvent(next.event);
      await news.wait(call.signal);
    }
  } finally {
    news.stop();
    // Without it control finds out by itself, some seconds later.
    await store.leave(watcher).catch(() => undefined);
  }
  return { points: told };
}

/** What cannot be read comes again with the next point. */
async function read(
  { log }: Agent,
  store: TrafficStore,
): Promise<ReadonlyMap<string, readonly TrafficPoint[]>> {
  const said = (await store.find())?.points ?? new Map<string, string>();
  const points = new Map<string, readonly TrafficPoint[]>();
  for (const [control, text] of said)
    try {
      points.set(control, unpackPoints(text));
    } catch (error) {
      log.warn({ control, error: messageOf(error) }, 'points of the traffic cannot be read');
    }
  return points;
}

function listen(
  { clock }: Agent,
  { connection, environment }: Place,
): { wait(signal: AbortSignal): Promise<void>; stop(): void } {
  const object = names.traffic(environment.stack);
  let dirty = false;
  let wake: () => void = () => undefined;
  const stop = connection.changes.listen((event) => {
    // Without an event there was a gap: something may have been missed.
    if (event !== undefined && (event.type !== 'config' || event.name !== object)) return;
    dirty = true;
    wake();
  });
  return {
    stop,
    wait: async (signal) => {
      const woken = new AbortController();
      wake = () => woken.abort();
      if (!dirty) await clock.sleep(pollMs, AbortSignal.any([signal, woken.signal])).catch(() => undefined);
      dirty = false;
    },
  };
}
