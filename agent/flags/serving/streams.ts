/**
 * Server-sent events to many: each client is one open answer and nothing else. One that does not read what it is
 * sent is cut off, so that thousands of clients take bounded memory; it connects again and is told all.
 */
import type { ServerResponse } from 'node:http';

export interface Streams {
  /** Keeps the answer open; `first` is sent at once. */
  readonly add: (response: ServerResponse, first: string) => void;
  readonly send: (text: string) => void;
  readonly size: () => number;
  readonly close: () => void;
}

/** Shorter than any proxy's patience. */
const pulseMs = 15_000;
/** Not sent yet to one client, in bytes: more than the largest environment's flags. */
const behind = 4 * 1024 * 1024;

export function openStreams(): Streams {
  const clients = new Set<ServerResponse>();
  const send = (text: string): void => {
    const bytes = Buffer.from(text);
    for (const client of clients)
      if (client.writableLength > behind) client.destroy();
      else client.write(bytes);
  };
  const pulse = setInterval(() => send(':\n\n'), pulseMs).unref();
  return {
    add: (response, first) => {
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      response.write(first);
      clients.add(response);
      response.on('close', () => clients.delete(response));
      // A client that is gone: `close` follows.
      response.on('error', () => undefined);
    },
    send,
    size: () => clients.size,
    close: () => {
      clearInterval(pulse);
      for (const client of clients) client.end();
    },
  };
}

/** `data` is one line. */
export function eventText({ event, id, data }: { event: string; id: string; data: string }): string {
  return `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`;
}
