/** Two projects, one of them with two environments, on one Swarm. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { labels } from '../../../agent/common/names.ts';
import { ask } from '../../support/ask.ts';
import { freePort } from '../../support/edge-environment.ts';
import type { Load } from '../../support/load.ts';
import { must, openShop, type Shop } from '../../support/shop.ts';

describe('neighbours on one Swarm', function () {
  this.timeout(180_000);
  let shop: Shop;
  let other: Shop;
  let load: Load | undefined;
  let stagingPort = 0;

  before(async () => {
    [shop, other] = (await Promise.all(
      ['mine', 'yours'].map((about) => openShop({ about, replicas: 1 })),
    )) as [Shop, Shop];
    stagingPort = await freePort();
    await addEnvironment(shop, stagingPort);
    await must(shop.cli('setup', 'staging'));
  });

  after(async () => {
    await load?.stop();
    shop.leave('staging');
    other.leave();
  });

  it('answer to the same host on their own ports, each with its own version', async () => {
    await Promise.all([
      must(shop.cli('deploy', 'dev', 'v1.0.0')),
      must(shop.cli('deploy', 'staging', 'v1.1.0')),
      must(other.cli('deploy', 'dev', 'v1.1.0')),
    ]);
    const ports = [shop.port, stagingPort, other.port];
    assert.deepEqual(await Promise.all(ports.map(version)), ['1.0.0', '1.1.0', '1.1.0']);
  });

  it('do not notice what is done to one of them, up to its end', async () => {
    load = shop.load({ connections: 4, ratePerSecond: 100 });
    const before = await tasksOf(shop.stack);
    await must(shop.cli('rollback', 'staging', 'v1.0.0'));
    await must(other.cli('deploy', 'dev', 'v1.0.0'));
    assert.deepEqual(
      await Promise.all([shop.port, stagingPort, other.port].map(version)),
      Array(3).fill('1.0.0'),
    );
    await must(other.cli('down', 'dev', '--yes', '--volumes'));
    await must(shop.cli('down', 'staging', '--yes', '--volumes'));
    assert.equal(await version(shop.port), '1.0.0');
    assert.deepEqual(await tasksOf(shop.stack), before);
    assert.deepEqual((await load.stop()).failures, []);
    load = undefined;
    for (const stack of [other.stack, shop.stack.replace(/-dev$/, '-staging')])
      assert.deepEqual(await shop.swarm.services.list({ [labels.stack]: stack }), [], stack);
  });

  async function version(port: number): Promise<unknown> {
    const { headers } = await ask({ url: `http://127.0.0.1:${port}/`, headers: { host: 'shop.localhost' } });
    return headers['x-shop-version'];
  }

  async function tasksOf(stack: string): Promise<readonly string[]> {
    const services = await shop.swarm.services.list({ [labels.stack]: stack });
    const tasks = await Promise.all(services.map(({ name }) => shop.swarm.tasks.list({ service: name })));
    return tasks
      .flat()
      .flatMap(({ id, state }) => (state === 'running' ? [id] : []))
      .sort();
  }
});

/** `staging`, as `dev` but on another port: environments are read from the checkout. */
async function addEnvironment({ folder }: Shop, http: number): Promise<void> {
  const file = path.join(folder, 'tidegate.yaml');
  const document = parseDocument(await readFile(file, 'utf8'));
  const { environments } = document.toJS() as { environments: { dev: object } };
  document.setIn(['environments', 'staging'], document.createNode({ ...environments.dev, edge: { http } }));
  await writeFile(file, document.toString());
}
