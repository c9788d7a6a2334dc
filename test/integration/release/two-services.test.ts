import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { parseDocument } from 'yaml';
import type { RolloutResult } from '../../../agent/protocol/methods.ts';
import { ask } from '../../support/ask.ts';
import { must, openShop, type Shop } from '../../support/shop.ts';
import { addTag } from './commits.ts';

/** A second service beside `web`, from the same Dockerfile, told apart by host; `currency` is its own setting. */
function twoServices(currency: string, options: { readonly broken?: boolean } = {}) {
  const compose = (text: string): string => {
    const document = parseDocument(text);
    const { services } = document.toJS() as { services: { web: Record<string, unknown> } };
    const environment = { PORT: '3000', SHOP_CURRENCY: currency };
    const healthcheck = { test: ['CMD', 'false'], interval: '1s', timeout: '2s', retries: 1 };
    // It has to fail twice.
    const deploy = { ...(services.web.deploy as object), restart_policy: { delay: '500ms' } };
    const broken = options.broken ? { healthcheck, deploy } : {};
    const other = { ...services.web, environment, ...broken };
    document.setIn(['services', 'outlet'], document.createNode(other));
    return document.toString();
  };
  const tidegate = (text: string): string => {
    const document = parseDocument(text);
    for (const [name, host] of [
      ['web', 'shop.test'],
      ['outlet', 'outlet.test'],
    ] as const)
      document.setIn(
        ['services', name],
        document.createNode({
          route: { hosts: [host], port: 3000 },
          health: '/healthz',
          rollout: { deadline: '1m', drain: '2s', keepWarm: '10m' },
        }),
      );
    return document.toString();
  };
  return { 'compose.yaml': compose, 'tidegate.yaml': tidegate };
}

describe('two services of one project', function () {
  this.timeout(180_000);
  let shop: Shop;

  before(async () => {
    shop = await openShop({ about: 'two', replicas: 1 });
    const { folder } = shop;
    await addTag(folder, { from: 'v1.0.0', tag: 'both-1', edit: twoServices('${OUTLET_CURRENCY:-EUR}') });
    await addTag(folder, { from: 'v1.1.0', tag: 'half-3', edit: twoServices('SEK', { broken: true }) });
    await addTag(folder, { from: 'v1.1.0', tag: 'both-4', edit: twoServices('SEK') });
    await must(shop.cli('deploy', 'dev', 'both-1'));
  });
  after(() => shop.leave());

  it('answer each to its own host', async () => {
    assert.deepEqual(await versions(), ['1.0.0', '1.0.0']);
    assert.match(await page('shop.test'), /€/);
    const { status } = await ask({ url: shop.url, headers: { host: 'nobody.test' } });
    assert.equal(status, 404);
  });

  it('are moved one by one when only one has changed', async () => {
    const before = await tasks('web');
    // The commit is the same: a variable of the caller is what differs, and only the outlet uses it.
    const result = await deploy('both-1', { OUTLET_CURRENCY: 'SEK' });
    assert.deepEqual(
      result.services.map(({ service }) => service),
      ['outlet'],
    );
    assert.deepEqual(await tasks('web'), before);
    assert.match(await page('outlet.test'), /SEK/);
  });

  it('stay both when one of two never becomes healthy', async () => {
    const { routes } = (await shop.ledger.routes.read()).value;
    const run = await shop.cli('deploy', 'dev', 'half-3', '--json');
    assert.equal(run.code, 1, run.stdout);
    assert.match((JSON.parse(run.stdout) as RolloutResult).message, /outlet-(blue|green): /);
    assert.deepEqual((await shop.ledger.routes.read()).value.routes, routes);
    assert.deepEqual(await versions(), ['1.0.0', '1.0.0']);
  });

  it('go live together: no moment in which one is new and the other old', async () => {
    const mixed: string[] = [];
    const ended = new AbortController();
    const watch = (async () => {
      while (!ended.signal.aborted) {
        const { routes } = (await shop.ledger.routes.read()).value;
        const colours = `${routes['web']?.active ?? ''} ${routes['outlet']?.active ?? ''}`;
        if (mixed.at(-1) !== colours) mixed.push(colours);
        await delay(20);
      }
    })();
    const result = await deploy('both-4').finally(() => ended.abort());
    await watch;
    assert.equal(mixed.length, 2, `one state before, one after: ${mixed.join(', ')}`);
    assert.deepEqual(await versions(), ['1.1.0', '1.1.0']);
    assert.deepEqual(result.services.map(({ service }) => service).sort(), ['outlet', 'web']);
  });

  async function deploy(tag: string, env: NodeJS.ProcessEnv = {}): Promise<RolloutResult> {
    const { stdout } = await must(shop.start(['deploy', 'dev', tag, '--json'], { env }).done);
    const result = JSON.parse(stdout) as RolloutResult;
    assert.equal(result.outcome, 'done');
    return result;
  }

  function versions(): Promise<readonly unknown[]> {
    return Promise.all(
      ['shop.test', 'outlet.test'].map(
        async (host) =>
          (await ask({ url: `${shop.url}/version`, headers: { host } })).headers['x-shop-version'],
      ),
    );
  }

  async function page(host: string): Promise<string> {
    return (await ask({ url: shop.url, headers: { host } })).text;
  }

  async function tasks(service: string): Promise<readonly string[]> {
    const all = await Promise.all(
      ['blue', 'green'].map((colour) =>
        shop.swarm.tasks.list({ service: `${shop.stack}_${service}-${colour}` }),
      ),
    );
    return all.flatMap((some) => some.map(({ id, state }) => `${id} ${state}`)).sort();
  }
});
