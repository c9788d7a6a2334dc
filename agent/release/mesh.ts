/**
 * The mesh, as far as a release needs it: it has to have the names of all internal services before one of them is
 * called. Everything about it is read from the ledger and from the running edge, so agent and control can bring it.
 */
import { failure, hasCode } from '../common/errors.ts';
import { labels, names } from '../common/names.ts';
import { routingOf, type Routing } from '../edge/routing.ts';
import {
  meshFile,
  meshNames,
  meshServiceSpec,
  mountedConfigs,
  type MountedConfig,
} from '../edge/services.ts';
import { edgePaths } from '../edge/wire.ts';
import type { Routes } from '../swarm/ledger/routes.ts';
import type { ServiceObject, ServiceSpec, Stored } from '../swarm/port.ts';
import { removeService } from '../swarm/remove-service.ts';
import { releasesInSlots } from './edges.ts';
import type { ReleaseEngine } from './engine.ts';

/**
 * Makes the mesh, or gives it the names it lacks. Does not wait: until it has them it counts as missing
 * (`missingInside`). Names that nobody uses any more stay: taking one away would take new tasks as well.
 */
export async function ensureMesh(engine: ReleaseEngine, routes: Stored<Routes>): Promise<void> {
  const wanted = namesInside(await routing(engine, routes));
  if (wanted.length === 0) return;
  const { swarm, ledger } = engine;
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const there = await swarm.services.get(names.mesh(ledger.stack));
    const known = there ? meshNames(there.spec) : [];
    if (wanted.every((name) => known.includes(name))) return;
    const spec = await specFromEdge(engine, [...new Set([...known, ...wanted])]);
    if (await put(engine, there, spec)) return;
  }
}

/** For setup: exactly the names that are in use; without any, no mesh. Tells what changed. */
export async function renewMesh(
  engine: ReleaseEngine,
  { image, lua, networks }: MeshParts,
): Promise<readonly string[]> {
  const { swarm, ledger } = engine;
  const wanted = namesInside(await routing(engine, await ledger.routes.read()));
  const there = await swarm.services.get(names.mesh(ledger.stack));
  if (wanted.length === 0) {
    if (!there) return [];
    await removeService(engine, there.name);
    return [`service ${there.name} removed: nothing is called inside any more`];
  }
  const configs = [await ownConfig(engine), lua];
  const spec = meshServiceSpec({ stack: ledger.stack, image, configs, networks, names: wanted });
  if (there?.labels[labels.spec] === spec.Labels[labels.spec]) return [];
  await put(engine, there, spec);
  return [there ? `service ${spec.Name} updated` : `service ${spec.Name}`];
}

export interface MeshParts {
  readonly image: string;
  /** The edge's Lua task. */
  readonly lua: MountedConfig;
  readonly networks: { readonly edge: string; readonly control: string };
}

/** What services are called inside, now. */
export function namesInside({ services }: Routing): readonly string[] {
  return services.flatMap(({ service, inside }) => (inside === undefined ? [] : [service]));
}

async function routing({ ledger }: ReleaseEngine, routes: Stored<Routes>): Promise<Routing> {
  return routingOf(ledger.stack, routes, await releasesInSlots(ledger, routes.value));
}

/** False: somebody else was faster, and what is there has to be looked at again. */
async function put(
  { swarm }: ReleaseEngine,
  there: ServiceObject | undefined,
  spec: ServiceSpec,
): Promise<boolean> {
  try {
    if (there) await swarm.services.update(there, spec);
    else await swarm.services.create(spec);
    return true;
  } catch (error) {
    if (!hasCode(error, 'swarm.conflict')) throw error;
    return false;
  }
}

/** Its image, its Lua task and its networks are the edge's. */
async function specFromEdge(engine: ReleaseEngine, aliases: readonly string[]): Promise<ServiceSpec> {
  const { swarm, ledger } = engine;
  const { stack } = ledger;
  const edge = await swarm.services.get(names.edge(stack));
  const lua = edge && mountedConfigs(edge.spec).find(({ target }) => target === edgePaths.lua);
  const [edgeNetwork, controlNetwork] = (edge?.spec.TaskTemplate.Networks ?? []).map(({ Target }) => Target);
  if (!edge || !lua || edgeNetwork === undefined || controlNetwork === undefined) throw noEdge(stack);
  return meshServiceSpec({
    stack,
    image: edge.spec.TaskTemplate.ContainerSpec.Image,
    configs: [await ownConfig(engine), lua],
    networks: { edge: edgeNetwork, control: controlNetwork },
    names: aliases,
  });
}

async function ownConfig({ swarm, ledger }: ReleaseEngine): Promise<MountedConfig> {
  const { configs } = swarm;
  const { name, data, target } = meshFile(ledger.stack);
  const own = { [labels.stack]: ledger.stack, [labels.object]: 'file' };
  const id = (await configs.get(name))?.id ?? (await configs.create(name, data, own));
  return { id, name, target };
}

function noEdge(stack: string): Error {
  return failure('environment.not-set-up', {
    message: `${stack} has no edge, or one that somebody changed: the internal edge is made after it.`,
    hint: 'Run "tidegate setup" for the environment, then deploy again.',
    data: { stack },
  });
}
