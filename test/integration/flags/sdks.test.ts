/** The sample shop three times in one environment, each with another SDK of npm, unmodified, in its container. */
import assert from 'node:assert/strict';
import { parseDocument } from 'yaml';
import { names } from '../../../agent/common/names.ts';
import { noFailure, runningContainer } from '../../fault/shop-facts.ts';
import { ask } from '../../support/ask.ts';
import { eventually } from '../../support/eventually.ts';
import { must, openShop, type Shop } from '../../support/shop.ts';
import { addTag } from '../release/commits.ts';

const sdks = ['ofrep', 'flagd', 'unleash'] as const;
const key = 'free-delivery';

/** A service for each SDK out of `web`; nothing but the variable differs. */
function compose(text: string): string {
  const document = parseDocument(text);
  const { services } = document.toJS() as { services: { web: { environment: object } } };
  const { web } = services;
  for (const sdk of sdks) {
    const environment = { ...web.environment, FLAGS_SDK: sdk };
    document.setIn(['services', sdk], document.createNode({ ...web, environment }));
  }
  document.deleteIn(['services', 'web']);
  return document.toString();
}

function tidegate(text: string): string {
  const document = parseDocument(text);
  for (const sdk of sdks)
    document.setIn(
      ['services', sdk],
      document.createNode({
        route: { hosts: [`${sdk}.test`], port: 3000 },
        health: '/healthz',
        rollout: { deadline: '1m', drain: '2s', keepWarm: '10m' },
      }),
    );
  document.deleteIn(['services', 'web']);
  return document.toString();
}

describe('the SDKs in the containers of the shop', function () {
  this.timeout(120_000);
  let shop: Shop;

  before(async () => {
    shop = await openShop({ about: 'sdk', replicas: 1 });
    const edit = { 'compose.yaml': compose, 'tidegate.yaml': tidegate };
    await addTag(shop.folder, { from: 'v1.0.0', tag: 'sdks', edit });
    await must(shop.cli('deploy', 'dev', 'sdks'));
  });
  after(() => shop.leave());

  const set = (state: 'on' | 'off'): Promise<unknown> => must(shop.cli('flags', state, 'dev', key));

  async function pages(): Promise<readonly string[]> {
    const asked = sdks.map((sdk) => ask({ url: shop.url, headers: { host: `${sdk}.test` } }));
    return (await Promise.all(asked)).map(({ status, headers, text }) => {
      assert.equal(status, 200);
      const says = /This week delivery is free/.test(text) ? 'on' : 'off';
      assert.equal(headers['x-shop-free-delivery'], says);
      return says;
    });
  }

  const all = (state: string): readonly string[] => sdks.map(() => state);
  const become = (state: string): Promise<void> =>
    eventually(async () => assert.deepEqual(await pages(), all(state)));

  it('each change the page when the flag is switched, keep it while control is killed, and follow the next one', async () => {
    assert.deepEqual(await pages(), all('off'));
    await set('on');
    await become('on');
    const load = shop.load({ connections: 2, ratePerSecond: 50, host: 'flagd.test' });
    const control = names.control(shop.stack);
    const killed = await runningContainer(shop, control);
    await shop.test.docker.getContainer(killed).kill({ signal: 'SIGKILL' });
    await eventually(async () => {
      assert.deepEqual(await pages(), all('on'));
      assert.notEqual(await runningContainer(shop, control), killed);
    });
    await set('off');
    await become('off');
    await load.stop();
    noFailure(load);
  });
});
