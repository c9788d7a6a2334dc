/** Counts of real controls that listen, asked for by an agent through the ledger. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { initialize } from 'unleash-client';
import { UnleashClient } from 'unleash-proxy-client';
import { systemClock, type Clock } from '../../../agent/common/clock.ts';
import { hasCode } from '../../../agent/common/errors.ts';
import { names } from '../../../agent/common/names.ts';
import type { CountedFlag, FlagCountsResult } from '../../../agent/protocol/flag-counts.ts';
import { eventually } from '../../support/eventually.ts';
import { stack } from '../ledger/samples.ts';
import { flag, live, openFlagsEnvironment, type FlagsEnvironment } from './environment.ts';

/** The agent's seconds pass fifty times as fast: what it waits for too long is over soon. */
const hurriedClock: Clock = {
  now: () => systemClock.now(),
  monotonic: () => systemClock.monotonic() * 50,
  sleep: (ms, signal) => systemClock.sleep(ms / 50, signal),
};

describe('counts of evaluations', () => {
  let env: FlagsEnvironment;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'tg-counts-'));
  });
  after(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    env = await openFlagsEnvironment();
    await env.routes(live(await env.release([flag('a'), flag('b', { default: true })])));
  });
  afterEach(() => env.close());

  const counts = (key: string | null = null): Promise<FlagCountsResult> => env.ask('flags.counts', { key });
  const one = async (key: string): Promise<CountedFlag> => {
    const [found] = (await counts(key)).flags;
    assert.ok(found, `${key} is listed`);
    return found;
  };
  const post = (url: string, path: string, body: unknown = {}): Promise<number> =>
    fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) }).then(async (response) => {
      await response.arrayBuffer();
      return response.status;
    });

  it('are the sum over all controls, with flags that nobody has asked for', async () => {
    const controls = [await env.control('t1'), await env.control('t2')];
    for (const { url } of controls) await post(url, '/ofrep/v1/evaluate/flags/b');
    await post(controls[0]?.url ?? '', '/ofrep/v1/evaluate/flags');
    await post(controls[0]?.url ?? '', '/ofrep/v1/evaluate/flags/nobodys');
    const result = await counts();
    assert.deepEqual([result.controls, result.missing, result.unknown.total], [2, [], 1]);
    assert.deepEqual(
      result.flags.map(({ key, askedAt, variants }) => [
        key,
        askedAt !== null,
        variants.map(({ variant, asked, given }) => `${variant} ${asked.hour} ${given.day}`),
      ]),
      [
        ['a', false, ['on 0 0', 'off 0 1']],
        ['b', true, ['on 2 1', 'off 0 0']],
      ],
    );
  });

  it('leave nothing behind in the ledger, and write nothing while nobody asks', async () => {
    const { url } = await env.control('t1');
    await post(url, '/ofrep/v1/evaluate/flags/a');
    assert.equal(await env.ledger.flagCounts.find(), undefined);
    await Promise.all([counts(), counts()]);
    assert.deepEqual(await env.ledger.flagCounts.find(), { asks: [], answers: new Map() });
  });

  it('are what the SDKs of others tell of themselves, with who they are', async () => {
    await env.ledger.keys.changeSdkAccess(() => ({ token: 'none' }));
    const { url } = await env.control('t1');
    const server = initialize({
      ...{
        url: `${url}/api`,
        appName: 'shop',
        refreshInterval: 60_000,
        customHeaders: { Authorization: 'none' },
      },
      ...{ metricsInterval: 60_000, metricsJitter: 0, backupPath: folder },
    });
    server.on('error', assert.ifError);
    await once(server, 'synchronized');
    for (const context of [{ userId: 'ann' }, { userId: 'ben' }]) server.isEnabled('b', context);
    server.isEnabled('a');
    await server.flushMetrics();
    const page = new UnleashClient({
      ...{ url: `${url}/api/frontend`, clientKey: 'none', appName: 'page', refreshInterval: 0 },
      // Else it begins to tell in two seconds, stopped or not, and never ends.
      ...{ metricsInterval: 60, metricsIntervalInitial: 0 },
    });
    await page.start();
    page.isEnabled('b');
    await page.sendMetrics();
    server.destroy();
    page.stop();
    const { flags, sdks } = await counts();
    assert.deepEqual(
      flags.map(({ variants }) => variants.map(({ variant, ways }) => [variant, ways])),
      [
        [
          ['on', {}],
          ['off', { unleash: 1, 'unleash-frontend-all': 1 }],
        ],
        [
          ['on', { unleash: 2, 'unleash-frontend': 1, 'unleash-frontend-all': 1 }],
          ['off', {}],
        ],
      ],
    );
    assert.deepEqual(
      sdks.map(({ app, instances }) => [app, instances]),
      [
        ['page', 1],
        ['shop', 1],
      ],
    );
    assert.ok(
      sdks.every(({ sdk }) => sdk?.startsWith('unleash-')),
      `which SDK: ${JSON.stringify(sdks)}`,
    );
  });

  it('tell how many clients listen for changes', async () => {
    const { url } = await env.control('t1');
    const stop = new AbortController();
    const stream = await fetch(`${url}/ofrep/v1/stream`, { signal: stop.signal });
    assert.equal((await counts()).streams.ofrep, 1);
    stop.abort();
    await stream.text().catch(() => undefined);
    await eventually(async () => assert.equal((await counts()).streams.ofrep, 0));
  });

  it('go on with a flag that is not defined any more, marked as such', async () => {
    const { control, url } = await env.control('t1');
    await post(url, '/ofrep/v1/evaluate/flags/b');
    await env.routes(live(await env.release([flag('a')])));
    await control.view.refresh();
    await control.flags.refresh();
    const gone = await one('b');
    assert.deepEqual([gone.defined, gone.variants.map(({ variant }) => variant)], [false, ['on']]);
    await assert.rejects(counts('c'), (error) => hasCode(error, 'flags.unknown'));
  });

  it('say which control has not answered, and are those of the others', async () => {
    await env.close();
    env = await openFlagsEnvironment(hurriedClock);
    await env.routes(live(await env.release([flag('a')])));
    const { url } = await env.control('t1');
    const dead = await env.control('t2');
    await dead.control.stop();
    await post(url, '/ofrep/v1/evaluate/flags/a');
    const { controls, missing, flags } = await counts();
    assert.deepEqual([controls, missing.length, flags[0]?.variants[1]?.asked.total], [1, 1, 1]);
    assert.match(missing[0] ?? '', /^control t2 has not answered/);
    assert.deepEqual((await env.ledger.flagCounts.find())?.asks, []);
  });

  it('are asked for by an agent that died without harm: control forgets it with the next one', async () => {
    await env.control('t1');
    await env.ledger.flagCounts.ask('dead');
    await eventually(async () =>
      assert.deepEqual((await env.ledger.flagCounts.find())?.answers.get('t1')?.asks, ['dead']),
    );
    assert.equal((await counts()).controls, 1);
    assert.deepEqual((await env.ledger.flagCounts.find())?.asks, ['dead']);
    const labels = (await env.cluster.view().configs.get(names.flagCounts(stack)))?.labels ?? {};
    assert.ok(
      Object.keys(labels).some((label) => label === 'ask.dead'),
      'it may still wait',
    );
  });
});
