/**
 * A Docker Engine of the checkout's own, for machines where none runs: its data under the git-ignored
 * `.tidegate/engine`, everything that lives only while it runs in a mount namespace of its own, so that a
 * killed engine leaves no mounts behind.
 */
import { spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isInstalled } from '../command.ts';
import { isListening } from './find.ts';
import { firewallBefore, removeBridges, restoreFirewall } from './private-network.ts';
import { engineFolder, type EngineFolder } from './private-folder.ts';
import { killProcessesOf, processesOf, signal } from './private-processes.ts';

export interface PrivateEngine {
  /** `unix://…` */
  readonly host: string;
  /** False when it was running already. */
  readonly startedHere: boolean;
  /** Its images stay for the next start. */
  stop(): Promise<void>;
}

const startDeadlineMs = 30_000;
const stopDeadlineMs = 20_000;

export async function isPrivateEngineRunning(root: string): Promise<boolean> {
  return isListening(engineFolder(root).socket);
}

/**
 * Starts it unless it runs. `extraArgs` go to dockerd. Needs root, and `dockerd` in PATH.
 * Throws with the last lines of its log when it does not come up.
 */
export async function startPrivateEngine(
  root: string,
  extraArgs: readonly string[] = [],
): Promise<PrivateEngine> {
  const engine = engineFolder(root);
  const stop = (): Promise<void> => stopEngine(engine);
  const host = `unix://${engine.socket}`;
  if (await isListening(engine.socket)) return { host, startedHere: false, stop };

  await killProcessesOf(engine);
  await rm(engine.pidFile, { force: true });
  await rm(engine.socket, { force: true });
  await mkdir(engine.data, { recursive: true });
  await mkdir(path.dirname(engine.socket), { recursive: true, mode: 0o700 });
  await writeFile(engine.resolvConf, await nameServers());
  await firewallBefore(engine);
  await launch(engine, extraArgs);
  return { host, startedHere: true, stop };
}

/** Stops it and removes its processes, bridges, firewall rules and folder. The packages stay. */
export async function removePrivateEngine(root: string): Promise<'removed' | 'none'> {
  const engine = engineFolder(root);
  const existed = await readFile(engine.log).catch(() => undefined);
  if (!existed) return 'none';
  await stopEngine(engine);
  await removeBridges();
  await restoreFirewall(engine);
  await rm(engine.folder, { recursive: true, force: true });
  return 'removed';
}

async function stopEngine(engine: EngineFolder): Promise<void> {
  const pid = Number(await readFile(engine.pidFile, 'utf8').catch(() => ''));
  const deadline = performance.now() + stopDeadlineMs;
  if (pid > 0 && (await processesOf(engine)).includes(pid)) {
    signal(pid, 'SIGTERM');
    while (signal(pid, 0) && performance.now() < deadline) await delay(50);
  }
  await killProcessesOf(engine);
  await rm(engine.pidFile, { force: true });
  await rm(engine.socket, { force: true });
  if (!engine.socket.startsWith(engine.folder))
    await rm(path.dirname(engine.socket), { recursive: true, force: true });
}

/**
 * In a mount namespace of its own the engine also owns `/run/docker.sock`: what mounts that path into a container (as
 * control does) gets this engine. $1: name servers, the rest: the command.
 */
const namespaceScript = `
set -e
resolv=$(readlink -f /etc/resolv.conf)
mount -t tmpfs -o mode=755 tidegate /run
mkdir -p /run/lock "$(dirname "$resolv")"
touch "$resolv"
mount --bind "$1" "$resolv"
shift
exec "$@"
`;

async function launch(engine: EngineFolder, extraArgs: readonly string[]): Promise<void> {
  const dockerd = ['dockerd', '--data-root', engine.data, '--pidfile', engine.pidFile];
  const sockets = ['-H', `unix://${engine.socket}`, '-H', 'unix:///run/docker.sock'];
  const inNamespace = [
    '--mount',
    '--propagation',
    'slave',
    '--',
    'sh',
    '-c',
    namespaceScript,
    'sh',
    engine.resolvConf,
  ];
  const log = await open(engine.log, 'w');
  const child = spawn('unshare', [...inNamespace, ...dockerd, ...sockets, ...extraArgs], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: { ...process.env, TIDEGATE_ENGINE: engine.folder, DOCKER_HOST: '' },
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, by) => resolve(`it ended with ${by ?? `code ${String(code)}`}`));
  });
  child.unref();
  await log.close();
  const trouble = await Promise.race([ended, untilListening(engine)]);
  if (trouble === undefined) return;
  const lines = (await readFile(engine.log, 'utf8')).trim().split('\n').slice(-8).join('\n');
  await killProcessesOf(engine);
  throw new Error(`The private Docker Engine did not start: ${trouble}. The end of ${engine.log}:\n${lines}`);
}

async function untilListening(engine: EngineFolder): Promise<string | undefined> {
  const deadline = performance.now() + startDeadlineMs;
  while (performance.now() < deadline) {
    if (await isListening(engine.socket)) return undefined;
    await delay(50);
  }
  return `no answer in ${startDeadlineMs / 1000} s`;
}

/**
 * The host's own name servers, unless they keep a question about the public registry waiting: then one that refuses at
 * once, because Docker's clients ask the registry on every service change (48 s each in a closed network).
 */
async function nameServers(): Promise<string> {
  const asked = lookup('registry-1.docker.io').then(
    () => 'answered',
    () => 'answered',
  );
  const outcome = await Promise.race([asked, delay(2_000, 'silent', { ref: false })]);
  const own = await readFile('/etc/resolv.conf', 'utf8').catch(() => '');
  return outcome === 'silent' || own === '' ? 'nameserver 127.0.0.1\n' : own;
}

export async function canRunPrivateEngine(): Promise<boolean> {
  return process.getuid?.() === 0 && (await isInstalled('dockerd')) && (await isInstalled('unshare'));
}
