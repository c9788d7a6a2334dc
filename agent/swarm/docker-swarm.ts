/** The `Swarm` port over the Docker API. One file per noun; what they share is in `calls.ts`. */
import { systemClock, type Clock } from '../common/clock.ts';
import { silentLog, type Log } from '../common/log.ts';
import { openCalls } from './calls.ts';
import { openConfigs } from './configs.ts';
import type { OpenEngine } from './engine.ts';
import { watchEvents } from './events.ts';
import { hostSubnets } from './host-routes.ts';
import { openImages } from './images.ts';
import { noLogins, type Logins } from './logins.ts';
import { openNetworks } from './networks.ts';
import { readInfo, readNodes } from './nodes.ts';
import type { Swarm } from './port.ts';
import { openRegistry } from './registry.ts';
import { openSecrets } from './secrets.ts';
import { openServices } from './services.ts';
import { openTasks } from './tasks.ts';
import { openVolumes } from './volumes.ts';

export interface SwarmOptions {
  readonly clock?: Clock;
  readonly log?: Log;
  /** How long reads wait for an engine that was there and is gone, milliseconds. */
  readonly reconnectMs?: number;
  /** How long one call may take, milliseconds. */
  readonly callMs?: number;
  /** Subnets in use on the engine's machine besides its networks; by default this machine's, if it runs here. */
  readonly hostSubnets?: () => Promise<readonly string[]>;
  /** Who the user is at registries. Default: nobody. */
  readonly logins?: Logins;
}

/** Closing the engine ends everything that is under way here. */
export function openSwarm(engine: OpenEngine, options: SwarmOptions = {}): Swarm {
  const {
    clock = systemClock,
    log = silentLog,
    reconnectMs = 30_000,
    callMs = 20_000,
    logins = noLogins,
  } = options;
  const calls = openCalls(engine, { clock, reconnectMs, callMs });
  const routes = options.hostSubnets ?? (engine.local ? hostSubnets : () => Promise.resolve([]));
  return {
    info: () => readInfo(calls),
    nodes: () => readNodes(calls),
    configs: openConfigs(calls),
    secrets: openSecrets(calls),
    services: openServices(calls, logins),
    tasks: openTasks(calls),
    networks: openNetworks(calls, routes),
    images: openImages(calls, logins),
    registry: openRegistry(calls, logins),
    volumes: openVolumes(calls),
    watch: (onEvent, onGap) => watchEvents(calls, { onEvent, onGap, log }),
  };
}
