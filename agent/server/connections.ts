/** Open engines and repositories, kept as long as the agent lives: opening them costs more than using them. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import type { Builder } from '../build/builder.ts';
import { createBuilder } from '../build/image-builder.ts';
import type { Clock } from '../common/clock.ts';
import type { Log } from '../common/log.ts';
import { openRepository } from '../git/open.ts';
import type { Repository } from '../git/repository.ts';
import { openChanges, type Changes } from '../swarm/changes.ts';
import { openContainers, type Containers } from '../swarm/containers.ts';
import type { SwarmOptions } from '../swarm/docker-swarm.ts';
import { openEngine, type OpenEngine } from '../swarm/engine.ts';
import { openLogins } from '../swarm/logins.ts';
import type { Swarm } from '../swarm/port.ts';
import { locateEngine } from '../swarm/reach/location.ts';
import type { Surroundings } from '../swarm/reach/surroundings.ts';

export interface Connection {
  readonly engine: OpenEngine;
  readonly swarm: Swarm;
  /** The same for somebody who watches: an engine that is gone is to be told, not waited for. */
  readonly looking: Swarm;
  readonly changes: Changes;
  readonly builder: Builder;
  readonly containers: Containers;
}

export interface Connections {
  engine(context: string | undefined): Promise<Connection>;
  repository(folder: string): Promise<Repository>;
  close(): void;
}

/** How a connection becomes a cluster; tests watch, delay or break it here. */
export type OpenSwarm = (engine: OpenEngine, options: SwarmOptions) => Swarm;

/** A connection that drops for a moment is none of a watcher's news. */
const lookingLimits = { reconnectMs: 2_000, callMs: 10_000 } as const;

export interface ConnectionOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly log: Log;
  readonly open: OpenSwarm;
}

export function openConnections({ env, clock, log, open }: ConnectionOptions): Connections {
  const engines = new Map<string, Connection>();
  const repositories = new Map<string, Repository>();
  const logins = openLogins({ env, home: env['HOME'] ?? homedir(), readFile: readText });
  return {
    engine: async (context) => {
      const location = await locateEngine(surroundings(env, context));
      // The same address with other certificates is another engine for whoever is let in.
      const key = `${location.name} ${location.kind === 'tcp' ? (location.tls?.folder ?? '') : ''}`;
      const known = engines.get(key);
      if (known) return known;
      const engine = openEngine(location);
      const swarm = open(engine, { clock, log, logins });
      const connection: Connection = {
        engine,
        swarm,
        looking: open(engine, { clock, log, logins, ...lookingLimits }),
        changes: openChanges(swarm, clock),
        builder: createBuilder({
          engine,
          images: swarm.images,
          registry: swarm.registry,
          logins,
          clock,
          log,
          env,
        }),
        containers: openContainers(engine, { clock }),
      };
      engines.set(key, connection);
      return connection;
    },
    repository: async (folder) => {
      const known = repositories.get(folder);
      if (known) return known;
      const repository = await openRepository(folder, { env });
      repositories.set(folder, repository);
      return repository;
    },
    close: () => {
      for (const { changes, engine } of engines.values()) {
        changes.close();
        engine.close();
      }
    },
  };
}

/** This machine, as a session's environment has it. */
export function surroundings(
  env: Readonly<Record<string, string | undefined>>,
  context?: string,
): Surroundings {
  const list = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
  return { env, home: env['HOME'] ?? homedir(), context, readFile: readText, exists, list };
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
