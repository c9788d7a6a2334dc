import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { names } from '../../../agent/common/names.ts';
import type { FlagSetResult, FlagsResult, RolloutResult } from '../../../agent/protocol/methods.ts';
import { noFailure, programIn, runningContainer } from '../../fault/shop-facts.ts';
import { ask } from '../../support/ask.ts';
import { eventually } from '../../support/eventually.ts';
import { must, openShop, type Shop } from '../../support/shop.ts';
import { addTag } from '../release/commits.ts';

describe('feature flags of the shop', function () {
  this.timeout(180_000);
  let shop: Shop;
  const key = 'free-delivery';

  before(async () => {
    shop = await openShop({ about: 'flag', replicas: 2 });
    await must(shop.cli('deploy', 'dev', 'v1.0.0'));
  });
  after(() => shop.leave());

  async function set(state: 'on' | 'off'): Promise<FlagSetResult> {
    const { stdout } = await must(shop.cli('flags', state, 'dev', key, '--json'));
    return JSON.parse(stdout) as FlagSetResult;
  }

  async function list(): Promise<FlagsResult> {
    return JSON.parse((await must(shop.cli('flags', 'list', 'dev', '--json'))).stdout) as FlagsResult;
  }

  async function page(): Promise<string> {
    const { status, text } = await ask({ url: shop.url, headers: { host: 'shop.localhost' } });
    assert.equal(status, 200);
    return text;
  }

  /** Both replicas answer in turn, and each asks for its flags by itself. */
  async function pagesSay(text: RegExp): Promise<void> {
    await eventually(async () => {
      for (let visit = 0; visit < 6; visit += 1) assert.match(await page(), text);
    });
  }

  async function tasks(): Promise<readonly string[]> {
    const services = ['web-blue', 'web-green', 'tidegate-edge', 'tidegate-control'];
    const all = await Promise.all(
      services.map((service) => shop.swarm.tasks.list({ service: `${shop.stack}_${service}` })),
    );
    return all.flatMap((some) => some.map(({ id, state }) => `${id} ${state}`)).sort();
  }

  /** `flags serve --live`: the flags of the working tree, switched as they are in the Swarm. */
  async function serveHere(): Promise<{
    readonly value: () => Promise<unknown>;
    readonly stop: () => Promise<void>;
  }> {
    const { child, done } = shop.start(['flags', 'serve', 'dev', '--live', '--json']);
    let told = '';
    child.stdout?.on('data', (text: string) => (told += text));
    const { states, url } = await eventually(() => {
      const [line = '', ...rest] = told.split('\n');
      assert.ok(rest.length > 0, 'it has told where it serves');
      return JSON.parse(line) as { states: string; url: string };
    });
    assert.equal(states, 'environment');
    return {
      value: async () => {
        const asked = { url: `${url}/ofrep/v1/evaluate/flags/${key}`, method: 'POST', body: '{}' };
        return (JSON.parse((await ask(asked)).text) as { value: unknown }).value;
      },
      stop: async () => {
        child.kill('SIGINT');
        assert.equal((await done).code, 0);
      },
    };
  }

  it('change the page for visitors when they are switched, and no task restarts', async () => {
    const before = await tasks();
    assert.doesNotMatch(await page(), /delivery is free/);
    assert.deepEqual(
      (await list()).flags.map(({ key: name, value, state, defined }) => [name, value, state, defined]),
      [[key, false, null, true]],
    );
    const here = await serveHere();
    await eventually(async () => assert.equal(await here.value(), false));
    const load = shop.load({ connections: 4, ratePerSecond: 100 });
    const on = await set('on');
    assert.deepEqual([on.outcome, on.controls, on.missing], ['done', 1, []]);
    assert.ok(on.tookMs < 5_000, `${on.tookMs} ms until control served it`);
    await pagesSay(/This week delivery is free/);
    await eventually(async () => assert.equal(await here.value(), true, 'on the machine of a developer'));
    assert.equal((await set('on')).outcome, 'unchanged');
    const off = await set('off');
    assert.equal(off.outcome, 'done');
    await eventually(async () => {
      for (let visit = 0; visit < 6; visit += 1) assert.doesNotMatch(await page(), /delivery is free/);
    });
    await load.stop();
    noFailure(load);
    await eventually(async () => assert.equal(await here.value(), false));
    await here.stop();
    assert.deepEqual(await tasks(), before);
    console.log(`      served by control ${on.tookMs} and ${off.tookMs} ms after the command`);
  });

  it('are all of control that services reach: not its acknowledgements, not its state', async () => {
    const url = 'http://tidegate-flags:8406';
    const answers = await inSlot(`
      const ask = async (address, method = 'POST') => {
        const response = await fetch(address, { method, body: method === 'POST' ? '{}' : undefined, signal: AbortSignal.timeout(3000) })
          .catch(() => undefined);
        await response?.arrayBuffer();
        return response?.status ?? 0;
      };
      const { TIDEGATE_FLAGS_URL, OFREP_ENDPOINT } = process.env;
      const all = '/ofrep/v1/evaluate/flags';
      console.log(JSON.stringify([
        TIDEGATE_FLAGS_URL, OFREP_ENDPOINT,
        await ask(TIDEGATE_FLAGS_URL + all), await ask(TIDEGATE_FLAGS_URL + all + '/${key}'), await ask(TIDEGATE_FLAGS_URL + all + '/none'),
        await ask(TIDEGATE_FLAGS_URL + '/api/client/features', 'GET'), await ask(TIDEGATE_FLAGS_URL + '/api/admin/x', 'GET'),
        await ask(TIDEGATE_FLAGS_URL + '/ack?task=a'), await ask(TIDEGATE_FLAGS_URL + '/pull?version=0', 'GET'), await ask(TIDEGATE_FLAGS_URL + '/status', 'GET'),
        await ask('http://tasks.${names.control(shop.stack)}:7000/status', 'GET'),
      ]));
    `);
    assert.deepEqual(answers, [url, url, 200, 200, 404, 200, 404, 404, 404, 404, 0]);
  });

  it('reach streaming SDKs through the edge: OFREP, Unleash and flagd see a switch, with the token where one is needed', async () => {
    await set('off');
    const { token } = JSON.parse(
      (await must(shop.cli('flags', 'token', 'dev', '--require', '--json'))).stdout,
    ) as {
      token: string;
    };
    const seen = inSlot(`
      import { connect } from 'node:http2';
      const { TIDEGATE_FLAGS_URL: url, FLAGD_HOST, FLAGD_SYNC_PORT } = process.env;
      const headers = { authorization: 'Bearer ${token}' };
      const until = async (chunks, text) => {
        let all = '';
        for await (const chunk of chunks) if (text.test((all += Buffer.from(chunk)))) return;
      };
      let refused;
      for (let tries = 0; tries < 100 && refused !== 401; tries += 1)
        refused = (await fetch(url + '/api/client/features')).status;
      const bulk = await (await fetch(url + '/ofrep/v1/evaluate/flags', { method: 'POST', body: '{}', headers })).json();
      const ofrep = await fetch(url + bulk.eventStreams[0].endpoint.requestUri);
      const unleash = await fetch(url + '/api/client/streaming', { headers });
      const flagd = connect('http://' + FLAGD_HOST + ':' + FLAGD_SYNC_PORT).request({
        ...headers, ':method': 'POST', ':path': '/flagd.sync.v1.FlagSyncService/SyncFlags', 'content-type': 'application/grpc',
      });
      flagd.end(Buffer.alloc(5));
      await Promise.all([
        until(ofrep.body, /refetch[^]*refetch/), until(unleash.body, /"enabled":true/), until(flagd, /"defaultVariant":"on"/),
      ]);
      console.log(JSON.stringify([refused, 'seen']));
      process.exit(0);
    `);
    // Until each of them has seen one, however long it takes them to connect.
    const connected = { ended: false };
    void seen.finally(() => (connected.ended = true));
    while (!connected.ended) {
      await set('on');
      await Promise.race([seen, delay(500)]);
      await set('off');
    }
    assert.deepEqual(await seen, [401, 'seen']);
    await must(shop.cli('flags', 'token', 'dev', '--open'));
  });

  it('stay on when control is killed, and are served again by the next one', async () => {
    await set('on');
    await pagesSay(/This week delivery is free/);
    const load = shop.load({ connections: 2, ratePerSecond: 50 });
    const control = names.control(shop.stack);
    const killed = await runningContainer(shop, control);
    await shop.test.docker.getContainer(killed).kill({ signal: 'SIGKILL' });
    await eventually(async () => assert.notEqual(await runningContainer(shop, control), killed), {
      withinMs: 60_000,
    });
    for (let look = 0; look < 10; look += 1) {
      assert.match(await page(), /This week delivery is free/);
      await delay(100);
    }
    const off = await set('off');
    assert.deepEqual([off.outcome, off.controls], ['done', 1]);
    await eventually(async () => assert.doesNotMatch(await page(), /delivery is free/));
    await load.stop();
    noFailure(load);
  });

  it('are refused by name when no release knows them', async () => {
    const run = await shop.cli('flags', 'on', 'dev', 'free-delivry');
    assert.equal(run.code, 2);
    assert.match(run.stderr, /flags\.unknown: .*"free-delivry"/);
    assert.match(run.stderr, /Did you mean "free-delivery"\?/);
  });

  it('come with a commit that changes nothing else, without touching a task', async () => {
    await must(shop.cli('deploy', 'dev', 'v1.1.0'));
    const before = await tasks();
    await set('on');
    const flags = 'version: 1\nflags:\n  new-basket: { description: The new basket, default: on }\n';
    await addTag(shop.folder, { from: 'v1.1.0', tag: 'flags-only', edit: { 'flags.yaml': () => flags } });
    const { stdout } = await must(shop.cli('deploy', 'dev', 'flags-only', '--json'));
    const result = JSON.parse(stdout) as RolloutResult;
    assert.deepEqual([result.outcome, result.rollout], ['done', null]);
    assert.deepEqual(
      (await list()).flags.map(({ key: name, value, state, defined }) => [name, value, state, defined]),
      [
        ['new-basket', true, null, true],
        [key, false, 'on', false],
      ],
    );
    await eventually(async () => assert.doesNotMatch(await page(), /delivery is free/));
    assert.deepEqual(await tasks(), before);
  });

  it('come back with a rollback, switched as they were', async () => {
    await must(shop.cli('rollback', 'dev', 'v1.0.0'));
    assert.deepEqual(
      (await list()).flags.map(({ key: name, value, state }) => [name, value, state]),
      [[key, true, 'on']],
    );
    await pagesSay(/This week delivery is free/);
    await must(shop.cli('rollback', 'dev', 'v1.1.0'));
  });

  it('come back as they were when the release was live, where that is asked, and a switch is undone', async () => {
    await set('off');
    const plan = await must(shop.cli('rollback', 'dev', 'v1.0.0', '--dry-run'));
    assert.match(plan.stdout, /with --with-flags: free-delivery off -> on/);
    const back = await must(shop.cli('rollback', 'dev', 'v1.0.0', '--with-flags', '--json'));
    assert.deepEqual((JSON.parse(back.stdout) as RolloutResult).flags?.changed, [
      { key, from: { state: 'off', share: null }, to: { state: 'on', share: null } },
    ]);
    await pagesSay(/This week delivery is free/);
    await must(shop.cli('flags', 'undo', 'dev', key));
    await eventually(async () => assert.doesNotMatch(await page(), /delivery is free/));
    await must(shop.cli('flags', 'undo', 'dev', key));
    assert.match((await must(shop.cli('flags', 'history', 'dev', key))).stdout, /undoes change \d+ by/);
    await must(shop.cli('flags', 'apply', 'dev', key));
    assert.deepEqual(
      (await list()).flags.map(({ state }) => state),
      [null],
    );
    await eventually(async () => assert.doesNotMatch(await page(), /delivery is free/));
  });

  /** Runs a program in a container of the live slot; gives the JSON it prints. */
  async function inSlot(program: string): Promise<unknown> {
    const { routes } = (await shop.ledger.routes.read()).value;
    const slot = `${shop.stack}_web-${routes['web']?.active ?? ''}`;
    const told = await programIn(shop, await runningContainer(shop, slot), program);
    const [json] = /\[.*\]/.exec(told) ?? [];
    assert.ok(json !== undefined, `the program printed: ${told}`);
    return JSON.parse(json);
  }
});
