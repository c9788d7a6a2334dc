import { failure } from '../common/errors.ts';
import { goingDown } from '../infra/failures.ts';
import { requireSomeEdge } from '../infra/readiness.ts';
import { downHolder } from '../release/lock.ts';
import type { Routes } from '../swarm/ledger/routes.ts';
import type { Stored, Swarm } from '../swarm/port.ts';
import type { Place } from './place.ts';

/**
 * What must hold before anything is built: a Swarm we manage, an environment that is set up, images that reach every node.
 * `asked`: its routes, where somebody has asked for them already.
 */
export async function checkCluster({ engine, environment }: Place, asked?: AskedRoutes): Promise<void> {
  const { swarm, ledger } = engine;
  const look = (routes: AskedRoutes = ledger.routes.read()): Promise<[Stored<Routes>, Nodes]> =>
    Promise.all([routes, swarm.nodes()]);
  const [routes, all] = await look(asked).catch(async () => {
    // Only who manages a Swarm can say this much. What is wrong with it as a whole is said first.
    await swarm.info();
    return look();
  });
  const { lock } = routes.value;
  if (lock.holder?.startsWith(`${downHolder}/`)) throw goingDown(ledger.stack, lock.holder);
  if (environment.registry !== undefined) return;
  const nodes = all.filter((node) => node.availability !== 'drain');
  if (nodes.length > 1)
    throw needsRegistry(
      environment.name,
      nodes.map((node) => node.name),
    );
}

type AskedRoutes = Promise<Stored<Routes>>;
type Nodes = Awaited<ReturnType<Swarm['nodes']>>;

/** As `checkCluster`, for what moves traffic. */
export async function checkDelivery(place: Place, asked?: AskedRoutes): Promise<void> {
  // What is wrong with the environment as a whole is said first.
  const edge = requireSomeEdge(place.engine, place.environment.edge);
  edge.catch(() => undefined);
  await checkCluster(place, asked);
  await edge;
}

function needsRegistry(environment: string, nodes: readonly string[]): Error {
  return failure('swarm.needs-registry', {
    message: `This Swarm has ${nodes.length} nodes (${nodes.join(', ')}), and an image that is built on one of them does not reach the others.`,
    hint: `Name a registry that every node reaches in tidegate.yaml, environments.${environment}.registry: registry.example/shop; or leave one node active ("docker node update --availability drain NODE").`,
    data: { nodes },
  });
}
