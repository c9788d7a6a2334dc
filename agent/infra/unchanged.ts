/**
 * Whether an environment is set up already, exactly as a setup would bring it: seen with few questions, all asked at once,
 * and without a write. Whatever is not exactly so is left to the setup itself, which looks again before it writes.
 */
import { hasCode } from '../common/errors.ts';
import { labels, names } from '../common/names.ts';
import {
  controlFiles,
  edgeFiles,
  meshFile,
  meshServiceSpec,
  mountedConfigs,
  mountedSecrets,
  withCertificates,
  type MountedConfig,
  type MountedFile,
} from '../edge/services.ts';
import { edgePaths } from '../edge/wire.ts';
import { edgesWanted, releasesInSlots } from '../release/edges.ts';
import { namesInside } from '../release/mesh.ts';
import { networkLabels } from '../release/slot-spec.ts';
import type { Ledger } from '../swarm/ledger/ledger.ts';
import type { ReleaseRecord } from '../swarm/ledger/release.ts';
import type { Routes } from '../swarm/ledger/routes.ts';
import type { NetworkObject, ServiceObject, ServiceSpec, Stored } from '../swarm/port.ts';
import { mountedFor, ownLabels, unneededSecrets } from './certificates.ts';
import { frontNetwork } from './front-network.ts';
import type { SetupRequest } from './setup.ts';
import { doorBehind, serviceSpecs, type NetworkIds } from './specs.ts';

export interface Unchanged {
  /** Names of certificates that nobody has set yet. */
  readonly unset: readonly string[];
}

/** `undefined`: something is missing, differs or is not ready. Throws when the engine cannot be asked. */
export async function findUnchanged(request: SetupRequest): Promise<Unchanged | undefined> {
  const seen = await look(request);
  if (!seen) return undefined;
  const { lock, forgotten, certificates = {} } = seen.routes.value;
  if (lock.holder !== undefined || Object.keys(forgotten).length > 0) return undefined;
  if (!Object.keys(certificates).every((name) => request.certificates.includes(name))) return undefined;
  const wanted = edgesWanted(request.engine.ledger.stack, seen.routes, seen.releases);
  const isAsWanted =
    hasServices(request, seen) &&
    hasCertificates(request, seen) &&
    hasMesh(request, seen, namesInside(wanted.routing)) &&
    wanted.missing(seen).length === 0;
  if (!isAsWanted) return undefined;
  return { unset: request.certificates.filter((name) => certificates[name] === undefined) };
}

type Seen = NonNullable<Awaited<ReturnType<typeof look>>>;

async function look({ engine, door: wanted, front: inFront }: SetupRequest) {
  const { swarm, ledger } = engine;
  const { stack } = ledger;
  const [stored, reports, key, all, networks, nodes, secrets, edgeTasks, meshTasks, front] =
    await Promise.all([
      readRoutes(ledger),
      whereSetUp(ledger.acks.read()),
      whereSetUp(ledger.keys.digestKey()),
      swarm.services.list({ [labels.stack]: stack }),
      swarm.networks.list(networkLabels(stack)),
      swarm.nodes(),
      swarm.secrets.list(ownLabels(stack)),
      swarm.tasks.list({ service: names.edge(stack) }),
      swarm.tasks.list({ service: names.mesh(stack) }),
      inFront && frontNetwork(swarm, inFront.network),
    ]);
  const door = doorBehind(wanted, front);
  const network = (name: string): NetworkObject | undefined => networks.find((one) => one.name === name);
  const edge = network(names.edgeNetwork(stack));
  const control = network(names.controlNetwork(stack));
  if (!stored || !reports || key === undefined || !edge || !control) return undefined;
  // That is to be told.
  if (door.https !== undefined && control.encrypted === false && nodes.length > 1) return undefined;
  const services: ReadonlyMap<string, ServiceObject> = new Map(all.map((one) => [one.name, one]));
  const ids: NetworkIds = { edge: edge.id, control: control.id };
  return { ...stored, reports, nodes, edgeTasks, meshTasks, services, secrets, networks: ids, door, front };
}

async function readRoutes(
  ledger: Ledger,
): Promise<{ routes: Stored<Routes>; releases: Map<number, ReleaseRecord> } | undefined> {
  const routes = await ledger.routes.find();
  return routes && { routes, releases: await releasesInSlots(ledger, routes.value) };
}

async function whereSetUp<T>(read: Promise<T>): Promise<T | undefined> {
  return read.catch((error: unknown) => {
    if (hasCode(error, 'environment.not-set-up')) return undefined;
    throw error;
  });
}

function hasServices(request: SetupRequest, seen: Seen): boolean {
  const { services, networks, nodes, door, front } = seen;
  const { assets, engine } = request;
  const { stack } = engine.ledger;
  const control = services.get(names.control(stack));
  const edge = services.get(names.edge(stack));
  const controlConfigs = mountedAs(controlFiles({ stack, bundle: assets.control }), control);
  const edgeConfigs = mountedAs(edgeFiles({ stack, lua: assets.lua, door }), edge);
  if (!controlConfigs || !edgeConfigs) return false;
  const managers = nodes.filter(({ role }) => role === 'manager').length;
  const wanted = serviceSpecs(request, {
    ...{ controlConfigs, edgeConfigs, networks, managers },
    ...{ door, front },
  });
  return isSame(control, wanted.control) && isSame(edge, wanted.edge);
}

function hasMesh(request: SetupRequest, seen: Seen, inside: readonly string[]): boolean {
  const { engine, images, assets } = request;
  const { stack } = engine.ledger;
  const mesh = seen.services.get(names.mesh(stack));
  if (inside.length === 0) return mesh === undefined;
  const { networks, door } = seen;
  const lua = edgeFiles({ stack, lua: assets.lua, door }).filter(({ target }) => target === edgePaths.lua);
  const configs = mountedAs([meshFile(stack), ...lua], mesh);
  if (!configs) return false;
  return isSame(mesh, meshServiceSpec({ stack, image: images.edge, configs, networks, names: inside }));
}

function hasCertificates({ engine }: SetupRequest, { services, secrets, routes }: Seen): boolean {
  const control = services.get(names.control(engine.ledger.stack));
  if (!control) return false;
  const { certificates = {} } = routes.value;
  const mounted = mountedSecrets(control.spec);
  const wanted = mountedSecrets(withCertificates(control.spec, mountedFor(secrets, certificates)));
  return wanted.join() === mounted.join() && unneededSecrets(secrets, mounted, certificates).length === 0;
}

/** The files as a service has them: what is mounted cannot be removed, and its name says what is in it. */
function mountedAs(
  files: readonly MountedFile[],
  service: ServiceObject | undefined,
): readonly MountedConfig[] | undefined {
  const mounted = service ? mountedConfigs(service.spec) : [];
  const found = files.flatMap(
    ({ name, target }) => mounted.find((one) => one.name === name && one.target === target) ?? [],
  );
  return found.length === files.length ? found : undefined;
}

/** By the digest of all that was written of it. */
function isSame(service: ServiceObject | undefined, wanted: ServiceSpec): boolean {
  const digest = wanted.Labels[labels.spec];
  return digest !== undefined && service?.labels[labels.spec] === digest;
}
