import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { ask } from '../../support/ask.ts';
import { must, openShop, type Shop } from '../../support/shop.ts';

describe('setup and down', function () {
  this.timeout(180_000);
  let shop: Shop;
  const listeners: Server[] = [];

  before(async () => {
    shop = await openShop({ about: 'infra', setUp: false });
  });
  after(() => {
    for (const listener of listeners) listener.close();
    shop.leave('staging');
  });

  /** Ids and versions of everything that carries the stack's label, and ids and states of its tasks. */
  async function everything(stack: string): Promise<readonly string[]> {
    const own = { 'tidegate.stack': stack };
    const [services, networks, configs] = await Promise.all([
      shop.swarm.services.list(own),
      shop.swarm.networks.list(own),
      shop.swarm.configs.list(own),
    ]);
    const tasks = await Promise.all(services.map(({ name }) => shop.swarm.tasks.list({ service: name })));
    return [
      ...services.map(({ id, version }) => `service ${id} ${version}`),
      ...tasks.flatMap((some) => some.map(({ id, state }) => `task ${id} ${state}`)),
      ...networks.map(({ id }) => `network ${id}`),
      ...configs.map(({ id }) => `config ${id}`),
    ].sort();
  }

  async function addEnvironment(name: string, http: number): Promise<void> {
    const file = path.join(shop.folder, 'tidegate.yaml');
    const document = parseDocument(await readFile(file, 'utf8'));
    const dev = document.toJS() as { environments: { dev: Record<string, unknown> } };
    document.setIn(['environments', name], document.createNode({ ...dev.environments.dev, edge: { http } }));
    await writeFile(file, document.toString());
  }

  it('refuse a port that a program of this machine listens on', async () => {
    const holder = createServer();
    listeners.push(holder);
    await new Promise<void>((resolve) => holder.listen(shop.port, '0.0.0.0', resolve));
    const refused = await shop.cli('setup', 'dev', '--json');
    assert.equal(refused.code, 1, refused.stdout + refused.stderr);
    const { error } = JSON.parse(refused.stdout) as { error: Record<string, string> };
    assert.equal(error['code'], 'edge.port-taken');
    assert.match(error['message'] ?? '', new RegExp(`port ${shop.port}`));
    assert.match(error['hint'] ?? '', /edge\.http in tidegate\.yaml/);
    const deploy = await shop.cli('deploy', 'dev', 'v1.0.0', '--json');
    assert.equal(deploy.code, 1, deploy.stdout + deploy.stderr);
    const after = JSON.parse(deploy.stdout) as { error: Record<string, string> };
    // Before anything is built or placed, and at once: no edge will come.
    assert.equal(after.error['code'], 'edge.port-taken', deploy.stdout);
    await new Promise((resolve) => holder.close(resolve));
  });

  it('go on where they stopped once the port is free, and change nothing the second time', async () => {
    await must(shop.cli('setup', 'dev'));
    const before = await everything(shop.stack);
    const again = await must(shop.cli('setup', 'dev', '--json'));
    const result = JSON.parse(again.stdout) as Record<string, unknown>;
    assert.equal(result['outcome'], 'unchanged');
    assert.deepEqual(result['changes'], []);
    assert.deepEqual(await everything(shop.stack), before);
    assert.match((await must(shop.cli('setup', 'dev'))).stdout, /^unchanged: /);
  });

  it('refuse a port that another environment has, in words', async () => {
    await addEnvironment('taken', shop.port);
    const refused = await shop.cli('setup', 'taken');
    await must(shop.cli('down', 'taken', '--yes'));
    assert.equal(refused.code, 1, refused.stdout + refused.stderr);
    assert.match(refused.stderr, /^error edge\.port-taken: .*port \d+/m);
    assert.match(refused.stderr, /^next: /m);
  });

  it('keep two environments on one Swarm apart', async () => {
    const port = await freePort();
    await addEnvironment('staging', port);
    await must(shop.cli('setup', 'staging'));
    await must(shop.cli('deploy', 'dev', 'v1.0.0'));
    const dev = await everything(shop.stack);
    await must(shop.cli('deploy', 'staging', 'v1.1.0'));
    assert.equal(await versionAt(shop.port), '1.0.0');
    assert.equal(await versionAt(port), '1.1.0');
    assert.deepEqual(await everything(shop.stack), dev);
    const { environments } = JSON.parse((await must(shop.cli('status', '--json'))).stdout) as {
      environments: { environment: string; state: string }[];
    };
    const states = environments.map(({ environment, state }) => `${environment} ${state}`).sort();
    assert.deepEqual(states, ['dev ready', 'staging ready', 'taken not-set-up']);
  });

  it('take one environment down, all of it, and nothing of the other; twice is no harm', async () => {
    const staging = shop.stack.replace(/dev$/, 'staging');
    const dev = await everything(shop.stack);
    const first = await must(shop.cli('down', 'staging', '--yes', '--json'));
    assert.ok((JSON.parse(first.stdout) as { removed: string[] }).removed.length > 3, first.stdout);
    assert.deepEqual(await everything(staging), []);
    assert.deepEqual(await everything(shop.stack), dev);
    assert.equal(await versionAt(shop.port), '1.0.0');
    assert.match((await must(shop.cli('down', 'staging', '--yes'))).stdout, /^unchanged: /);
  });

  it('ask before taking anything down, and where nobody can be asked do nothing', async () => {
    const before = await everything(shop.stack);
    const refused = await shop.cli('down', 'dev');
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, /--yes/);
    assert.deepEqual(await everything(shop.stack), before);
  });

  it('set up again after a down, with nothing of the former life', async () => {
    await must(shop.cli('down', 'dev', '--yes'));
    await must(shop.cli('setup', 'dev'));
    const { releases } = JSON.parse((await must(shop.cli('releases', 'dev', '--json'))).stdout) as {
      releases: unknown[];
    };
    assert.deepEqual(releases, []);
    assert.equal((await ask({ url: shop.url, headers: { host: 'shop.localhost' } })).status, 404);
  });

  async function versionAt(port: number): Promise<unknown> {
    const url = `http://127.0.0.1:${port}/version`;
    return (await ask({ url, headers: { host: 'shop.localhost' } })).headers['x-shop-version'];
  }
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(
    address !== null && typeof address === 'object',
    "address !== null && typeof address === 'object'",
  );
  return address.port;
}
