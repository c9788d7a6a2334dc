/** A checkout on disk and a cluster in memory, behind real agents on a real port. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { connectSocket } from '../../agent/protocol/connection/socket.ts';
import type { RemoteAgent } from '../../agent/protocol/connection/remote.ts';
import { silentLog } from '../../agent/common/log.ts';
import { protocolVersion } from '../../agent/protocol/version.ts';
import { openAgents } from '../../agent/server/agents.ts';
import { defaultLimits, serveSocket } from '../../agent/server/socket/serve-socket.ts';
import type { Feed } from '../../agent/server/watch/feed.ts';
import { openFeeds } from '../../agent/server/watch/feeds.ts';
import { openLedger, type Ledger } from '../../agent/swarm/ledger/ledger.ts';
import type { RolloutHead, RolloutState } from '../../agent/swarm/ledger/rollout.ts';
import { FakeCluster } from './fake-swarm.ts';

const token = 'T'.repeat(43);

export interface AgentPlace {
  readonly folder: string;
  readonly ledger: Ledger;
  readonly cluster: FakeCluster;
  /** Where rollouts of `dev` are told. */
  readonly feed: () => Feed;
  readonly at: { readonly port: number; readonly token: string };
  client(): Promise<RemoteAgent>;
  close(): Promise<void>;
}

/** Nobody listens there: everything is asked of the cluster in memory. */
export function agentPlaceEnv(folder: string): Record<string, string> {
  return { DOCKER_HOST: `unix://${folder}/none.sock`, PATH: process.env['PATH'] ?? '' };
}

const file = `version: 1
project: shop
environments:
  dev: { edge: { http: 8080 } }
  production: { edge: { http: 8081 }, protected: true }
services:
  web: { route: { port: 3000 } }
`;

export async function openAgentPlace(): Promise<AgentPlace> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tidegate-watch-'));
  await promisify(execFile)('git', ['init', '-q', folder]);
  await writeFile(path.join(folder, 'tidegate.yaml'), file);
  const cluster = new FakeCluster(() => Date.now());
  const assets = { controlBundle: '', edgeLua: '' };
  const feeds = openFeeds();
  const agents = openAgents({ assets, open: () => cluster.view() }, feeds);
  const server = await serveSocket({
    hello: { protocolVersion, version: '1', pid: process.pid },
    token,
    lend: (hello) => agents.lend(hello),
    limits: defaultLimits,
    log: silentLog,
  });
  const ledger = openLedger(cluster.view(), 'shop-dev');
  await ledger.acks.create();
  await ledger.keys.create();
  await ledger.routes.create();
  const clients: RemoteAgent[] = [];
  return {
    folder,
    ledger,
    cluster,
    feed: () => feeds.feed(`unix://${folder}/none.sock shop-dev`),
    at: { port: server.port, token },
    client: async () => {
      const client = await connectSocket({ port: server.port, token });
      clients.push(client);
      await client.hello({ env: agentPlaceEnv(folder) });
      return client;
    },
    close: async () => {
      for (const client of clients) client.close();
      server.stop();
      await server.ended;
      agents.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function aRollout(id: string): { head: RolloutHead; state: RolloutState } {
  return {
    head: {
      format: 1,
      id,
      stack: 'shop-dev',
      kind: 'deploy',
      by: 'ann@ci',
      at: '2026-01-01T00:00:00.000Z',
      ref: 'v1.1.0',
      commit: 'a'.repeat(40),
      tag: 'v1.1.0',
      restores: null,
      warm: false,
      moves: [{ service: 'web', from: null, to: 'blue', fromRelease: null }],
      steps: [],
      drainMs: 1,
      keepWarmMs: 1,
      deadlineMs: 1,
      unattended: 'revert',
    },
    state: inPhase('planned', []),
  };
}

export function inPhase(name: 'planned' | 'building' | 'done', before: readonly string[]): RolloutState {
  return {
    phase: { name },
    reason: name === 'done' ? 'completed' : null,
    detail: '',
    release: null,
    moved: false,
    closed: 0,
    since: 1,
    trail: [...before, name].map((phase) => ({ phase, at: 1 })),
  };
}
