/** Open engines and repositories, kept as long as the agent lives: opening them costs more than using them. */
import { readFile, stat } from 'node:fs/promises';
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
import { locateEngine, openEngine, type OpenEngine } from '../swarm/engine.ts';
import { openLogins } from '../swarm/logins.ts';
import type { Swarm } from '../swarm/port.ts';

export interface Connection {
  readonly engine: OpenEngine;
  readonly swarm: Swarm;
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
      const location = await locateEngine({
        env,
        home: env['HOME'] ?? homedir(),
        context,
        readFile: readText,
        exists,
      });
      const known = engines.get(location.name);
      if (known) return known;
      const engine = openEngine(location);
      const swarm = open(engine, { clock, log, logins });
      const connection: Connection = {
        engine,
        swarm,
        changes: openChanges(swarm, clock),
        builder: createBuilder({ engine, images: swarm.images, registry: swarm.registry, clock, log, env }),
        containers: openContainers(engine, { clock }),
      };
      engines.set(location.name, connection);
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

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
