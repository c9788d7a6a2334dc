/** A real server on a port of this machine, with a made-up agent behind it, and clients to it. */
import { connectSocket } from '../../../../agent/protocol/connection/socket.ts';
import type { RemoteAgent } from '../../../../agent/protocol/connection/remote.ts';
import { silentLog } from '../../../../agent/common/log.ts';
import type { AgentApi, Call } from '../../../../agent/protocol/methods.ts';
import { protocolVersion } from '../../../../agent/protocol/version.ts';
import {
  defaultLimits,
  serveSocket,
  type Lent,
  type Limits,
  type SocketServer,
} from '../../../../agent/server/socket/serve-socket.ts';
import type { HelloParams } from '../../../../agent/protocol/connection/wire.ts';

export const token = 'T'.repeat(43);

export interface Served {
  readonly server: SocketServer;
  /** What clients said hello with, in order. */
  readonly hellos: HelloParams[];
  readonly released: () => number;
  /** Connected, and greeted unless told otherwise. */
  client(hello?: Pick<HelloParams, 'env' | 'variables'>): Promise<RemoteAgent>;
  stop(): Promise<void>;
}

export async function served(api: AgentApi, limits: Partial<Limits> = {}): Promise<Served> {
  const hellos: HelloParams[] = [];
  const clients: RemoteAgent[] = [];
  let released = 0;
  const lend = (hello: HelloParams): Lent => {
    hellos.push(hello);
    return { api, release: () => (released += 1) };
  };
  const server = await serveSocket({
    hello: { protocolVersion, version: '9.8.7', pid: process.pid },
    token,
    lend,
    limits: { ...defaultLimits, ...limits },
    log: silentLog,
  });
  return {
    server,
    hellos,
    released: () => released,
    client: async (hello) => {
      const agent = await connectSocket({ port: server.port, token });
      clients.push(agent);
      await agent.hello(hello);
      return agent;
    },
    stop: async () => {
      for (const client of clients) client.close();
      server.stop();
      await server.ended;
    },
  };
}

export const dev = { folder: '/project', environment: 'dev' };

export function call(other: Partial<Call> = {}): Call {
  return { signal: new AbortController().signal, onEvent: () => undefined, ...other };
}
