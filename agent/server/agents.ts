/** Agents for the sessions of one process: each with its client's environment, all with the same feeds. */
import { canonicalJson } from '../common/canonical.ts';
import { systemClock } from '../common/clock.ts';
import { silentLog } from '../common/log.ts';
import { openSwarm } from '../swarm/docker-swarm.ts';
import { createAgent, type AgentOptions } from './agent.ts';
import { openConnections, type Connections } from './connections.ts';
import type { Lent } from './socket/serve-socket.ts';
import { openServings } from './local/servings.ts';
import { openFeeds, type Feeds } from './watch/feeds.ts';
import type { HelloParams } from '../protocol/connection/wire.ts';

export interface Agents {
  lend(hello: HelloParams): Lent;
  close(): void;
}

interface Pooled {
  readonly connections: Connections;
  users: number;
}

/** Connections that no session uses are kept for the next one with the same environment; but not more than these. */
const mostUnused = 8;

export function openAgents(
  options: Omit<AgentOptions, 'env' | 'shared'>,
  feeds: Feeds = openFeeds(),
): Agents {
  const { clock = systemClock, log = silentLog, open = openSwarm } = options;
  const pool = new Map<string, Pooled>();
  const servings = openServings();

  function use(env: Readonly<Record<string, string>>): { pooled: Pooled; release: () => void } {
    const key = canonicalJson(env);
    const pooled = pool.get(key) ?? { connections: openConnections({ env, clock, log, open }), users: 0 };
    pool.delete(key);
    pool.set(key, pooled);
    pooled.users += 1;
    return {
      pooled,
      release: () => {
        pooled.users -= 1;
        const unused = [...pool].filter(([, { users }]) => users === 0);
        for (const [old, { connections }] of unused.slice(0, -mostUnused)) {
          connections.close();
          pool.delete(old);
        }
      },
    };
  }

  return {
    lend: ({ env = {}, variables = {} }) => {
      const { pooled, release } = use(env);
      const api = createAgent({
        ...options,
        // What decides about engine and keys cannot be put in by the way of compose variables.
        env: { ...variables, ...env },
        shared: { connections: pooled.connections, feeds, servings },
      });
      return { api, release };
    },
    close: () => {
      feeds.close();
      for (const { connections } of pool.values()) connections.close();
    },
  };
}
