import { failure } from '../common/errors.ts';
import { goingDown } from '../infra/failures.ts';
import { requireSomeEdge } from '../infra/readiness.ts';
import { downHolder } from '../release/lock.ts';
import type { Place } from './place.ts';

/** What must hold before anything is built: a Swarm we manage, an environment that is set up, images that reach every node. */
export async function checkCluster({ engine, environment }: Place): Promise<void> {
  const { swarm, ledger } = engine;
  const read = Promise.all([ledger.routes.read(), swarm.nodes()]);
  read.catch(() => undefined);
  // What is wrong with the Swarm as a whole is said first.
  await swarm.info();
  const [routes, all] = await read;
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

/** As `checkCluster`, for what moves traffic. */
export async function checkDelivery(place: Place): Promise<void> {
  // What is wrong with the environment as a whole is said first.
  const edge = requireSomeEdge(place.engine, place.environment.edge);
  edge.catch(() => undefined);
  await checkCluster(place);
  await edge;
}

function needsRegistry(environment: string, nodes: readonly string[]): Error {
  return failure('swarm.needs-registry', {
    message: `This Swarm has ${nodes.length} nodes (${nodes.join(', ')}), and an image that is built on one of them does not reach the others.`,
    hint: `Name a registry that every node reaches in tidegate.yaml, environments.${environment}.registry: registry.example/shop; or leave one node active ("docker node update --availability drain NODE").`,
    data: { nodes },
  });
}
