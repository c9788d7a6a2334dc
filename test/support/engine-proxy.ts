/** A unix socket in front of the engine whose connections can be cut, refused, or answered with an error. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface EngineProxy {
  /** For DOCKER_HOST. */
  readonly host: string;
  /** Ends every connection and refuses new ones until `mend`. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** From now on requests whose first line matches get this error as the engine's answer. */
  fail(request: RegExp, message: string): void;
  /** How many requests `fail` answered. */
  failures(): number;
  close(): Promise<void>;
}

/** `target`: path of the engine's socket. */
export async function openEngineProxy(target: string): Promise<EngineProxy> {
  const socket = path.join(tmpdir(), `tidegate-proxy-${randomBytes(4).toString('hex')}.sock`);
  const sockets = new Set<Socket>();
  let failing: { readonly request: RegExp; readonly message: string } | undefined;
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
      if (!failing?.request.test(first)) {
        engine.write(chunk);
        return;
      }
      failures += 1;
      client.end(errorAnswer(failing.message));
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
    fail: (request, message) => (failing = { request, message }),
    failures: () => failures,
    close: cut,
  };
}

function errorAnswer(message: string): string {
  const body = JSON.stringify({ message });
  const head = ['HTTP/1.1 500 Internal Server Error', 'Content-Type: application/json', 'Connection: close'];
  return `${head.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
