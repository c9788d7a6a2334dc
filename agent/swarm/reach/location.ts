/** Which Docker engine to talk to, and how. Its effects are passed in. */
import { parseAddress } from './address.ts';
import { chosenContext, configFolder, readContext } from './contexts.ts';
import { noEngine, unverifiedContext } from './failures.ts';
import type { SshTarget } from './ssh/target.ts';
import { isWindows, paths, type Surroundings } from './surroundings.ts';
import { clientIn, readTls, type TlsMaterial } from './tls.ts';

export type EngineLocation = (
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls?: TlsMaterial }
  | {
      readonly kind: 'ssh';
      readonly target: SshTarget;
      /** For the ssh program: PATH, and whose keys (SSH_AUTH_SOCK). */
      readonly env: Surroundings['env'];
    }
) & {
  /** For messages: `unix:///var/run/docker.sock`. Never with a secret. */
  readonly name: string;
  /** Who said so: `DOCKER_HOST`, `docker context prod`, `the usual places`. */
  readonly source: string;
};

/**
 * In this order: the context asked for, DOCKER_HOST, DOCKER_CONTEXT, the current docker context, the usual
 * sockets. A context that tidegate.yaml names wins over the shell, as `docker --context` does: a stray DOCKER_HOST
 * must not send production's deploy to another engine. Throws `engine.unreachable` (nothing found, no address),
 * `engine.unknown-context` or `engine.untrusted` (certificates that cannot be used).
 */
export async function locateEngine(around: Surroundings): Promise<EngineLocation> {
  const host = around.env['DOCKER_HOST'];
  if (host && !around.context) return fromVariables(host, around);
  const chosen = await chosenContext(around);
  return chosen === undefined || chosen.name === 'default' ? usualPlace(around) : fromContext(chosen, around);
}

/** The docker CLI lets DOCKER_TLS_VERIFY turn any tcp address into TLS; its certificates are in DOCKER_CERT_PATH. */
async function fromVariables(host: string, around: Surroundings): Promise<EngineLocation> {
  const { env } = around;
  const source = 'DOCKER_HOST';
  const address = parseAddress(host, source);
  const folder = env['DOCKER_CERT_PATH'];
  const isAsked = Boolean(env['DOCKER_TLS_VERIFY']) || Boolean(folder);
  if (address.kind !== 'tcp' || !(isAsked || address.tls)) return located(address, source, around);
  const tls = await readTls(around, folder ? folder : configFolder(around));
  return withTls(address, source, tls);
}

async function fromContext(
  chosen: { readonly name: string; readonly source: string },
  around: Surroundings,
): Promise<EngineLocation> {
  const context = await readContext(chosen, around);
  // A context may have been made for the engine of this machine, with no address of its own.
  if (context.host === '') return usualPlace(around);
  const address = parseAddress(context.host, chosen.source);
  const hasTls = address.kind === 'tcp' && (address.tls || (await clientIn(around, context.tlsFolder)));
  if (address.kind !== 'tcp' || !hasTls) return located(address, chosen.source, around);
  if (context.skipsVerification) throw unverifiedContext(chosen, context.host);
  return withTls(address, chosen.source, await readTls(around, context.tlsFolder));
}

type Address = ReturnType<typeof parseAddress>;

function located(address: Address, source: string, { env }: Surroundings): EngineLocation {
  switch (address.kind) {
    case 'socket':
      return { kind: 'socket', path: address.path, name: address.name, source };
    case 'tcp':
      return { kind: 'tcp', host: address.host, port: address.port, name: address.name, source };
    case 'ssh':
      return { kind: 'ssh', target: address.target, env, name: address.name, source };
  }
}

function withTls(
  { host, port, name }: Extract<Address, { kind: 'tcp' }>,
  source: string,
  tls: TlsMaterial,
): EngineLocation {
  return { kind: 'tcp', host, port, name, source, tls };
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

function socketName(path: string): string {
  return path.startsWith('//./pipe/') ? `npipe://${path}` : `unix://${path}`;
}
