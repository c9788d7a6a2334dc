/**
 * Takes an environment away: everything that carries its labels, and nothing else. Volumes only when asked for.
 * May be stopped and run again at any point: the ledger's routes go last.
 */
import { hasCode } from '../common/errors.ts';
import { labels, names } from '../common/names.ts';
import type { ReleaseEngine } from '../release/engine.ts';
import { downHolder } from '../release/lock.ts';
import { isEnded } from '../swarm/ledger/rollout.ts';
import type { ServiceObject } from '../swarm/port.ts';
import { removeService } from '../swarm/remove-service.ts';
import { stillChanging } from './failures.ts';

export interface DownRequest {
  readonly engine: ReleaseEngine;
  readonly volumes: boolean;
  /** True for a driver that is known to live. */
  readonly isAlive: (driver: string) => boolean;
  readonly signal: AbortSignal;
}

export interface DownReport {
  readonly removed: readonly string[];
  readonly kept: readonly string[];
}

export async function takeDown(request: DownRequest): Promise<DownReport> {
  const { swarm, ledger } = request.engine;
  const own = { [labels.stack]: ledger.stack };
  await closeDoor(request);
  const removed: string[] = [];
  const services = inOrder(ledger.stack, await swarm.services.list(own));
  for (const service of services) {
    await removeService(request.engine, service.name, request.signal);
    removed.push(`service ${service.name}`);
  }
  await untilTasksAreGone(request, new Set(services.map(({ id }) => id)));
  for (const network of await swarm.networks.list(own)) {
    await swarm.networks.remove(network.id);
    removed.push(`network ${network.name}`);
  }
  const volumes = await swarm.volumes.list(own);
  if (request.volumes)
    for (const volume of volumes) {
      await swarm.volumes.remove(volume);
      removed.push(`volume ${volume}`);
    }
  for (const secret of await swarm.secrets.list(own)) {
    await swarm.secrets.remove(secret.id);
    removed.push(`secret ${secret.name}`);
  }
  removed.push(...(await removeLedger(request)));
  return { removed, kept: request.volumes ? [] : volumes.map((volume) => `volume ${volume}`) };
}

/** From here on nobody deploys: the lock is held by the taking down, for good. */
async function closeDoor({ engine, isAlive }: DownRequest): Promise<void> {
  const { ledger, driver } = engine;
  for (const { value } of await ledger.journals.list())
    if (!isEnded(value.state) && value.driver !== undefined && isAlive(value.driver))
      throw stillChanging(ledger.stack, value.head.id, value.driver);
  try {
    await ledger.routes.change((routes) => ({
      ...routes,
      lock: { holder: `${downHolder}/${driver}`, epoch: routes.lock.epoch + 1 },
    }));
  } catch (error) {
    // Never set up, or interrupted after its last step; or edited to nonsense: all of it is to go anyway.
    if (!hasCode(error, 'environment.not-set-up', 'ledger.corrupt')) throw error;
  }
}

/** Control first: it would otherwise see its environment vanish and complain. Then the door, then the rest. */
function inOrder(stack: string, services: readonly ServiceObject[]): readonly ServiceObject[] {
  const rank = ({ name }: ServiceObject): number =>
    name === names.control(stack) ? 0 : name === names.edge(stack) ? 1 : 2;
  return [...services].sort((a, b) => rank(a) - rank(b));
}

/** Networks and node ports are free only when the tasks of removed services have stopped. */
async function untilTasksAreGone(
  { engine, signal }: DownRequest,
  services: ReadonlySet<string>,
): Promise<void> {
  const { swarm, changes } = engine;
  const gone = async (): Promise<true | undefined> =>
    (await swarm.tasks.list({})).some((task) => services.has(task.serviceId)) ? undefined : true;
  await changes.until(gone, { limitMs: 120_000, pollMs: 200, signal });
}

async function removeLedger({ engine }: DownRequest): Promise<readonly string[]> {
  const { swarm, ledger } = engine;
  const objects = await swarm.configs.list({ [labels.stack]: ledger.stack });
  const routes = names.routes(ledger.stack);
  for (const object of objects.filter(({ name }) => name !== routes)) await swarm.configs.remove(object.id);
  for (const object of objects.filter(({ name }) => name === routes)) await swarm.configs.remove(object.id);
  return objects.length === 0 ? [] : [`ledger ${ledger.stack} (${objects.length} objects)`];
}
