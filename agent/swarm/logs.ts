/** What a service's tasks printed, wherever in the cluster they run. */
import * as z from 'zod';
import { orUndefined, type Calls } from './calls.ts';
import { engineFailure, isAbsent } from './failures.ts';
import { LogFrames } from './log-frames.ts';
import type { LogLine, Swarm } from './port.ts';

/** A manager waits for the logs of a node that is gone; what the others said is worth more than an answer. */
const readMs = 3_000;
const goneCheckMs = 1_000;
const retryMs = 500;

export function openLogs(calls: Calls): Pick<Swarm['services'], 'logs' | 'follow'> {
  return {
    async logs(serviceId, { tail }) {
      const lines: LogLine[] = [];
      const limit = AbortSignal.timeout(readMs);
      await readLog(calls, serviceId, { follow: false, tail }, limit, (line) => lines.push(line));
      return lines.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    },

    async follow(serviceId, { tail, signal }, onLine) {
      const stopping = new AbortController();
      const stop = AbortSignal.any([signal, calls.engine.closed, stopping.signal]);
      const ended = (): void => {
        stopping.abort();
      };
      try {
        await Promise.all([
          untilGone(calls, serviceId, stop).finally(ended),
          followLog(calls, serviceId, tail, stop, onLine).finally(ended),
        ]);
      } catch (error) {
        // Whoever stops listening does not want to hear what that broke.
        if (!signal.aborted && !calls.engine.closed.aborted) throw error;
      }
    },
  };
}

/** Follows until the signal aborts; after a lost connection from the last line on. */
async function followLog(
  calls: Calls,
  serviceId: string,
  tail: number,
  stop: AbortSignal,
  onLine: (line: LogLine) => void,
): Promise<void> {
  let seen: string | undefined;
  while (!stop.aborted) {
    const last = seen;
    const from = last === undefined ? { tail } : { tail: 'all', since: seconds(last) };
    await readLog(calls, serviceId, { follow: true, ...from }, stop, (line) => {
      // `since` includes the line it names.
      if (last !== undefined && line.at <= last) return;
      if (seen === undefined || line.at > seen) seen = line.at;
      onLine(line);
    });
    await calls.clock.sleep(retryMs, stop).catch(() => undefined);
  }
}

/** Reads one stream to its end, until the signal aborts, or until the connection breaks. */
async function readLog(
  calls: Calls,
  serviceId: string,
  query: object,
  signal: AbortSignal,
  onLine: (line: LogLine) => void,
): Promise<void> {
  const { docker, name: engine } = calls.engine;
  const frames = new LogFrames();
  // `follow` outside `_query` makes dockerode hand out a stream also where the engine is not asked to follow.
  const options = {
    follow: true,
    abortSignal: signal,
    _query: { stdout: true, stderr: true, timestamps: true, details: true, ...query },
  };
  try {
    const stream = await docker.getService(serviceId).logs(options);
    for await (const chunk of stream) for (const line of frames.push(Buffer.from(chunk))) onLine(line);
  } catch (error) {
    const failed = engineFailure(error, { engine, doing: `read the log of the service ${serviceId}` });
    if (!signal.aborted && !isAbsent(error) && failed.code !== 'engine.unreachable') throw failed;
  }
}

/** The engine goes on following a service that was removed. */
async function untilGone(calls: Calls, serviceId: string, stop: AbortSignal): Promise<void> {
  const ask = orUndefined((docker, abortSignal) => docker.getService(serviceId).inspect({ abortSignal }));
  while (!stop.aborted) {
    const found = await calls.read(`read the service ${serviceId}`, ask, z.unknown());
    if (found === undefined) return;
    await calls.clock.sleep(goneCheckMs, stop).catch(() => undefined);
  }
}

/** Docker's form of a time in a query: seconds with nanoseconds. */
function seconds(at: string): string {
  const fraction = /\.(\d+)Z$/.exec(at)?.[1] ?? '0';
  return `${Math.floor(Date.parse(at) / 1000)}.${fraction}`;
}
