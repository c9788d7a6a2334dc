/**
 * Which Docker engine to talk to, and an open connection to it. The decision is pure (`locateEngine` gets its
 * effects passed in); the context files are read here because docker-modem knows nothing of contexts.
 */
import { Agent } from 'node:http';
import { setMaxListeners } from 'node:events';
import { posix, win32 } from 'node:path';
import { inspect } from 'node:util';
import Dockerode from 'dockerode';
import * as z from 'zod';
import { sha256 } from '../common/canonical.ts';
import { badEngineAddress, noEngine, notReachedByThisVersion, unknownContext } from './failures.ts';

export type EngineLocation = (
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
) & {
  /** For messages: `unix:///var/run/docker.sock`. */
  readonly name: string;
  /** Who said so: `DOCKER_HOST`, `docker context prod`, `the usual places`. */
  readonly source: string;
};

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform?: NodeJS.Platform;
  /** The docker context an environment names in tidegate.yaml. */
  readonly context?: string | undefined;
  /** Text of a file; `undefined` when it cannot be read. */
  readonly readFile: (path: string) => Promise<string | undefined>;
  readonly exists: (path: string) => Promise<boolean>;
}

/**
 * In this order: the context asked for, DOCKER_HOST, DOCKER_CONTEXT, the current docker context, the usual
 * sockets. A context that tidegate.yaml names wins over the shell, as `docker --context` does: a stray DOCKER_HOST
 * must not send production's deploy to another engine. Throws `engine.unreachable` (nothing found, no such context) or `engine.denied` (not supported yet).
 */
export async function locateEngine(around: Surroundings): Promise<EngineLocation> {
  const host = around.env['DOCKER_HOST'];
  // The docker CLI lets DOCKER_TLS_VERIFY turn any tcp address into TLS.
  if (host && !around.context)
    return parseHost(host, 'DOCKER_HOST', Boolean(around.env['DOCKER_TLS_VERIFY']));
  const chosen = await chosenContext(around);
  return chosen === undefined || chosen.name === 'default'
    ? usualPlace(around)
    : contextEngine(chosen, around);
}

interface ChosenContext {
  readonly name: string;
  readonly source: string;
}

const cliConfig = z.looseObject({ currentContext: z.string().optional() });
const contextMeta = z.looseObject({
  Endpoints: z.looseObject({ docker: z.looseObject({ Host: z.string() }) }),
});

async function chosenContext(around: Surroundings): Promise<ChosenContext | undefined> {
  if (around.context) return { name: around.context, source: `docker context ${around.context}` };
  const fromEnv = around.env['DOCKER_CONTEXT'];
  if (fromEnv) return { name: fromEnv, source: 'DOCKER_CONTEXT' };
  const text = await around.readFile(paths(around).join(configFolder(around), 'config.json'));
  const current = parsed(cliConfig, text)?.currentContext;
  return current ? { name: current, source: `the current docker context ${current}` } : undefined;
}

async function contextEngine(chosen: ChosenContext, around: Surroundings): Promise<EngineLocation> {
  const path = paths(around);
  const id = sha256(chosen.name);
  const file = path.join(configFolder(around), 'contexts', 'meta', id, 'meta.json');
  const meta = parsed(contextMeta, await around.readFile(file));
  if (!meta) throw unknownContext(chosen.name, chosen.source, file);
  const hasTls = await around.exists(path.join(configFolder(around), 'contexts', 'tls', id, 'docker'));
  return parseHost(meta.Endpoints.docker.Host, chosen.source, hasTls);
}

async function usualPlace(around: Surroundings): Promise<EngineLocation> {
  const looked = usualSockets(around);
  for (const path of looked)
    if (await around.exists(path))
      return { kind: 'socket', path, name: socketName(path), source: 'the usual places' };
  throw noEngine(looked);
}

/** System-wide, rootless, Docker Desktop, Colima, OrbStack, Rancher Desktop. */
function usualSockets(around: Surroundings): readonly string[] {
  if (isWindows(around)) return ['//./pipe/docker_engine'];
  const path = paths(around);
  const runtime = around.env['XDG_RUNTIME_DIR'];
  return [
    '/var/run/docker.sock',
    ...(runtime ? [path.join(runtime, 'docker.sock')] : []),
    ...['.docker/run', '.docker/desktop', '.colima/default', '.orbstack/run', '.rd'].map((folder) =>
      path.join(around.home, folder, 'docker.sock'),
    ),
  ];
}

function parseHost(host: string, source: string, tls: boolean): EngineLocation {
  const socket = /^(?:unix|npipe):\/\/(.+)$/.exec(host)?.[1];
  if (socket !== undefined) return { kind: 'socket', path: socket, name: host, source };
  if (/^(ssh|https):\/\//.test(host)) throw notReachedByThisVersion(host, source);
  // Like the docker CLI: an address without a scheme is tcp, a port that is missing is 2375.
  const [, name, port] =
    /^(?:(?:tcp|http):\/\/)?(\[[0-9a-f:]+\]|[^:/?#@\s]+)(?::(\d{1,5}))?\/?$/i.exec(host) ?? [];
  if (name === undefined) throw badEngineAddress(host, source);
  if (tls || port === '2376') throw notReachedByThisVersion(host, source);
  const bare = name.replace(/^\[|\]$/g, '');
  return {
    kind: 'tcp',
    host: bare,
    port: Number(port ?? 2375),
    name: `tcp://${name}:${port ?? '2375'}`,
    source,
  };
}

function socketName(path: string): string {
  return path.startsWith('//./pipe/') ? `npipe://${path}` : `unix://${path}`;
}

function configFolder(around: Surroundings): string {
  const fromEnv = around.env['DOCKER_CONFIG'];
  return fromEnv ? fromEnv : paths(around).join(around.home, '.docker');
}

function isWindows(around: Surroundings): boolean {
  return (around.platform ?? process.platform) === 'win32';
}

function paths(around: Surroundings): typeof posix {
  return isWindows(around) ? win32 : posix;
}

/** A file that is not JSON, or not as it should be, says nothing: as if it were not there. */
function parsed<T>(shape: z.ZodType<T>, text: string | undefined): T | undefined {
  try {
    return text === undefined ? undefined : shape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export interface OpenEngine {
  readonly docker: Dockerode;
  /** For messages. */
  readonly name: string;
  /** True when the engine runs on this machine, as far as its address tells. */
  readonly local: boolean;
  /** Aborted by `close`: whatever waits for the engine stops waiting. */
  readonly closed: AbortSignal;
  /** Ends calls, streams and retries that are under way; nothing keeps the process alive afterwards. */
  close(): void;
}

/** Opens lazily: whether the engine answers shows with the first call. */
export function openEngine(location: EngineLocation): OpenEngine {
  // Idle sockets of an agent do not hold the process; a new connection for each call would cost several times as much.
  const agent = new BriefAgent({ keepAlive: true, maxFreeSockets: 8 });
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  // The types do not know that docker-modem takes an agent.
  const options = { ...nothingFromTheEnvironment, ...address(location), protocol: 'http' as const, agent };
  return {
    docker: new Dockerode(options),
    name: location.name,
    local: location.kind === 'socket' || ['localhost', '127.0.0.1', '::1'].includes(location.host),
    closed: closing.signal,
    close: () => {
      closing.abort();
      agent.destroy();
    },
  };
}

/**
 * docker-modem writes all options of every request into a text for its debug log, also when nobody reads it: with every
 * socket and parser the agent holds, which takes longer than the request itself.
 */
class BriefAgent extends Agent {
  [inspect.custom](): string {
    return 'Agent';
  }
}

/** docker-modem fills whatever is not given from DOCKER_HOST and its companions, even beside a given socket. */
const nothingFromTheEnvironment = {
  socketPath: undefined,
  host: undefined,
  port: undefined,
  ca: undefined,
  cert: undefined,
  key: undefined,
  timeout: undefined,
};

function address(location: EngineLocation): Dockerode.DockerOptions {
  return location.kind === 'socket'
    ? { socketPath: location.path }
    : { host: location.host.includes(':') ? `[${location.host}]` : location.host, port: location.port };
}
