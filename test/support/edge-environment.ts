/**
 * A whole environment without the release engine: networks, ledger, control, edge, and slots of a tiny app, on
 * the real Swarm. What it makes carries its stack's labels, and `down` removes it again.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../agent/common/clock.ts';
import { labels, names, slotKey, slotServiceName, type Colour } from '../../agent/common/names.ts';
import { unacknowledged, type Requirement, type Unacknowledged } from '../../agent/edge/expected.ts';
import { routingOf } from '../../agent/edge/routing.ts';
import { renderServices } from '../../agent/edge/services-config.ts';
import { removeService } from '../../agent/swarm/remove-service.ts';
import type { Door } from '../../agent/edge/door.ts';
import {
  controlFiles,
  controlServiceSpec,
  edgeFiles,
  edgeServiceSpec,
  type MountedConfig,
  type MountedFile,
} from '../../agent/edge/services.ts';
import { openSwarm } from '../../agent/swarm/docker-swarm.ts';
import type { OpenEngine } from '../../agent/swarm/engine.ts';
import { openLedger, type Ledger } from '../../agent/swarm/ledger/ledger.ts';
import type { ReleaseRecord } from '../../agent/swarm/ledger/release.ts';
import type { ServiceSpec, Swarm } from '../../agent/swarm/port.ts';
import { ask, type Asked, type Question } from './ask.ts';
import { testEngine, testStackName } from './engine.ts';
import { eventually } from './eventually.ts';
import { buildTinyApp } from './tiny-images.ts';

const root = path.resolve(import.meta.dirname, '../..');

export interface Placement {
  readonly service: string;
  readonly colour: Colour;
  readonly version: string;
  readonly replicas?: number;
  readonly port?: number;
  readonly health?: string;
  readonly hosts?: readonly string[];
  readonly paths?: readonly string[];
  readonly stripPrefix?: true;
}

export interface EdgeEnvironment {
  readonly stack: string;
  readonly port: number;
  /** Of HTTPS, where it was asked for. */
  readonly httpsPort: number | undefined;
  readonly url: string;
  readonly swarm: Swarm;
  readonly engine: OpenEngine;
  readonly ledger: Ledger;
  readonly networks: { readonly edge: string; readonly control: string };
  /** Image of the tiny app that says this version, `sha256:…`. */
  image(version: string): Promise<string>;
  /** Starts a slot and says in the ledger that it is filled; returns the number of its release. */
  place(placement: Placement): Promise<number>;
  empty(service: string, colour: Colour): Promise<void>;
  route(service: string, active: Colour, canary?: number): Promise<number>;
  /** Until every edge has acknowledged what is in the ledger now, and `require`. Milliseconds it took. */
  acknowledged(require?: Requirement, withinMs?: number): Promise<number>;
  missing(require?: Requirement): Promise<readonly Unacknowledged[]>;
  /** The answer of the edge on this machine. */
  ask(question: Omit<Question, 'url'> & { readonly host: string; readonly path?: string }): Promise<Asked>;
  edgeTask(): Promise<{ readonly id: string; readonly containerId: string }>;
  down(): Promise<void>;
}

export interface EdgeEnvironmentOptions {
  /** Besides its ports. */
  readonly door?: Omit<Door, 'http' | 'https'>;
  readonly https?: true;
}

export async function startEdgeEnvironment(options: EdgeEnvironmentOptions = {}): Promise<EdgeEnvironment> {
  const { connect, images } = await testEngine();
  const engine = connect();
  const swarm = openSwarm(engine);
  const stack = testStackName('edge');
  const ledger = openLedger(swarm, stack);
  const own = (object: string): Record<string, string> => ({
    [labels.stack]: stack,
    [labels.object]: object,
  });
  await Promise.all([ledger.routes.create(), ledger.acks.create(), ledger.keys.create()]);
  const networks = {
    edge: await swarm.networks.ensure(names.edgeNetwork(stack), own('network')),
    control: await swarm.networks.ensure(names.controlNetwork(stack), own('network')),
  };
  const port = await freePort();
  const httpsPort = options.https && (await freePort());
  const door: Door = { ...options.door, http: port, https: httpsPort };
  const mount = (files: readonly MountedFile[]): Promise<readonly MountedConfig[]> =>
    Promise.all(
      files.map(async ({ name, data, target }) => ({
        id: await swarm.configs.create(name, data, own('file')),
        name,
        target,
      })),
    );
  const lua = await readFile(path.join(root, 'agent/edge/edge.lua'), 'utf8');
  const bundle = await controlBundle();
  const control = controlServiceSpec({
    stack,
    image: images.control,
    configs: await mount(controlFiles({ stack, bundle })),
    network: networks.control,
    managers: 1,
  });
  const edge = edgeServiceSpec({
    stack,
    image: images.edge,
    httpPort: port,
    httpsPort,
    configs: await mount(edgeFiles({ stack, lua, door })),
    networks,
  });
  await Promise.all([swarm.services.create(control), swarm.services.create(edge)]);
  return environment({ stack, port, httpsPort, engine, swarm, ledger, networks, base: images.node });
}

interface Parts {
  readonly stack: string;
  readonly port: number;
  readonly httpsPort: number | undefined;
  readonly engine: OpenEngine;
  readonly swarm: Swarm;
  readonly ledger: Ledger;
  readonly networks: { readonly edge: string; readonly control: string };
  readonly base: string;
}

function environment(parts: Parts): EdgeEnvironment {
  const { stack, port, engine, swarm, ledger } = parts;
  const url = `http://127.0.0.1:${port}`;
  const images = new Map<string, Promise<string>>();
  const image = (version: string): Promise<string> => {
    const known = images.get(version) ?? build(version);
    images.set(version, known);
    return known;
  };
  const build = (version: string): Promise<string> =>
    buildTinyApp(engine.docker, { base: parts.base, version, labels: { [labels.object]: 'test-app' } });
  const missing = (require?: Requirement) => lookAtEdges(parts, require);
  return {
    ...parts,
    url,
    image,
    missing,
    place: async (placement) => {
      const slot = slotKey(placement.service, placement.colour);
      const release = await place(parts, placement, await image(placement.version));
      await ledger.routes.change((routes) => ({ ...routes, slots: { ...routes.slots, [slot]: release } }));
      return release;
    },
    empty: async (service, colour) => {
      const found = await swarm.services.get(slotServiceName(stack, service, colour));
      if (found) await swarm.services.remove(found.id);
      const slot = slotKey(service, colour);
      await ledger.routes.change((routes) => ({
        ...routes,
        slots: Object.fromEntries(Object.entries(routes.slots).filter(([key]) => key !== slot)),
      }));
    },
    route: async (service, active, canary = 0) => {
      const after = await ledger.routes.change((routes) => ({
        ...routes,
        routes: { ...routes.routes, [service]: { active, canary } },
      }));
      return after.version;
    },
    acknowledged: async (require, withinMs = 60_000) => {
      const start = performance.now();
      const attempt = async (): Promise<void> => {
        const left = await missing(require);
        if (left.length > 0) throw new Error(left.map(({ node, why }) => `${node}: ${why}`).join('; '));
      };
      await eventually(attempt, { withinMs, everyMs: 2 });
      return performance.now() - start;
    },
    ask: ({ host, path: target = '/', headers = {}, ...rest }) =>
      ask({ ...rest, url: url + target, headers: { ...headers, host } }),
    edgeTask: async () => {
      const tasks = await swarm.tasks.list({ service: names.edge(stack) });
      const task = tasks.find((one) => one.state === 'running' && one.desired === 'running');
      if (task?.containerId === undefined) throw new Error('no edge runs');
      return { id: task.id, containerId: task.containerId };
    },
    down: () => tearDown(parts),
  };
}

async function lookAtEdges(parts: Parts, require?: Requirement): Promise<readonly Unacknowledged[]> {
  const { stack, swarm, ledger } = parts;
  const routes = await ledger.routes.read();
  const [nodes, edgeTasks, reports, releases] = await Promise.all([
    swarm.nodes(),
    swarm.tasks.list({ service: names.edge(stack) }),
    ledger.acks.read(),
    Promise.all(Object.values(routes.value.slots).map((number) => ledger.releases.get(number))),
  ]);
  const known = new Map(releases.flatMap((record) => (record ? [[record.number, record] as const] : [])));
  return unacknowledged({
    nodes,
    edgeTasks,
    reports,
    forgotten: routes.value.forgotten,
    object: routes.id,
    version: routes.version,
    hash: renderServices(routingOf(stack, routes, known)).hash,
    ...(require ? { require } : {}),
  });
}

/** Makes the slot's service and the release that names it. */
async function place(parts: Parts, placement: Placement, image: string): Promise<number> {
  const { stack, swarm, ledger } = parts;
  const record = await ledger.releases.add(
    releaseOf(stack, placement, image),
    `r-${randomBytes(4).toString('hex')}`,
  );
  await swarm.services.create(slotSpec(parts, placement, image));
  return record.number;
}

function slotSpec(parts: Parts, placement: Placement, image: string): ServiceSpec {
  const { stack, networks } = parts;
  return {
    Name: slotServiceName(stack, placement.service, placement.colour),
    Labels: { [labels.stack]: stack, [labels.object]: 'slot', [labels.stackNamespace]: stack },
    TaskTemplate: {
      ContainerSpec: { Image: image, StopGracePeriod: 5_000_000_000 },
      RestartPolicy: { Condition: 'any', Delay: 100_000_000 },
      Networks: [{ Target: networks.edge }],
    },
    Mode: { Replicated: { Replicas: placement.replicas ?? 2 } },
    EndpointSpec: { Mode: 'dnsrr' },
  };
}

function releaseOf(stack: string, placement: Placement, image: string): Omit<ReleaseRecord, 'number'> {
  const { service, version, replicas = 2, port = 3000, health = '/healthz', hosts = [] } = placement;
  const { paths, stripPrefix } = placement;
  return {
    format: 1,
    project: stack,
    environment: 'test',
    stack,
    commit: '0'.repeat(40),
    tag: version,
    ref: version,
    restores: null,
    previous: null,
    by: 'test',
    at: new Date(0).toISOString(),
    services: {
      [service]: {
        kind: 'web',
        content: version,
        image,
        digest: image,
        route: {
          hosts: [...hosts],
          port,
          ...(paths && { paths: [...paths] }),
          ...(stripPrefix && { stripPrefix }),
        },
        health,
        replicas,
        networks: [],
        rollout: { steps: [], drainMs: 1000, keepWarmMs: 0, deadlineMs: 10_000, unattended: 'revert' },
        spec: { Labels: {}, TaskTemplate: { ContainerSpec: { Image: image } }, Mode: {} },
      },
    },
  };
}

async function tearDown({ stack, swarm, engine }: Parts): Promise<void> {
  const own = { [labels.stack]: stack };
  for (const { name } of await swarm.services.list(own))
    await removeService({ swarm, clock: systemClock }, name);
  for (const config of await swarm.configs.list(own)) await swarm.configs.remove(config.id);
  for (const secret of await swarm.secrets.list(own)) await swarm.secrets.remove(secret.id);
  for (const network of await swarm.networks.list(own)) await swarm.networks.remove(network.id);
  engine.close();
}

let bundle: Promise<string> | undefined;

/** Control's program, built once in a test run. */
function controlBundle(): Promise<string> {
  bundle ??= (async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-control-'));
    const file = path.join(folder, 'control.cjs');
    await promisify(execFile)(process.execPath, [path.join(root, 'scripts/build.mjs'), '--control', file]);
    const text = await readFile(file, 'utf8');
    await rm(folder, { recursive: true });
    return text;
  })();
  return bundle;
}

/** A port of this machine that nobody listens on at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('no port'));
      });
    });
  });
}
