/**
 * A Docker Engine for one test: in a network and a mount namespace of its own, without bridge and firewall, so that
 * nothing it does is seen by any other. It can be a Swarm; it cannot run containers that anybody could reach.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isListening } from '../../scripts/engine/find.ts';
import { canRunPrivateEngine } from '../../scripts/engine/private-engine.ts';
import { eventually } from './eventually.ts';

export interface OwnEngine {
  /** For DOCKER_HOST. */
  readonly host: string;
  stop(): Promise<void>;
}

const script = `
set -e
ip link set lo up
mount -t tmpfs -o mode=755 own /run
exec dockerd --bridge none --iptables=false --storage-driver vfs "$@"
`;

/** `undefined`: this machine lets nobody start one. */
export async function startOwnEngine(): Promise<OwnEngine | undefined> {
  if (!(await canRunPrivateEngine())) return undefined;
  const folder = await mkdtemp(path.join(tmpdir(), 'tidegate-own-'));
  const at = (name: string): string => path.join(folder, name);
  const log = await open(at('log'), 'w');
  const places = ['--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('pid')];
  const child = spawn(
    'unshare',
    [
      ...['--mount', '--net', '--propagation', 'slave', '--', 'sh', '-c', script, 'sh'],
      ...places,
      '-H',
      `unix://${at('sock')}`,
    ],
    { stdio: ['ignore', log.fd, log.fd], env: { ...process.env, DOCKER_HOST: '' } },
  );
  await log.close();
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await eventually(async () => {
      if (!(await isListening(at('sock')))) throw new Error(await readFile(at('log'), 'utf8'));
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { host: `unix://${at('sock')}`, stop };
}
