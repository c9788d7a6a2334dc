/**
 * Brings what an environment needs besides the application: two networks, the ledger, control, the edge.
 * Idempotent: what is as it should be is not touched, so a second run changes no task.
 */
import { hasCode } from '../common/errors.ts';
import { labels, names } from '../common/names.ts';
import type { Door } from '../edge/door.ts';
import {
  controlFiles,
  edgeFiles,
  withCertificates,
  type MountedConfig,
  type MountedFile,
} from '../edge/services.ts';
import { edgePaths } from '../edge/wire.ts';
import { awaitEdges, describeMissing } from '../release/edges.ts';
import type { ReleaseEngine } from '../release/engine.ts';
import { downHolder } from '../release/lock.ts';
import { renewMesh } from '../release/mesh.ts';
import { frontNetwork } from './front-network.ts';
import { networkLabels } from '../release/slot-spec.ts';
import type { NetworkOptions, ServiceSpec } from '../swarm/port.ts';
import {
  certificatesFor,
  dropCertificates,
  mountCertificates,
  removeOldCertificates,
} from './certificates.ts';
import { areGone, edgesToGo } from './edge-exchange.ts';
import { goingDown } from './failures.ts';
import { failedTasks, whyNotReady } from './readiness.ts';
import { doorBehind, serviceSpecs } from './specs.ts';
import { findUnchanged } from './unchanged.ts';

export interface SetupRequest {
  readonly engine: ReleaseEngine;
  readonly door: Door;
  /** For an edge without a port: where a proxy in front finds it. */
  readonly front?:
    { readonly network: string; readonly labels: Readonly<Record<string, string>> } | undefined;
  /** Names for certificates. */
  readonly certificates: readonly string[];
  readonly images: { readonly edge: string; readonly control: string };
  /** Control's bundle and the edge's Lua task, as text. */
  readonly assets: { readonly control: string; readonly lua: string };
  /** Changing a running edge interrupts traffic for some seconds on a single node: only when asked for. */
  readonly upgradeEdge: boolean;
  readonly signal: AbortSignal;
  readonly onNote: (text: string) => void;
}

export interface SetupReport {
  readonly changes: readonly string[];
  /** Differences of the edge that were left alone. */
  readonly pending: readonly string[];
  /** Names of certificates that nobody has set yet. */
  readonly unset: readonly string[];
}

/** How long a first start may take: images may have to be pulled by the nodes. */
const readyMs = 90_000;

export async function setUp(request: SetupRequest): Promise<SetupReport> {
  // What is in the way of asking is told by the setup itself, in its order.
  const unchanged = await findUnchanged(request).catch(() => undefined);
  return unchanged ? { changes: [], pending: [], ...unchanged } : bring(request);
}

async function bring(request: SetupRequest): Promise<SetupReport> {
  const { engine, images } = request;
  const { swarm, ledger } = engine;
  const { stack } = ledger;
  const changes: string[] = [];
  const [routes, front] = await Promise.all([
    ledger.routes.find(),
    request.front && frontNetwork(swarm, request.front.network),
    swarm.info(),
  ]);
  const door = doorBehind(request.door, front);
  if (routes?.value.lock.holder?.startsWith(`${downHolder}/`))
    throw goingDown(stack, routes.value.lock.holder);
  // What does not need each other is asked at once.
  const [failedBefore, networks, controlConfigs, edgeConfigs, nodes] = await Promise.all([
    failedTasks(engine),
    ensureNetworks(request, changes),
    ensureFiles(request, controlFiles({ stack, bundle: request.assets.control })),
    ensureFiles(request, edgeFiles({ stack, lua: request.assets.lua, door })),
    swarm.nodes(),
    ...[...new Set([images.control, images.edge])].map((image) => ensureImage(request, image, changes)),
  ]);
  await createLedger(request, routes === undefined, changes);
  const managers = nodes.filter((node) => node.role === 'manager').length;
  const { control, edge } = serviceSpecs(request, {
    ...{ controlConfigs, edgeConfigs, networks, managers },
    ...{ door, front },
  });
  await expectForgottenEdges(request, changes);
  const unset = await ensureControl(request, control, changes);
  const { pending, toGo } = await ensureEdge(request, edge, changes);
  changes.push(...(await bringMesh(request, { configs: edgeConfigs, networks })));
  await untilReady(request, failedBefore, toGo);
  const mesh = await swarm.services.get(names.mesh(stack));
  if (pending.length === 0) await removeOldFiles(request, [control, edge, ...(mesh ? [mesh.spec] : [])]);
  return { changes, pending, unset };
}

/** Where it has no port and gets none, its next task comes before the former one goes, and nothing is interrupted. */
async function ensureEdge(
  request: SetupRequest,
  spec: ServiceSpec,
  changes: string[],
): Promise<{ readonly pending: readonly string[]; readonly toGo: ReadonlySet<string> }> {
  const { engine, upgradeEdge } = request;
  const there = await engine.swarm.services.get(spec.Name);
  const hasPort = [there?.spec, spec].some((one) => (one?.EndpointSpec?.Ports ?? []).length > 0);
  const isOther = there && there.labels[labels.spec] !== spec.Labels[labels.spec];
  const toGo = isOther && !hasPort ? await edgesToGo(engine, there, spec) : new Set<string>();
  const pending = await ensureService(request, spec, upgradeEdge || !hasPort ? 'update' : 'leave', changes);
  return { pending, toGo };
}

/** It publishes no port, so changing it loses no request: its new tasks come before the old ones go. */
async function bringMesh(
  { engine, images }: SetupRequest,
  parts: {
    readonly configs: readonly MountedConfig[];
    readonly networks: { readonly edge: string; readonly control: string };
  },
): Promise<readonly string[]> {
  const lua = parts.configs.find(({ target }) => target === edgePaths.lua);
  return lua ? renewMesh(engine, { image: images.edge, lua, networks: parts.networks }) : [];
}

async function ensureImage(
  { engine, signal, onNote }: SetupRequest,
  image: string,
  changes: string[],
): Promise<void> {
  if (await engine.swarm.images.get(image)) return;
  onNote(`pulling ${image}`);
  await engine.swarm.images.pull(image, signal);
  changes.push(`pulled ${image}`);
}

async function ensureNetworks(
  request: SetupRequest,
  changes: string[],
): Promise<{ readonly edge: string; readonly control: string }> {
  const { stack } = request.engine.ledger;
  const [edge, control] = await Promise.all([
    // So that a service on internal networks alone has no other way out either.
    ensureNetwork(request, names.edgeNetwork(stack), changes, { internal: true }),
    // Keys of certificates go this way from node to node.
    ensureNetwork(request, names.controlNetwork(stack), changes, {
      encrypted: request.door.https !== undefined,
    }),
  ]);
  return { edge, control };
}

async function ensureNetwork(
  { engine, onNote }: SetupRequest,
  name: string,
  changes: string[],
  options: NetworkOptions = {},
): Promise<string> {
  const { swarm, ledger } = engine;
  const own = networkLabels(ledger.stack);
  const there = (await swarm.networks.list(own)).find((network) => network.name === name);
  if (!there) changes.push(`network ${name}`);
  if (there && options.encrypted && there.encrypted === false && (await swarm.nodes()).length > 1)
    onNote(
      `The network ${name} was made before there was HTTPS and is not encrypted: keys of certificates cross it as they are. "tidegate down" and "setup" make it anew.`,
    );
  return there?.id ?? swarm.networks.ensure(name, own, options);
}

async function createLedger({ engine }: SetupRequest, isNew: boolean, changes: string[]): Promise<void> {
  const { ledger } = engine;
  await Promise.all([ledger.acks.create(), ledger.keys.create()]);
  // Last: an environment with routes is one that is set up.
  await ledger.routes.create();
  if (isNew) changes.push(`ledger ${ledger.stack}`);
}

/** With exactly the certificates that tidegate.yaml names. Gives the names that nobody has set a certificate for. */
async function ensureControl(
  request: SetupRequest,
  spec: ServiceSpec,
  changes: string[],
): Promise<readonly string[]> {
  const { engine, certificates: wanted } = request;
  const dropped = await dropCertificates(engine, wanted);
  changes.push(...dropped.map((name) => `certificate ${name} is not used any more`));
  const { certificates = {} } = (await engine.ledger.routes.read()).value;
  const mounted = await certificatesFor(engine, certificates);
  await ensureService(request, withCertificates(spec, mounted), 'update', changes);
  const former = await mountCertificates(engine, mounted);
  if (former) changes.push(`service ${spec.Name} has no former certificates any more`);
  await removeOldCertificates(engine);
  return wanted.filter((name) => certificates[name] === undefined);
}

/** Whatever was said of a node while it was gone: it is there again, and so its edge has to be heard. */
async function expectForgottenEdges({ engine }: SetupRequest, changes: string[]): Promise<void> {
  const { swarm, ledger } = engine;
  const { forgotten } = (await ledger.routes.read()).value;
  if (Object.keys(forgotten).length === 0) return;
  const back = (await swarm.nodes()).filter(({ id, state }) => state === 'ready' && id in forgotten);
  if (back.length === 0) return;
  const ids = new Set(back.map(({ id }) => id));
  await ledger.routes.change((routes) => ({
    ...routes,
    forgotten: Object.fromEntries(Object.entries(routes.forgotten).filter(([id]) => !ids.has(id))),
  }));
  changes.push(...back.map(({ name }) => `the edge of ${name} is waited for again`));
}

async function ensureFiles(
  { engine }: SetupRequest,
  files: readonly MountedFile[],
): Promise<readonly MountedConfig[]> {
  const { configs } = engine.swarm;
  return Promise.all(
    files.map(async ({ name, data, target }) => {
      const own = { [labels.stack]: engine.ledger.stack, [labels.object]: 'file' };
      const id = (await configs.get(name))?.id ?? (await configs.create(name, data, own));
      return { id, name, target };
    }),
  );
}

/** Gives what was left alone. */
async function ensureService(
  { engine }: SetupRequest,
  spec: ServiceSpec,
  whenDifferent: 'update' | 'leave',
  changes: string[],
): Promise<readonly string[]> {
  const { swarm } = engine;
  const there = await swarm.services.get(spec.Name);
  if (!there) {
    await swarm.services.create(spec).catch((error: unknown) => {
      // Somebody else sets it up at the same time: theirs is as good as ours.
      if (!hasCode(error, 'swarm.conflict')) throw error;
    });
    changes.push(`service ${spec.Name}`);
    return [];
  }
  if (there.labels[labels.spec] === spec.Labels[labels.spec]) return [];
  if (whenDifferent === 'leave')
    return [
      `${spec.Name} differs from what this version brings; changing it interrupts traffic for some seconds`,
    ];
  await swarm.services.update(there, spec);
  changes.push(`service ${spec.Name} updated`);
  return [];
}

/** `before`: tasks that had failed; `toGo`: edges whose successors are on their way. */
async function untilReady(
  request: SetupRequest,
  before: ReadonlySet<string>,
  toGo: ReadonlySet<string>,
): Promise<void> {
  const { engine, signal, door } = request;
  const edge = names.edge(engine.ledger.stack);
  const { changes } = engine;
  const routes = await engine.ledger.routes.read();
  const trouble = await changes.until(
    async () => {
      const missing = await awaitEdges(engine, { routes, limitMs: 1_000, signal });
      if (missing.length === 0 && (await areGone(engine, edge, toGo))) return { error: undefined };
      const error = await whyNotReady(engine, door, { final: false, missing: '', before });
      return error && { error };
    },
    { limitMs: readyMs, pollMs: 250, signal },
  );
  if (trouble && !trouble.error) return;
  if (trouble?.error) throw trouble.error;
  const silent = await awaitEdges(engine, { routes, limitMs: 0, signal });
  const missing = silent.length === 0 ? 'the edges of before still run' : describeMissing(silent);
  const error = await whyNotReady(engine, door, { final: true, missing, before });
  if (error) throw error;
}

/** Files of earlier versions that no service mounts any more. */
async function removeOldFiles({ engine }: SetupRequest, specs: readonly ServiceSpec[]): Promise<void> {
  const { configs } = engine.swarm;
  const used = new Set(specs.flatMap((spec) => configNames(spec)));
  const files = await configs.list({ [labels.stack]: engine.ledger.stack, [labels.object]: 'file' });
  for (const file of files.filter(({ name }) => !used.has(name)))
    await configs.remove(file.id).catch((error: unknown) => {
      // A task of the former version has not left yet: the next setup removes it.
      if (!hasCode(error, 'engine.failed', 'swarm.conflict')) throw error;
    });
}

function configNames(spec: ServiceSpec): readonly string[] {
  const configs = spec.TaskTemplate.ContainerSpec['Configs'] as readonly { ConfigName: string }[] | undefined;
  return configs?.map((config) => config.ConfigName) ?? [];
}
