/**
 * Flags on this machine alone, for an application in development: the same protocols as control's, on two ports of
 * the loopback address.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { openFlagdSync } from '../flagd/sync-server.ts';
import { openFlagsHttp } from './http.ts';
import type { FlagsSource } from './source.ts';

export const loopback = '127.0.0.1';

/** 0: any that is free. */
export interface LocalPorts {
  readonly http: number;
  readonly flagd: number;
}

export interface LocalServer {
  readonly ports: LocalPorts;
  readonly close: () => void;
}

/** Rejects with `EADDRINUSE`, or what else the system says, when it cannot listen there. */
export async function serveLocally(source: FlagsSource, wanted: LocalPorts): Promise<LocalServer> {
  const [flags, sync] = [openFlagsHttp(source), openFlagdSync(source)];
  const server = createServer((request, response) => {
    const refusal = admit(request, response);
    if (refusal) refuse(response, refusal);
    else if (request.method === 'OPTIONS') response.writeHead(204).end();
    else if (!flags.handles(pathOf(request)))
      refuse(response, { status: 404, text: 'Flags are served below /ofrep/ and /api/.' });
    else void flags.answer(request, response);
  });
  const close = (): void => {
    flags.close();
    sync.close();
    server.close();
    server.closeAllConnections();
  };
  try {
    const http = await listen(server, wanted.http);
    return { ports: { http, flagd: await listen(sync.server, wanted.flagd) }, close };
  } catch (error) {
    close();
    throw error;
  }
}

interface Refusal {
  readonly status: number;
  readonly text: string;
}

/**
 * Pages of this machine may read flags, others may not; and none under a name that was rebound to this address. A
 * browser cannot speak to the port of gRPC at all.
 */
function admit(request: IncomingMessage, response: ServerResponse): Refusal | undefined {
  const { host = '', origin } = request.headers;
  const port = request.socket.localPort ?? 0;
  if (host !== `${loopback}:${port}` && host !== `localhost:${port}`)
    return {
      status: 421,
      text: `Flags are served to the Host ${loopback}:${port} or localhost:${port} only.`,
    };
  if (origin === undefined) return undefined;
  if (!isOfThisMachine(origin)) return { status: 403, text: 'Flags are served to pages of localhost only.' };
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', 'etag, retry-after');
  response.setHeader('vary', 'origin');
  if (request.method !== 'OPTIONS') return undefined;
  response.setHeader('access-control-allow-methods', 'GET, POST');
  // Unleash's SDKs send some of their own, which change with their version.
  const asked = request.headers['access-control-request-headers'];
  if (asked !== undefined) response.setHeader('access-control-allow-headers', asked);
  response.setHeader('access-control-max-age', '600');
  return undefined;
}

export function isOfThisMachine(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { hostname, protocol } = new URL(origin);
  const isPage = protocol === 'http:' || protocol === 'https:';
  return isPage && (/^(.+\.)?localhost$/.test(hostname) || hostname === loopback || hostname === '[::1]');
}

function refuse(response: ServerResponse, { status, text }: Refusal): void {
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(`${text}\n`);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, loopback, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}
