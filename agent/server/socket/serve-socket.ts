/** The agent behind a port of this machine: any number of clients, each a WebSocket with JSON-RPC 2.0. */
import { createServer, STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { AgentApi } from '../../protocol/methods.ts';
import type { Log } from '../../common/log.ts';
import type { Hello, HelloParams } from '../../protocol/connection/wire.ts';
import { Client } from './client.ts';
import { closeCodes } from '../../protocol/connection/close-codes.ts';
import { address } from '../../protocol/connection/wire.ts';
import { knock } from './front-door.ts';

/** An agent for one client, until it is given back. */
export interface Lent {
  readonly api: AgentApi;
  release(): void;
}

export interface Limits {
  /** Of one message from a client. */
  readonly messageBytes: number;
  /** May wait here for one client that reads slowly. */
  readonly queueBytes: number;
  readonly clients: number;
  /** A client that lets two of these pass without an answer to a ping is gone. */
  readonly heartbeatMs: number;
  readonly helloMs: number;
  /** Without clients and without work for so long, the agent ends. Looked at with each heartbeat. */
  readonly idleMs: number;
}

export const defaultLimits: Limits = {
  messageBytes: 1_000_000,
  queueBytes: 32_000_000,
  clients: 64,
  heartbeatMs: 30_000,
  helloMs: 10_000,
  idleMs: 15 * 60_000,
};

export interface SocketServerOptions {
  readonly hello: Hello;
  readonly token: string;
  /** The agent for a client's session environment; throws `usage.invalid` when that has no business there. */
  readonly lend: (hello: HelloParams) => Lent;
  readonly limits: Limits;
  readonly log: Log;
}

export interface SocketServer {
  readonly port: number;
  /** Resolves when nothing is served and nothing runs any more. */
  readonly ended: Promise<'idle' | 'stopped'>;
  /** Takes no more clients and requests; changes of environments that run are finished first. */
  stop(): void;
}

export async function serveSocket(options: SocketServerOptions): Promise<SocketServer> {
  const server = createServer({ headersTimeout: 5_000, requestTimeout: 5_000, maxHeaderSize: 16_384 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port: 0 }, resolve);
  });
  return new Agent(server, options);
}

class Agent implements SocketServer {
  readonly port: number;
  readonly ended: Promise<'idle' | 'stopped'>;
  readonly #options: SocketServerOptions;
  readonly #server: Server;
  readonly #upgrades: WebSocketServer;
  readonly #clients = new Set<Client>();
  readonly #beat: NodeJS.Timeout;
  #busyAt = performance.now();
  #stopping = false;
  #end: (why: 'idle' | 'stopped') => void = () => undefined;

  constructor(server: Server, options: SocketServerOptions) {
    this.#options = options;
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    this.ended = new Promise((resolve) => (this.#end = resolve));
    this.#upgrades = new WebSocketServer({
      noServer: true,
      maxPayload: options.limits.messageBytes,
      // Everything stays on this machine: compressing costs more than it saves.
      perMessageDeflate: false,
    });
    server.on('request', (request, response) => {
      const verdict = knock(request, { port: this.port, token: options.token });
      const { status, text } = verdict.open ? { status: 426, text: 'Ask for a WebSocket.' } : verdict;
      response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(`${text}\n`);
    });
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#beat = setInterval(() => this.#tick(), options.limits.heartbeatMs);
  }

  stop(): void {
    this.#stopping = true;
    this.#server.close();
    this.#server.closeAllConnections();
    for (const client of this.#clients) void client.leave(closeCodes.goingAway, 'the agent ends');
    if (this.#clients.size === 0) this.#finish('stopped');
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Whatever the peer does to its connection: it must not reach the process as an uncaught error.
    socket.on('error', () => socket.destroy());
    const { token, limits } = this.#options;
    const verdict = knock(request, { port: this.port, token });
    if (!verdict.open) refuse(socket, verdict.status, verdict.text);
    else if (this.#stopping) refuse(socket, 503, 'This agent ends: start another one.');
    else if (this.#clients.size >= limits.clients)
      refuse(socket, 503, `This agent has ${limits.clients} clients already.`);
    else this.#upgrades.handleUpgrade(request, socket, head, (webSocket) => this.#admit(webSocket));
  }

  #admit(socket: WebSocket): void {
    const client = new Client(socket, this.#options);
    this.#clients.add(client);
    void client.ended.then(() => {
      this.#clients.delete(client);
      this.#busyAt = performance.now();
      if (this.#stopping && this.#clients.size === 0) this.#finish('stopped');
    });
  }

  #tick(): void {
    for (const client of this.#clients) client.beat();
    if (this.#clients.size > 0) this.#busyAt = performance.now();
    else if (!this.#stopping && performance.now() - this.#busyAt >= this.#options.limits.idleMs) {
      this.#stopping = true;
      this.#server.close();
      this.#server.closeAllConnections();
      this.#finish('idle');
    }
  }

  #finish(why: 'idle' | 'stopped'): void {
    clearInterval(this.#beat);
    this.#upgrades.close();
    this.#end(why);
  }
}

function refuse(socket: Duplex, status: number, text: string): void {
  const body = `${text}\n`;
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'Connection: close',
      'Content-Type: text/plain',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
