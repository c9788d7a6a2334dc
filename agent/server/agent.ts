/** The agent: every method of the protocol, over the rooms below. It holds no truth; the ledger does. */
import { readFile } from 'node:fs/promises';
import { systemClock, type Clock } from '../common/clock.ts';
import { silentLog, type Log } from '../common/log.ts';
import type { AgentApi, Call, Method, Params, Results } from '../protocol/methods.ts';
import { openSwarm } from '../swarm/docker-swarm.ts';
import { openConnections, type Connections, type OpenSwarm } from './connections.ts';
import { identity, type Identity } from './identity.ts';
import { deploy } from './methods/deploy.ts';
import { down } from './methods/down.ts';
import { forgetEdge } from './methods/forget-edge.ts';
import { logs } from './methods/logs.ts';
import { maintenance } from './methods/maintenance.ts';
import { abort, promote } from './methods/decide.ts';
import { releases } from './methods/releases.ts';
import { rollback } from './methods/rollback.ts';
import { setCertificate } from './methods/set-certificate.ts';
import { setup } from './methods/setup.ts';
import { status } from './methods/status.ts';

export interface AgentOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Paths of control's bundle and of the edge's Lua task. */
  readonly assets: { readonly controlBundle: string; readonly edgeLua: string };
  readonly clock?: Clock;
  readonly log?: Log;
  readonly open?: OpenSwarm;
}

/** What methods work with. */
export interface Agent {
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly log: Log;
  readonly leaseSeconds: number;
  readonly identity: Identity;
  readonly connections: Connections;
  readonly readAssets: () => Promise<{ readonly control: string; readonly lua: string }>;
}

type Methods = {
  readonly [M in Method]: (agent: Agent, params: Params<M>, call: Call) => Promise<Results[M]>;
};

const methods: Methods = {
  setup,
  deploy,
  promote,
  abort,
  rollback,
  status,
  releases,
  logs,
  down,
  maintenance,
  setCertificate,
  forgetEdge,
};

export function createAgent(options: AgentOptions): AgentApi & { close(): void } {
  const { env, assets, clock = systemClock, log = silentLog, open = openSwarm } = options;
  const agent: Agent = {
    env,
    clock,
    log,
    leaseSeconds: leaseOf(env),
    identity: identity(),
    connections: openConnections({ env, clock, log, open }),
    readAssets: async () => ({
      control: await readFile(assets.controlBundle, 'utf8'),
      lua: await readFile(assets.edgeLua, 'utf8'),
    }),
  };
  return {
    request: (method, params, call) => methods[method](agent, params, call),
    close: () => agent.connections.close(),
  };
}

/** How long a silent driver is believed to live. Short ones are for tests. */
function leaseOf(env: NodeJS.ProcessEnv): number {
  const seconds = Number(env['TIDEGATE_LEASE_SECONDS'] ?? 15);
  return Number.isInteger(seconds) && seconds >= 2 && seconds <= 300 ? seconds : 15;
}
