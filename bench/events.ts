/** How fast events of a rollout reach everybody who watches: an agent in a process of its own, clients in this one. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { connectSocket } from '../agent/protocol/connection/socket.ts';
import type { AgentEvent } from '../agent/protocol/methods.ts';
import type { Ready } from './event-source.ts';

const clients = 5;
const events = 30_000;

/** Throws when a client missed one. */
export async function eventsPerSecond(): Promise<number> {
  const source = fork(path.join(import.meta.dirname, 'event-source.ts'), {
    execArgv: ['--import', 'tsx'],
  });
  try {
    const [ready] = (await once(source, 'message')) as [Ready];
    return await measure(source, ready);
  } finally {
    source.kill('SIGTERM');
  }
}

async function measure(source: ChildProcess, { at, folder, env }: Ready): Promise<number> {
  const stop = new AbortController();
  const watching = await Promise.all(
    Array.from({ length: clients }, async () => {
      const agent = await connectSocket(at);
      await agent.hello({ env });
      return watchAll(agent.request.bind(agent), folder, stop.signal);
    }),
  );
  const began = performance.now();
  source.send({ events });
  await Promise.all(watching.map(({ all }) => all));
  const seconds = (performance.now() - began) / 1000;
  stop.abort();
  return events / seconds;
}

/** Resolves when the watching has begun; `all` when every event has come, each once and in order. */
async function watchAll(
  request: Awaited<ReturnType<typeof connectSocket>>['request'],
  folder: string,
  signal: AbortSignal,
): Promise<{ all: Promise<void> }> {
  let begun: () => void = () => undefined;
  const started = new Promise<void>((resolve) => (begun = resolve));
  const all = new Promise<void>((resolve, reject) => {
    let seen = 0;
    const onEvent = (event: AgentEvent): void => {
      if (event.kind !== 'watch') return;
      for (const update of event.updates) {
        if (update.type === 'snapshot') begun();
        if (update.type !== 'event' || update.event.kind !== 'line') continue;
        if (update.event.text !== `line ${seen}`)
          reject(new Error(`"${update.event.text}" is not line ${seen}`));
        seen += 1;
      }
      if (seen === events) resolve();
    };
    const params = { folder, environment: 'dev', since: null };
    request('watch', params, { signal, onEvent }).catch(reject);
  });
  await Promise.race([started, all]);
  return { all };
}
