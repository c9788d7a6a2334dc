/** A Docker engine of our own on a real unix socket, whose answers a test decides. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine, type OpenEngine } from '../../../agent/swarm/engine.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export class FakeEngine {
  readonly requests: string[] = [];
  readonly open: OpenEngine;
  answer: Answer = (_request, response) => sendJson(response, 200, {});
  readonly #folder = mkdtempSync(join(tmpdir(), 'tidegate-engine-'));
  readonly path = join(this.#folder, 'engine.sock');
  #server: Server | undefined;

  constructor() {
    this.open = openEngine({ kind: 'socket', path: this.path, name: 'the fake engine', source: 'the test' });
  }

  /** `port`: on TCP instead of the socket; 0 is any that is free. */
  async start(port?: number): Promise<void> {
    const server = createServer((request, response) => {
      this.requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
      this.answer(request, response);
    });
    this.#server = server;
    const at = port === undefined ? { path: this.path } : { port, host: '127.0.0.1' };
    await new Promise<void>((resolve) => server.listen(at, resolve));
  }

  get port(): number {
    return (this.#server?.address() as AddressInfo).port;
  }

  /** Like a dockerd that is killed: connections break in the middle of what they are at. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  async dispose(): Promise<void> {
    this.open.close();
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
