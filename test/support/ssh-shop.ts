/** The sample shop on the test engine, which its agent knows by a docker context with `ssh://`. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { sha256 } from '../../agent/common/canonical.ts';
import { testEngine } from './engine.ts';
import { openShop, type Shop, type ShopOptions } from './shop.ts';
import { openSshServer, type SshServer } from './ssh-server.ts';

export interface SshShop {
  readonly shop: Shop;
  readonly server: SshServer;
  close(): Promise<void>;
}

/** `undefined` where there is no ssh server, or no engine with a socket of this machine. */
export async function openSshShop(options: ShopOptions): Promise<SshShop | undefined> {
  const { host } = await testEngine();
  if (!host.startsWith('unix://')) return undefined;
  const server = await openSshServer({ remote: { DOCKER_HOST: host } });
  if (!server) return undefined;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-docker-'));
  await writeContext(folder, 'far', server.host);
  const env = { ...server.env, DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'far', DOCKER_HOST: '' };
  const shop = await openShop({ ...options, env: { ...options.env, ...env } });
  return {
    shop,
    server,
    close: async () => {
      await server.mend();
      await shop.close();
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** As `docker context create` leaves it. */
async function writeContext(folder: string, name: string, host: string): Promise<void> {
  const at = path.join(folder, 'contexts', 'meta', sha256(name));
  await mkdir(at, { recursive: true });
  const meta = { Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } };
  await writeFile(path.join(at, 'meta.json'), JSON.stringify(meta));
}
