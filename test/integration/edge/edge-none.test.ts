/** One environment without a port; two of them, rollbacks and everything else: edge-none.full.test.ts. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { eventually } from '../../support/eventually.ts';
import { must } from '../../support/shop.ts';
import { openFrontStage, type FrontStage } from './front-stage.ts';

describe('an environment without a port, behind a proxy on a network', function () {
  this.timeout(180_000);
  let stage: FrontStage;

  before(async () => {
    stage = await openFrontStage('noport');
    await stage.startFront();
    await must(stage.shop.cli('setup', 'dev'));
  });

  after(() => stage.close());

  it('loses no request in a swap, nor while its edge is replaced', async () => {
    const { shop } = stage;
    await must(shop.cli('deploy', 'dev', 'one'));
    await eventually(async () => assert.deepEqual(await stage.versions('dev'), ['1.0.0', '1.0.0']));
    assert.deepEqual(await waysOut('outlet-blue'), [], 'on internal networks alone');
    assert.notDeepEqual(await waysOut('web-blue'), []);
    const load = stage.load('shop.localhost');
    await must(shop.cli('deploy', 'dev', 'two'));
    const before = await stage.edgeTasks('dev');
    await stage.writeEnvironments({ maxHeader: '16KB' });
    await must(shop.cli('setup', 'dev'));
    const [now] = await stage.edgeTasks('dev');
    assert.notEqual(now, before[0]);
    const { failed, failures, versions: seen } = await load.stop();
    assert.equal(failed, 0, failures.join('; '));
    assert.deepEqual(Object.keys(seen).sort(), ['1.0.0', '1.1.0']);
  });

  /** Default routes of a task's container. */
  async function waysOut(slot: string): Promise<readonly string[]> {
    const { docker } = stage.shop.test;
    const service = `${stage.shop.stack}_${slot}`;
    const [found] = await docker.listContainers({
      filters: { label: [`com.docker.swarm.service.name=${service}`] },
    });
    assert.ok(found, service);
    const { State } = await docker.getContainer(found.Id).inspect();
    const routes = await readFile(`/proc/${State.Pid}/net/route`, 'utf8');
    return routes.split('\n').filter((line) => line.split('\t')[1] === '00000000');
  }
});
