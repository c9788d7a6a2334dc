import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { names } from '../../../agent/common/names.ts';
import { startEdgeEnvironment, type EdgeEnvironment } from '../../support/edge-environment.ts';
import { eventually } from '../../support/eventually.ts';
import { startLoad } from '../../support/load.ts';

describe('an edge that loses its company', function () {
  this.timeout(240_000);
  let env: EdgeEnvironment;
  const host = 'shop.test';

  before(async () => {
    env = await startEdgeEnvironment();
    await env.place({ service: 'web', colour: 'blue', version: 'v1', replicas: 1 });
    await env.place({ service: 'web', colour: 'green', version: 'v2', replicas: 1 });
    await env.acknowledged({ healthy: { 'web-blue': 1, 'web-green': 1 } });
    await env.route('web', 'green');
    await env.acknowledged();
  });
  after(() => env.down());

  const kill = async (container: string): Promise<void> => {
    await env.engine.docker.getContainer(container).kill();
  };
  const controlContainer = async (): Promise<string> => {
    const tasks = await env.swarm.tasks.list({ service: names.control(env.stack) });
    const task = tasks.find((one) => one.state === 'running' && one.desired === 'running');
    if (task?.containerId === undefined) throw new Error('no control runs');
    return task.containerId;
  };

  it('comes back after a kill with the right colour, and never shows the other', async () => {
    const { containerId } = await env.edgeTask();
    const load = startLoad({ url: env.url, host, connections: 4, ratePerSecond: 200, timeoutMs: 2000 });
    await delay(200);
    await kill(containerId);
    await eventually(async () => {
      assert.notEqual((await env.edgeTask()).containerId, containerId);
      assert.equal((await env.ask({ host })).text, 'v2\n');
    });
    const stats = await load.stop();
    const answered = stats.samples.filter(({ status }) => status === 200);
    assert.ok(stats.failed > 0, 'the kill was noticed');
    assert.deepEqual([...new Set(answered.map(({ version }) => version))], ['v2']);
    await env.acknowledged({ healthy: { 'web-green': 1 } });
  });

  it('goes on while control is dead, and catches up when it is back', async () => {
    const load = startLoad({ url: env.url, host, connections: 8, ratePerSecond: 200 });
    await kill(await controlContainer());
    await env.route('web', 'blue');
    await env.acknowledged();
    const acknowledged = performance.now();
    await env.acknowledged({ answers: { web: { slot: 'web-blue', digest: await env.image('v1') } } });
    const stats = await load.stop();
    assert.deepEqual(stats.failures, []);
    assert.equal(stats.startedAfter('v2', acknowledged), 0);
  });

  it('keeps the last good state of a ledger that was edited to nonsense, and follows when it is mended', async () => {
    const nonsense = { 'route.web': 'purple:0', 'slot.web-blue': 'two', 'no such label': 'x', lock: 'a:b:c' };
    const load = startLoad({ url: env.url, host, connections: 4, ratePerSecond: 100 });
    for (const [label, text] of Object.entries(nonsense)) {
      const object = await env.swarm.configs.get(names.routes(env.stack));
      assert.ok(object, 'object');
      await env.swarm.configs.updateLabels(object, { ...object.labels, [label]: text });
      await eventually(async () => assert.match(await controlLog(), new RegExp(`cannot be used.*${label}`)));
      assert.equal((await env.ask({ host })).text, 'v1\n');
      const broken = await env.swarm.configs.get(names.routes(env.stack));
      assert.ok(broken, 'broken');
      await env.swarm.configs.updateLabels(broken, object.labels);
      await env.acknowledged();
    }
    const stats = await load.stop();
    assert.deepEqual(stats.failures, []);
    assert.deepEqual(Object.keys(stats.versions), ['v1']);
    await env.route('web', 'green');
    await env.acknowledged();
    assert.equal((await env.ask({ host })).text, 'v2\n');
  });

  it('comes back after a kill to the last good state of a ledger that is nonsense', async () => {
    const object = await env.swarm.configs.get(names.routes(env.stack));
    assert.ok(object, 'object');
    await env.swarm.configs.updateLabels(object, { ...object.labels, 'route.web': 'purple:0' });
    await kill((await env.edgeTask()).containerId);
    await eventually(async () => assert.equal((await env.ask({ host })).text, 'v2\n'));
    const broken = await env.swarm.configs.get(names.routes(env.stack));
    assert.ok(broken, 'broken');
    await env.swarm.configs.updateLabels(broken, object.labels);
    await env.acknowledged();
  });

  it('follows again after edge and control were killed at once', async () => {
    const { containerId } = await env.edgeTask();
    await Promise.all([kill(containerId), kill(await controlContainer())]);
    await env.route('web', 'blue');
    await eventually(async () => {
      assert.notEqual((await env.edgeTask()).containerId, containerId);
      const answer = await env.ask({ host });
      assert.equal(answer.status, 200);
      assert.equal(answer.text, 'v1\n');
    });
    await env.acknowledged({ healthy: { 'web-blue': 1, 'web-green': 1 } });
  });

  it('leaves no reports of edges that are gone', async () => {
    const { id } = await env.edgeTask();
    await eventually(
      async () => {
        const { acks, proofs } = await env.ledger.acks.read();
        assert.deepEqual([...Object.keys(acks), ...Object.keys(proofs)], [id, id]);
      },
      { withinMs: 40_000, everyMs: 250 },
    );
  });

  async function controlLog(): Promise<string> {
    const service = await env.swarm.services.get(names.control(env.stack));
    const lines = service ? await env.swarm.services.logs(service.id, { tail: 50 }) : [];
    return lines.map(({ text }) => text).join('\n');
  }
});
