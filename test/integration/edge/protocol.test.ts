import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { names, slotServiceName } from '../../../agent/common/names.ts';
import type { Routing } from '../../../agent/edge/routing.ts';
import { renderServices, type ServicesConfig } from '../../../agent/edge/services-config.ts';
import { renderDocument, renderState } from '../../../agent/edge/state-document.ts';
import type { EdgeKeys } from '../../../agent/swarm/ledger/keys-store.ts';
import { startEdgeEnvironment, type EdgeEnvironment } from '../../support/edge-environment.ts';
import { testEngine } from '../../support/engine.ts';
import { eventually } from '../../support/eventually.ts';
import { startFakeControl, type FakeControl } from '../../support/fake-control.ts';
import { startLoad } from '../../support/load.ts';

describe('what an edge takes from a control', function () {
  this.timeout(240_000);
  let env: EdgeEnvironment;
  let control: FakeControl;
  let keys: EdgeKeys;
  const host = 'shop.test';

  before(async () => {
    env = await startEdgeEnvironment();
    keys = await env.ledger.keys.read();
    await env.place({ service: 'web', colour: 'blue', version: 'v1', replicas: 1 });
    await env.place({ service: 'web', colour: 'green', version: 'v2', replicas: 1 });
    const { control: image } = (await testEngine()).images;
    control = await startFakeControl(env, image);
  });
  after(async () => {
    await control.stop();
    await env.down();
  });

  function routing(version: number, active: 'blue' | 'green', object = 'ledger-a'): Routing {
    const target = { port: 3000, health: '/healthz', replicas: 1 };
    return {
      stack: env.stack,
      object,
      version,
      services: [
        {
          service: 'web',
          route: { active, canary: 0 },
          hosts: [],
          slots: [
            { ...target, slot: 'web-blue', release: 1 },
            { ...target, slot: 'web-green', release: 2 },
          ],
          cuts: [],
        },
      ],
    };
  }
  const tell = (what: Routing, services: ServicesConfig = renderServices(what)): Promise<void> =>
    control.tell(renderDocument(renderState(what, keys, services.hash), services));
  const version = async (): Promise<string> => (await env.ask({ host })).text.trim();

  it('is nothing at first: it serves nothing', async () => {
    const answer = await eventually(() => env.ask({ host }));
    assert.equal(answer.status, 503);
    assert.match(answer.text, /no state/);
  });

  it('is no document that is torn', async () => {
    const what = routing(3, 'green');
    const services = renderServices(what);
    const whole = renderDocument(renderState(what, keys, services.hash), services);
    for (const length of [40, whole.indexOf('#end') + 2, whole.length - 3]) {
      await control.tell(whole.slice(0, length));
      await delay(300);
      assert.equal((await env.ask({ host })).status, 503);
    }
    assert.deepEqual(await control.acks(), []);
  });

  it('is a whole one, which it acknowledges with what it runs and sees', async () => {
    await tell(routing(5, 'green'));
    const ack = await control.acked(5);
    assert.equal(ack.object, 'ledger-a');
    assert.equal(ack.hash, renderServices(routing(5, 'green')).hash);
    await eventually(async () => assert.equal((await control.acked(5)).slots['web-green']?.healthy, 1));
    assert.equal(await version(), 'v2');
  });

  it('is no older version of the same ledger', async () => {
    await tell(routing(4, 'blue'));
    await eventually(async () => assert.match(await edgeLog(), /refused version 4: this edge has 5/));
    assert.equal(await version(), 'v2');
    assert.equal((await control.acks()).at(-1)?.ack.version, 5);
    await tell(routing(6, 'blue'));
    await control.acked(6);
    assert.equal(await version(), 'v1');
  });

  it('is any version of another ledger', async () => {
    await tell(routing(2, 'green', 'ledger-b'));
    assert.equal((await control.acked(2)).object, 'ledger-b');
    assert.equal(await version(), 'v2');
  });

  it('is the version but not the configuration that HAProxy refuses', async () => {
    const good = renderServices(routing(3, 'blue', 'ledger-b'));
    const hash = '0123456789ab';
    const bad = {
      hash,
      text: good.text.replace(good.hash, hash).replace('#end', 'backend broken\n  no such word\n#end'),
    };
    const load = startLoad({ url: env.url, host, connections: 4, ratePerSecond: 200 });
    await tell(routing(3, 'blue', 'ledger-b'), bad);
    const ack = await control.acked(3);
    assert.equal(ack.hash, good.hash);
    assert.equal(await version(), 'v1');
    // Swaps go on with the configuration it has, and it does not try the bad one again and again.
    await tell(routing(4, 'green', 'ledger-b'), bad);
    assert.equal((await control.acked(4)).hash, good.hash);
    assert.equal(await version(), 'v2');
    const better = { hash: 'ba9876543210', text: good.text.replace(good.hash, 'ba9876543210') };
    await tell(routing(5, 'green', 'ledger-b'), better);
    // Between the two it may say truthfully that it has the new version on the former configuration.
    await eventually(async () => assert.equal((await control.acked(5)).hash, better.hash));
    const stats = await load.stop();
    assert.deepEqual(stats.failures, []);
    assert.equal((await edgeLog()).match(/refused the services configuration/g)?.length, 1);
  });

  it('is told at once when the health of a slot changes', async () => {
    const service = await env.swarm.services.get(slotServiceName(env.stack, 'web', 'blue'));
    assert.ok(service, 'service');
    await env.swarm.services.update(service, { ...service.spec, Mode: { Replicated: { Replicas: 3 } } });
    await eventually(async () => assert.equal((await control.acked(5)).slots['web-blue']?.healthy, 3));
  });

  it('is answered again about every ten seconds, and not more often, while nothing happens', async () => {
    await eventually(async () => assert.equal((await control.acked(5)).slots['web-blue']?.healthy, 3));
    const before = (await control.acks()).length;
    await delay(3000);
    assert.ok((await control.acks()).length - before <= 1, '(await control.acks()).length - before <= 1');
    await eventually(
      async () => assert.ok((await control.acks()).length > before, '(await control.acks()).length > before'),
      { withinMs: 12_000 },
    );
  });

  async function edgeLog(): Promise<string> {
    const service = await env.swarm.services.get(names.edge(env.stack));
    const lines = service ? await env.swarm.services.logs(service.id, { tail: 200 }) : [];
    return lines.map(({ text }) => text).join('\n');
  }
});
