/**
 * A load of GET requests that takes little of the machine: on two cores, a client that costs as much as what it asks
 * would be most of what is measured. One raw keep-alive connection for each worker, one request at a time on it.
 */
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface LeanOptions {
  /** `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Value of the Host header. */
  readonly host: string;
  readonly connections: number;
  /** Over all connections. */
  readonly ratePerSecond: number;
}

export interface LeanLoad {
  /** Of the answered requests, milliseconds. */
  readonly times: readonly number[];
  /** No answer, one that was cut off, or a status of 400 and above. */
  readonly failures: readonly string[];
  stop(): Promise<void>;
}

const timeoutMs = 10_000;

export function startLeanLoad({ url, host, connections, ratePerSecond }: LeanOptions): LeanLoad {
  const request = Buffer.from(`GET / HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
  const pace = (1000 * connections) / ratePerSecond;
  const times: number[] = [];
  const failures: string[] = [];
  let stopped = false;

  async function worker(index: number): Promise<void> {
    const line = new Line(new URL(url), request);
    let due = performance.now() + (pace * index) / connections;
    while (!stopped) {
      const wait = due - performance.now();
      if (wait > 1) await delay(wait);
      due = Math.max(due + pace, performance.now() - 1000);
      const start = performance.now();
      const failure = await line.ask();
      if (failure === undefined) times.push(performance.now() - start);
      else failures.push(failure);
    }
    line.close();
  }

  const workers = Array.from({ length: connections }, (_, index) => worker(index));
  return {
    times,
    failures,
    stop: async () => {
      stopped = true;
      await Promise.all(workers);
    },
  };
}

/** A connection that is opened again when it was closed between two requests. */
class Line {
  readonly #url: URL;
  readonly #request: Buffer;
  #socket: Socket | undefined;

  constructor(url: URL, request: Buffer) {
    this.#url = url;
    this.#request = request;
  }

  /** What went wrong, or `undefined`. */
  ask(): Promise<string | undefined> {
    const socket = (this.#socket ??= this.#open());
    return new Promise((resolve) => {
      let got = '';
      const finish = (failure: string | undefined, keep: boolean): void => {
        clearTimeout(timer);
        socket.off('data', take).off('close', gone);
        if (!keep) this.close();
        resolve(failure);
      };
      const gone = (): void => finish(`the connection ended after ${got.length} characters`, false);
      const take = (chunk: Buffer): void => {
        got += chunk.toString('latin1');
        const answer = wholeAnswer(got);
        if (answer) finish(answer.status < 400 ? undefined : `HTTP ${answer.status}`, answer.keep);
      };
      const timer = setTimeout(() => finish(`no answer within ${timeoutMs} ms`, false), timeoutMs);
      socket.on('data', take).on('close', gone);
      socket.write(this.#request);
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #open(): Socket {
    const socket = connect(Number(this.#url.port), this.#url.hostname);
    socket.setNoDelay(true);
    // Whoever waits for an answer hears of the close that follows.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    return socket;
  }
}

/** `undefined` while it is not whole; answers here have a length. */
function wholeAnswer(text: string): { readonly status: number; readonly keep: boolean } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end).toLowerCase();
  const length = Number(/\r\ncontent-length: (\d+)/.exec(head)?.[1] ?? 0);
  if (text.length < end + 4 + length) return undefined;
  return { status: Number(head.slice(9, 12)), keep: !head.includes('\r\nconnection: close') };
}
