/**
 * Who the user is at a registry, as docker's own configuration says: `auths`, `credsStore` and `credHelpers` of
 * `~/.docker/config.json` (or of DOCKER_CONFIG), in the docker CLI's order. Nothing is kept: a `docker login` holds at once.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import * as z from 'zod';
import { dockerHub, registryOf } from './image-name.ts';
import { badDockerConfig, helperFailed } from './registry-failures.ts';

/** What docker calls an AuthConfig. Never to be shown. */
export type Login =
  | { readonly username: string; readonly password: string; readonly serveraddress: string }
  | { readonly identitytoken: string; readonly serveraddress: string };

export interface Logins {
  /**
   * For the registry of an image; `undefined`: nobody in particular. Throws `registry.login-failed` when there is a
   * login and it cannot be had, except for Docker Hub, most of which is for everybody.
   */
  of(ref: string): Promise<Login | undefined>;
}

export const noLogins: Logins = { of: () => Promise.resolve(undefined) };

export interface HelperAnswer {
  readonly code: number | null;
  readonly stdout: string;
}

export interface LoginSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly readFile: (path: string) => Promise<string | undefined>;
  /** Runs `docker-credential-<name> get` with this on its standard input. Rejects when it cannot be started. */
  readonly runHelper?: (name: string, server: string) => Promise<HelperAnswer>;
}

const entry = z.looseObject({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
});
const dockerConfig = z.looseObject({
  auths: z.record(z.string(), entry).default({}),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).default({}),
});
type DockerConfig = z.infer<typeof dockerConfig>;

export function openLogins(sources: LoginSources): Logins {
  const { env, home, readFile, runHelper = programIn(env) } = sources;
  const file = path.join(env['DOCKER_CONFIG'] || path.join(home, '.docker'), 'config.json');
  return {
    async of(ref) {
      const registry = registryOf(ref);
      if (registry === undefined) return undefined;
      try {
        const config = parseConfig(file, await readFile(file));
        return config && (await loginAt(config, registry, runHelper));
      } catch (error) {
        if (registry === dockerHub) return undefined;
        throw error;
      }
    },
  };
}

function parseConfig(file: string, text: string | undefined): DockerConfig | undefined {
  if (text === undefined) return undefined;
  try {
    return dockerConfig.parse(JSON.parse(text));
  } catch {
    // Not the cause: its text could quote what is in the file.
    throw badDockerConfig(file);
  }
}

/** Docker Hub's key is the address of its first API. */
const hubServer = 'https://index.docker.io/v1/';

async function loginAt(
  config: DockerConfig,
  registry: string,
  runHelper: NonNullable<LoginSources['runHelper']>,
): Promise<Login | undefined> {
  const server = registry === dockerHub ? hubServer : registry;
  // Like the docker CLI: an empty name switches the store off for this registry.
  const helper = config.credHelpers[server] ?? config.credHelpers[registry] ?? config.credsStore;
  if (helper) return fromHelper(helper, server, runHelper);
  const own =
    config.auths[server] ?? Object.entries(config.auths).find(([key]) => hostOf(key) === hostOf(server))?.[1];
  return own && fromEntry(own, server);
}

function fromEntry(own: z.infer<typeof entry>, server: string): Login | undefined {
  if (own.identitytoken) return { identitytoken: own.identitytoken, serveraddress: server };
  const [, name, secret] = /^([^:]*):([\s\S]*)$/.exec(decoded(own.auth)) ?? [];
  const username = name ?? own.username;
  const password = secret ?? own.password;
  return username && password !== undefined ? { username, password, serveraddress: server } : undefined;
}

function decoded(auth: string | undefined): string {
  // Some versions of docker fill it up with zero bytes.
  return Buffer.from(auth ?? '', 'base64')
    .toString('utf8')
    .replace(/\0+$/, '');
}

/** `https://registry.example/v1/` and `registry.example` are one. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

const answer = z.looseObject({ Username: z.string().default(''), Secret: z.string().default('') });

async function fromHelper(
  name: string,
  server: string,
  runHelper: NonNullable<LoginSources['runHelper']>,
): Promise<Login | undefined> {
  // Part of a program's name: nothing that would make it another path.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) throw helperFailed(name, server, 'it is not a name');
  const { code, stdout } = await runHelper(name, server).catch((error: unknown) => {
    const { code: why } = error as NodeJS.ErrnoException;
    throw helperFailed(
      name,
      server,
      why === 'ENOENT' ? 'it is not in PATH' : `it did not run (${why ?? '?'})`,
    );
  });
  // The words of docker-credential-helpers (credentials/error.go); helpers write errors to standard output.
  if (code !== 0 && /credentials not found|no credentials server URL/i.test(stdout)) return undefined;
  if (code !== 0) throw helperFailed(name, server, firstLine(stdout) || `it ended with code ${code ?? '?'}`);
  const given = parsed(stdout);
  if (!given) throw helperFailed(name, server, 'its answer cannot be read');
  if (given.Secret === '') return undefined;
  return given.Username === '<token>'
    ? { identitytoken: given.Secret, serveraddress: server }
    : { username: given.Username, password: given.Secret, serveraddress: server };
}

function parsed(text: string): z.infer<typeof answer> | undefined {
  try {
    return answer.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.slice(0, 200) ?? '';
}

const helperMs = 30_000;

/** A helper that waits for a person (a locked keychain) is ended after half a minute. */
function programIn(env: LoginSources['env']): NonNullable<LoginSources['runHelper']> {
  return (name, server) =>
    new Promise((resolve, reject) => {
      const child = spawn(`docker-credential-${name}`, ['get'], {
        env: { ...env },
        stdio: ['pipe', 'pipe', 'ignore'],
        timeout: helperMs,
        killSignal: 'SIGKILL',
      });
      let stdout = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      // One that ends without reading is told apart by its code.
      child.stdin.on('error', () => undefined).end(server);
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, stdout }));
    });
}
