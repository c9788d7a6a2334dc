/**
 * A Swarm of several nodes on this machine: an engine each in namespaces of its own (nodes/hub.sh), a registry between
 * them, and the base images on each. Needs root, and leaves nothing, however the test ends.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import { openEngine, type OpenEngine } from '../../agent/swarm/engine.ts';
import { isInstalled, output } from '../../scripts/command.ts';
import { canRunPrivateEngine } from '../../scripts/engine/private-engine.ts';
import { registryProgram } from '../../scripts/engine/registry-program.ts';
import { testEngine, type TestEngine } from './engine.ts';
import { eventually } from './eventually.ts';
import { registryUser, writeLogin, writeRegistryConfig } from './registry.ts';

export interface TestNode {
  readonly name: string;
  readonly address: string;
  /** For DOCKER_HOST. */
  readonly host: string;
  readonly engine: OpenEngine;
  readonly docker: Docker;
}

export interface Nodes {
  readonly all: readonly TestNode[];
  /** The first node, as the engine of a test. */
  readonly test: TestEngine;
  /** `10.199.7.1:5000` */
  readonly registry: string;
  /** For DOCKER_CONFIG: with the right password, and with a wrong one. */
  readonly logins: { readonly right: string; readonly wrong: string };
  /** Takes the node's cable away, or plugs it in again. */
  cable(node: TestNode, state: 'up' | 'down'): Promise<void>;
  /** Runs a program in the network of one of a node's containers. */
  inContainer(pid: number, command: string, ...args: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

const scripts = path.join(import.meta.dirname, 'nodes');
const root = path.resolve(import.meta.dirname, '../..');

export async function canHaveNodes(): Promise<boolean> {
  const tools = await Promise.all(['ip', 'iptables', 'nsenter', 'dockerd'].map(isInstalled));
  return tools.every(Boolean) && (await canRunPrivateEngine()) && (await registryProgram(root)) !== undefined;
}

export interface NodesOptions {
  readonly count: number;
  /** The first ones; the others are workers. */
  readonly managers: number;
}

export async function openNodes({ count, managers }: NodesOptions): Promise<Nodes> {
  const program = await registryProgram(root);
  if (program === undefined) throw new Error('There is no docker-registry: see canHaveNodes.');
  // Short: paths of unix sockets have at most 107 bytes. Not in /tmp, which may be in memory.
  const folder = await mkdtemp('/var/lib/tidegate-nodes-');
  const prefix = await freePrefix();
  const registry = `${prefix}.1:5000`;
  await writeRegistryConfig(folder, registry);
  const hub = spawn(
    'unshare',
    [
      ...['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
      ...['sh', path.join(scripts, 'hub.sh'), folder, String(count), prefix, program],
    ],
    { stdio: ['pipe', 'pipe', 'inherit'], detached: true },
  );
  const close = (): Promise<void> => takeDown(hub, folder);
  try {
    await once(hub.stdout, 'data');
    const pid = hub.pid ?? 0;
    await connectHost(pid, prefix);
    const all = Array.from({ length: count }, (_, index) => nodeOf(folder, prefix, index + 1));
    await Promise.all(all.map((node) => eventually(() => node.docker.ping(), { withinMs: 30_000 })));
    await makeSwarm(all, managers);
    const base = await testEngine();
    await Promise.all(
      [...new Set(Object.values<string>({ ...base.images }))].map((image) => carry(base.docker, all, image)),
    );
    const [first] = all;
    if (!first) throw new Error('no node');
    return {
      all,
      test: testOf(first, base),
      registry,
      logins: {
        right: await writeLogin(folder, registry, registryUser.password),
        wrong: await writeLogin(folder, registry, 'wrong'),
      },
      cable: async ({ name }, state) => {
        await inHub(pid, 'ip', 'link', 'set', `to-${name}`, state);
      },
      inContainer: (container, command, ...args) =>
        inHub(pid, 'nsenter', '-t', String(container), '-n', command, ...args),
      close: async () => {
        for (const { engine } of all) engine.close();
        await close();
      },
    };
  } catch (error) {
    const logs = await readFile(path.join(folder, 'node1/log'), 'utf8').catch(() => '');
    await close();
    throw new Error(`The nodes did not come up. The first one's log ends:\n${logs.slice(-1500)}`, {
      cause: error,
    });
  }
}

/** One that this machine has no route to. Two test processes have different ones by their ids. */
async function freePrefix(): Promise<string> {
  const routes = await output('ip', ['-4', 'route']);
  for (let attempt = 0; attempt < 250; attempt += 1) {
    const prefix = `10.199.${(process.pid + attempt) % 250}`;
    if (!routes.includes(`${prefix}.`)) return prefix;
  }
  throw new Error('No free network for the nodes.');
}

/** A cable from this machine to the bridge; both ends vanish with the bridge's namespace. */
async function connectHost(hub: number, prefix: string): Promise<void> {
  const cable = `tgn${hub}`;
  const ours = ['name', cable, 'type', 'veth', 'peer', 'name', 'to-host'];
  await output('ip', ['link', 'add', ...ours, 'netns', String(hub)]);
  await output('ip', ['addr', 'add', `${prefix}.254/24`, 'dev', cable]);
  await output('ip', ['link', 'set', cable, 'up']);
  await inHub(hub, 'ip', 'link', 'set', 'to-host', 'master', 'hub', 'up');
}

function inHub(hub: number, command: string, ...args: readonly string[]): Promise<string> {
  const namespaces = [`--net=/proc/${hub}/ns/net`, `--mount=/proc/${hub}/ns/mnt`];
  return output('nsenter', [...namespaces, `--pid=/proc/${hub}/ns/pid_for_children`, '--', command, ...args]);
}

function nodeOf(folder: string, prefix: string, number: number): TestNode {
  const socket = path.join(folder, `node${number}`, 'docker.sock');
  const host = `unix://${socket}`;
  const engine = openEngine({ kind: 'socket', path: socket, name: host, source: 'the test' });
  return { name: `node${number}`, address: `${prefix}.1${number}`, host, engine, docker: engine.docker };
}

async function makeSwarm([first, ...others]: readonly TestNode[], managers: number): Promise<void> {
  if (!first) return;
  const own = ({ address }: TestNode) => ({ ListenAddr: `${address}:2377`, AdvertiseAddr: address });
  await first.docker.swarmInit(own(first));
  const { JoinTokens } = (await eventually(() => first.docker.swarmInspect())) as {
    readonly JoinTokens: { readonly Manager: string; readonly Worker: string };
  };
  // One after the other: each manager that joins changes the quorum.
  for (const [index, node] of others.entries())
    await node.docker.swarmJoin({
      ...own(node),
      RemoteAddrs: [`${first.address}:2377`],
      JoinToken: index + 1 < managers ? JoinTokens.Manager : JoinTokens.Worker,
    });
}

/** Once out of the machine's engine, at the same time into every node. */
async function carry(from: Docker, to: readonly TestNode[], image: string): Promise<void> {
  const archive = await from.getImage(image).get();
  const copies = to.map(({ docker }) => {
    const copy = new PassThrough();
    archive.pipe(copy);
    return docker.loadImage(copy).then(drained);
  });
  await Promise.all(copies);
}

async function drained(stream: NodeJS.ReadableStream): Promise<void> {
  stream.resume();
  await once(stream, 'end');
}

function testOf(node: TestNode, base: TestEngine): TestEngine {
  const { host, engine, docker } = node;
  return {
    host,
    engine,
    docker,
    images: base.images,
    connect: () =>
      openEngine({ kind: 'socket', path: host.slice('unix://'.length), name: host, source: 'the test' }),
  };
}

async function takeDown(hub: ChildProcess, folder: string): Promise<void> {
  const ended = hub.exitCode === null && hub.signalCode === null ? once(hub, 'exit') : Promise.resolve();
  hub.stdin?.end();
  await ended;
  await rm(folder, { recursive: true, force: true });
}
