/** Two environments without a port of their own, with two services each, behind one proxy. */
import assert from 'node:assert/strict';
import { labels } from '../../../agent/common/names.ts';
import { eventually } from '../../support/eventually.ts';
import type { Load } from '../../support/load.ts';
import { must } from '../../support/shop.ts';
import { hosts, openFrontStage, type FrontStage } from './front-stage.ts';

describe('two environments without a port, behind a proxy on a network', function () {
  this.timeout(240_000);
  let stage: FrontStage;
  let loads: readonly Load[] = [];

  before(async () => {
    stage = await openFrontStage('none');
  });

  after(async () => {
    await Promise.all(loads.map((load) => load.stop()));
    await stage.close();
  });

  it('are refused without that network, which is said before anything is made', async () => {
    const { shop } = stage;
    const { code, stderr } = await shop.cli('setup', 'dev');
    assert.equal(code, 1, stderr);
    assert.match(stderr, /edge\.no-network: There is no network .*docker network create/s);
    assert.deepEqual(await shop.swarm.services.list({ [labels.stack]: shop.stack }), []);
  });

  it('are set up on it, and say how they are reached', async () => {
    const { shop } = stage;
    await stage.startFront();
    const runs = await Promise.all(['dev', 'staging'].map((name) => must(shop.cli('setup', name))));
    for (const { stderr, stdout } of runs)
      assert.match(`${stdout}${stderr}`, /tidegate-\S+-(dev|staging):8080/);
    for (const service of await shop.swarm.services.list({ [labels.stack]: shop.stack }))
      assert.deepEqual(service.spec.EndpointSpec?.Ports ?? [], [], service.name);
    await Promise.all([must(shop.cli('deploy', 'dev', 'one')), must(shop.cli('deploy', 'staging', 'two'))]);
    await eventually(async () => assert.deepEqual(await stage.versions('dev'), ['1.0.0', '1.0.0']));
    await eventually(async () => assert.deepEqual(await stage.versions('staging'), ['1.1.0', '1.1.0']));
  });

  it('tell the app the address of the client, and not what the client claims', async () => {
    const claimed = await stage.asked('shop.localhost', { 'x-forwarded-for': '203.0.113.9' });
    const plain = await stage.asked('shop.localhost');
    for (const { headers } of [claimed, plain]) {
      const seen = String(headers['x-seen-for']).split(', ');
      assert.equal(seen.at(-2), headers['x-front-saw'], seen.join(', '));
      assert.equal(headers['x-seen-proto'], 'https', 'what the proxy says');
    }
    assert.equal(String(plain.headers['x-seen-for']).split(', ').length, 2, 'the client, and the proxy');
  });

  it('lose no request in a deploy, a rollback, and while the edge itself is replaced', async () => {
    const { shop } = stage;
    loads = [...hosts.dev, ...hosts.staging].map((host) => stage.load(host));
    const other = await stage.edgeTasks('staging');
    await must(shop.cli('deploy', 'dev', 'two'));
    const deployed = performance.now();
    await must(shop.cli('rollback', 'dev', 'one'));
    const back = performance.now();
    const before = await stage.edgeTasks('dev');
    await stage.writeEnvironments({ maxHeader: '16KB' });
    const { stdout } = await must(shop.cli('setup', 'dev'));
    assert.match(stdout, /tidegate-edge updated/);
    const after = await stage.edgeTasks('dev');
    assert.equal(after.length, 1);
    assert.notDeepEqual(after, before);
    assert.deepEqual(await stage.edgeTasks('staging'), other, 'the neighbour is not touched');
    const ended = await Promise.all(loads.map((load) => load.stop()));
    loads = [];
    for (const { failed, failures, requests } of ended) {
      assert.equal(failed, 0, failures.join('; '));
      assert.ok(requests > 200, String(requests));
    }
    for (const stats of ended.slice(0, 2)) {
      assert.equal(stats.startedAfter('1.1.0', back), 0, 'nothing of what was taken back');
      const live = stats.samples.some(({ start, version }) => start < deployed + 500 && version === '1.1.0');
      assert.ok(live, 'the release was live');
    }
    for (const stats of ended.slice(2)) assert.deepEqual(Object.keys(stats.versions), ['1.1.0']);
  });

  it('keep their edges when only its labels are others', async () => {
    const before = await stage.edgeTasks('dev');
    await stage.writeEnvironments({ maxHeader: '16KB', labels: { 'example.proxy': 'other' } });
    const { stdout } = await must(stage.shop.cli('setup', 'dev'));
    assert.match(stdout, /tidegate-edge updated/);
    assert.match((await must(stage.shop.cli('setup', 'dev'))).stdout, /unchanged/);
    assert.deepEqual(await stage.edgeTasks('dev'), before);
  });

  it('are found by doctor', async () => {
    const { stdout } = await stage.shop.cli('doctor', 'dev');
    const { network, shop } = stage;
    assert.match(stdout, new RegExp(`on ${network} the edge is http://tidegate-${shop.stack}:8080`));
  });
});
