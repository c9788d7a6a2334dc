/** A unix socket in front of the engine whose connections can be cut, refused, or answered with an error. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface CannedAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface EngineProxy {
  /** For DOCKER_HOST. */
  readonly host: string;
  /** Ends every connection and refuses new ones until `mend`. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** From now on requests whose first line matches get this error as the engine's answer. */
  fail(request: RegExp, message: string): void;
  /** From now on requests whose first line gets an answer here never reach the engine; `undefined`: all of them do. */
  answer(by: ((line: string) => CannedAnswer | undefined) | undefined): void;
  /** How many requests `fail` answered. */
  failures(): number;
  close(): Promise<void>;
}

/** `target`: path of the engine's socket. */
export async function openEngineProxy(target: string): Promise<EngineProxy> {
  const socket = path.join(tmpdir(), `tidegate-proxy-${randomBytes(4).toString('hex')}.sock`);
  const sockets = new Set<Socket>();
  let answering: ((line: string) => CannedAnswer | undefined) | undefined;
  let failures = 0;
  let server: Server | undefined;

  function keep(one: Socket): void {
    sockets.add(one);
    one.on('error', () => one.destroy());
    one.once('close', () => sockets.delete(one));
  }

  /** Node's HTTP client begins every request with a write of its own, so a chunk's first line tells. */
  function serve(client: Socket): void {
    const engine = connect(target);
    keep(client);
    keep(engine);
    client.on('data', (chunk: Buffer) => {
      const first = chunk.subarray(0, 2_000).toString('latin1').split('\r\n')[0] ?? '';
      const answer = answering?.(first);
      if (answer === undefined) {
        engine.write(chunk);
        return;
      }
      client.end(written(answer));
      engine.destroy();
    });
    engine.on('data', (chunk: Buffer) => client.write(chunk));
    client.once('end', () => engine.end());
    engine.once('end', () => client.end());
    client.once('close', () => engine.destroy());
    engine.once('close', () => client.destroySoon());
  }

  async function mend(): Promise<void> {
    if (server) return;
    const next = createServer({ allowHalfOpen: true }, serve);
    server = next;
    await new Promise<void>((resolve) => next.listen(socket, resolve));
  }

  async function cut(): Promise<void> {
    const closing = server;
    server = undefined;
    if (!closing) return;
    const closed = new Promise((resolve) => closing.close(resolve));
    for (const one of sockets) one.destroy();
    await closed;
    await rm(socket, { force: true });
  }

  await mend();
  return {
    host: `unix://${socket}`,
    cut,
    mend,
    fail: (request, message) => {
      answering = (line) => {
        if (!request.test(line)) return undefined;
        failures += 1;
        return { status: 500, body: { message } };
      };
    },
    answer: (by) => (answering = by),
    failures: () => failures,
    close: cut,
  };
}

function written({ status, body }: CannedAnswer): string {
  const text = JSON.stringify(body);
  const head = [`HTTP/1.1 ${status} of a test`, 'Content-Type: application/json', 'Connection: close'];
  return `${head.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}
