/** A real registry with a user and a password: its configuration, and one on loopback, which every engine trusts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { registryProgram } from '../../scripts/engine/registry-program.ts';
import { ask } from './ask.ts';
import { eventually } from './eventually.ts';
import { freePort } from './edge-environment.ts';

const root = path.resolve(import.meta.dirname, '../..');

export const registryUser = { username: 'shop', password: 'open-sesame' } as const;
/** bcrypt of that password: Node has none, and the registry knows nothing else. */
const bcrypt = '$2y$05$abcdefghijklmnopqrstuutXu9KzOt.1yBoZUeFWoT/914/JfszCO';

/** Writes `registry.yml` and what belongs to it into a folder. `address`: `10.0.0.1:5000`. */
export async function writeRegistryConfig(folder: string, address: string): Promise<void> {
  await writeFile(path.join(folder, 'htpasswd'), `${registryUser.username}:${bcrypt}\n`);
  const config = {
    version: '0.1',
    log: { level: 'warn' },
    storage: { filesystem: { rootdirectory: path.join(folder, 'registry') }, delete: { enabled: true } },
    http: { addr: address },
    auth: { htpasswd: { realm: 'shop', path: path.join(folder, 'htpasswd') } },
  };
  // JSON is YAML.
  await writeFile(path.join(folder, 'registry.yml'), JSON.stringify(config));
}

/** A folder for DOCKER_CONFIG with a login, as `docker login` leaves it. */
export async function writeLogin(folder: string, address: string, password: string): Promise<string> {
  const config = path.join(folder, `docker-${password}`);
  await mkdir(config, { recursive: true });
  const auth = Buffer.from(`${registryUser.username}:${password}`).toString('base64');
  await writeFile(path.join(config, 'config.json'), JSON.stringify({ auths: { [address]: { auth } } }));
  return config;
}

export interface TestRegistry {
  /** `127.0.0.1:41234` */
  readonly address: string;
  readonly folder: string;
  /** For DOCKER_CONFIG. */
  readonly config: string;
  /** Everything it has is gone, as after a clean-up of the registry. */
  forget(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** `undefined` where there is no such program to be had. */
export async function openRegistry(): Promise<TestRegistry | undefined> {
  const program = await registryProgram(root);
  if (program === undefined) return undefined;
  const folder = await mkdtemp(path.join(tmpdir(), 'tidegate-registry-'));
  const address = `127.0.0.1:${await freePort()}`;
  await writeRegistryConfig(folder, address);
  let child: ReturnType<typeof spawn> | undefined;
  const start = async (): Promise<void> => {
    child = spawn(program, ['serve', path.join(folder, 'registry.yml')], { stdio: 'ignore' });
    await eventually(() => ask({ url: `http://${address}/v2/` }), { withinMs: 10_000 });
  };
  const stop = async (): Promise<void> => {
    if (child === undefined) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    child = undefined;
  };
  await start();
  return {
    address,
    folder,
    config: await writeLogin(folder, address, registryUser.password),
    forget: async () => {
      // It remembers what it has seen: only a new one knows that it is gone.
      await stop();
      await rm(path.join(folder, 'registry'), { recursive: true, force: true });
      await start();
    },
    start,
    stop,
    close: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
