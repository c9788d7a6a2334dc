/** An open connection to a Docker engine, however it is reached. */
import { Agent } from 'node:http';
import { Agent as TlsAgent, type AgentOptions as TlsAgentOptions } from 'node:https';
import { setMaxListeners } from 'node:events';
import { inspect } from 'node:util';
import Dockerode from 'dockerode';
import type { EngineLocation } from './reach/location.ts';
import { SshAgent } from './reach/ssh/agent.ts';
import type { TlsMaterial } from './reach/tls.ts';

export interface OpenEngine {
  readonly docker: Dockerode;
  /** For messages. */
  readonly name: string;
  /** Who said which engine: `DOCKER_HOST`, `docker context prod`. */
  readonly source: string;
  /** How it is reached, in words: `through ssh`. */
  readonly way: string;
  /** True when the engine runs on this machine, as far as its address tells. */
  readonly local: boolean;
  /** Name of its machine, as the address has it. */
  readonly host: string;
  /** Aborted by `close`: whatever waits for the engine stops waiting. */
  readonly closed: AbortSignal;
  /** Ends calls, streams and retries that are under way; nothing keeps the process alive afterwards. */
  close(): void;
}

/** Opens lazily: whether the engine answers shows with the first call. */
export function openEngine(location: EngineLocation): OpenEngine {
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const { agent, way, ...address } = reach(location);
  const host = location.kind === 'socket' ? 'localhost' : hostOf(location);
  return {
    // The types do not know that docker-modem takes an agent.
    docker: new Dockerode({ ...nothingFromTheEnvironment, ...address, ...{ agent } }),
    name: location.name,
    source: location.source,
    way,
    local: location.kind !== 'ssh' && ['localhost', '127.0.0.1', '::1'].includes(host),
    host,
    closed: closing.signal,
    close: () => {
      closing.abort();
      agent.destroy();
    },
  };
}

interface Reach extends Dockerode.DockerOptions {
  readonly agent: Agent;
  readonly way: string;
}

/** Idle sockets do not hold the process; a new connection for each call would cost several times as much. */
const reused = { keepAlive: true, maxFreeSockets: 8 };

function reach(location: EngineLocation): Reach {
  switch (location.kind) {
    case 'socket':
      return {
        agent: brief(new Agent(reused)),
        way: 'a socket of this machine',
        protocol: 'http',
        socketPath: location.path,
      };
    case 'tcp': {
      const { port, tls } = location;
      const host = location.host.includes(':') ? `[${location.host}]` : location.host;
      return tls === undefined
        ? { agent: brief(new Agent(reused)), way: 'TCP without TLS', protocol: 'http', host, port }
        : { agent: brief(new TlsAgent(tlsOptions(tls))), way: wayOf(tls), protocol: 'https', host, port };
    }
    case 'ssh': {
      const { target, env, name } = location;
      const remote = { target, engine: name, hasAgent: Boolean(env['SSH_AUTH_SOCK']) };
      const agent = brief(new SshAgent({ remote, env }, reused));
      // The name is that of the Host header only.
      return { agent, way: 'through ssh', protocol: 'http', host: 'docker', port: 80 };
    }
  }
}

/** The key goes to the agent alone: what docker-modem gets can end up in its debug log. */
function tlsOptions({ ca, client }: TlsMaterial): TlsAgentOptions {
  return { ...reused, ...client, ...(ca !== undefined && { ca }), rejectUnauthorized: true };
}

function wayOf({ client }: TlsMaterial): string {
  return client === undefined ? 'TLS' : 'TLS with a certificate of yours';
}

/**
 * docker-modem writes all options of every request into a text for its debug log, also when nobody reads it: with every
 * socket and parser the agent holds, which takes longer than the request itself.
 */
function brief<T extends Agent>(agent: T): T {
  Object.defineProperty(agent, inspect.custom, { value: () => 'Agent' });
  return agent;
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

function hostOf(location: Exclude<EngineLocation, { kind: 'socket' }>): string {
  return location.kind === 'ssh' ? location.target.host : location.host;
}
