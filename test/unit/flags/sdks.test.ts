/** SDKs of others as they come from npm, against a control that listens: evaluate, see a switch, outlive control. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FlagdProvider } from '@openfeature/flagd-provider';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature, ProviderEvents, type Client } from '@openfeature/server-sdk';
import {
  OpenFeature as WebOpenFeature,
  ProviderEvents as WebEvents,
  type Provider as WebProvider,
} from '@openfeature/web-sdk';
import { initialize, type Unleash } from 'unleash-client';
import { EventSource } from 'unleash-client/lib/event-source.js';
import { UnleashClient } from 'unleash-proxy-client';
import { eventually } from '../../support/eventually.ts';
import {
  checkout,
  flag,
  live,
  openFlagsEnvironment,
  type FlagsEnvironment,
  type RunningControl,
} from './environment.ts';
import { killControl } from './restart.ts';

const key = 'new-basket';
const user = { targetingKey: 'ann', plan: 'pro' };

describe('flags over the SDKs of others', function () {
  this.timeout(30_000);
  let env: FlagsEnvironment;
  let control: RunningControl;

  beforeEach(async () => {
    env = await openFlagsEnvironment();
    await env.routes(live(await env.release([flag(key), checkout])));
    control = await env.control('t1');
  });
  afterEach(() => env.close());

  const set = (on: boolean): Promise<unknown> => env.ask('flags.set', { key, on });

  /** Ends control; gives back how to start the next one at the same addresses. */
  async function endControl(): Promise<() => Promise<void>> {
    const start = await killControl(env, control);
    return async () => {
      control = await start();
    };
  }

  describe("flagd's provider in process", () => {
    let client: Client;
    beforeEach(async () => {
      const { flagd: port } = control.ports;
      const provider = new FlagdProvider({ host: '127.0.0.1', port, resolverType: 'in-process' });
      await OpenFeature.setProviderAndWait('flagd', provider);
      client = OpenFeature.getClient('flagd');
    });
    afterEach(() => OpenFeature.close());

    it('evaluates rules by itself, and sees a switch', async () => {
      assert.equal(await client.getBooleanValue(key, true), false);
      const details = await client.getStringDetails('checkout', 'none', user);
      assert.deepEqual(
        [details.value, details.variant, details.reason],
        ['two-pages', 'quick', 'TARGETING_MATCH'],
      );
      const changed = new Promise((resolve) =>
        client.addHandler(ProviderEvents.ConfigurationChanged, resolve),
      );
      await set(true);
      await changed;
      assert.equal(await client.getBooleanValue(key, false), true);
    });

    it('goes on with the last values while there is no control, and has the next one', async () => {
      await set(true);
      await eventually(async () => assert.equal(await client.getBooleanValue(key, false), true));
      const start = await endControl();
      assert.equal(await client.getBooleanValue(key, false), true);
      await start();
      await set(false);
      await eventually(async () => assert.equal(await client.getBooleanValue(key, true), false), {
        withinMs: 15_000,
      });
    });
  });

  describe("Unleash's client", () => {
    let folder: string;
    let client: Unleash;
    beforeEach(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), 'tg-unleash-'));
    });
    afterEach(async () => {
      client.destroy();
      await rm(folder, { recursive: true, force: true });
    });

    async function open(mode: 'polling' | 'streaming'): Promise<void> {
      client = initialize({
        url: `${control.url}/api`,
        appName: `shop-${mode}`,
        customHeaders: { Authorization: 'none' },
        refreshInterval: 100,
        disableMetrics: true,
        backupPath: folder,
        experimentalMode: mode === 'polling' ? { type: 'polling', format: 'full' } : { type: 'streaming' },
      });
      client.on('error', () => undefined);
      client.on('warn', () => undefined);
      await once(client, 'synchronized');
    }

    for (const mode of ['polling', 'streaming'] as const)
      it(`evaluates rules by itself, sees a switch, and outlives control: ${mode}`, async () => {
        await env.ledger.keys.changeSdkAccess(() => ({ token: 'none' }));
        await control.control.flags.refresh();
        await open(mode);
        assert.equal(client.isEnabled(key), false);
        const variant = client.getVariant('checkout', { userId: 'ann', properties: { plan: 'pro' } });
        assert.deepEqual([variant.name, variant.payload?.value], ['quick', 'two-pages']);
        await set(true);
        await eventually(() => assert.equal(client.isEnabled(key), true));
        const start = await endControl();
        assert.equal(client.isEnabled(key), true);
        await start();
        await set(false);
        await eventually(() => assert.equal(client.isEnabled(key), false), { withinMs: 15_000 });
      });
  });

  it("Unleash's proxy client is told who gets what, and sees a switch", async () => {
    const client = new UnleashClient({
      url: `${control.url}/api/frontend`,
      clientKey: 'none',
      appName: 'page',
      refreshInterval: 0.1,
      disableMetrics: true,
      context: { userId: 'ann', properties: { plan: 'pro' } },
    });
    await env.ledger.keys.changeSdkAccess(() => ({ token: 'none' }));
    await control.control.flags.refresh();
    client.on('error', () => undefined);
    await client.start();
    try {
      assert.equal(client.isEnabled(key), false);
      assert.deepEqual(client.getVariant('checkout').payload, { type: 'string', value: 'two-pages' });
      await set(true);
      await eventually(() => assert.equal(client.isEnabled(key), true));
      const start = await endControl();
      assert.equal(client.isEnabled(key), true);
      await start();
      await set(false);
      await eventually(() => assert.equal(client.isEnabled(key), false), { withinMs: 15_000 });
    } finally {
      client.stop();
    }
  });

  it('OFREP on a server keeps nothing: it has its own default while there is no control, and the next one at once', async () => {
    await OpenFeature.setProviderAndWait('ofrep', new OFREPProvider({ baseUrl: control.url }));
    const client = OpenFeature.getClient('ofrep');
    try {
      const details = await client.getStringDetails('checkout', 'none', user);
      assert.deepEqual([details.value, details.variant], ['two-pages', 'quick']);
      await set(true);
      assert.equal(await client.getBooleanValue(key, false), true);
      const start = await endControl();
      for (const own of [true, false]) {
        const { value, reason, errorCode } = await client.getBooleanDetails(key, own);
        assert.deepEqual([value, reason, errorCode], [own, 'ERROR', 'GENERAL']);
      }
      await start();
      assert.equal(await client.getBooleanValue(key, false), true);
      await set(false);
      assert.equal(await client.getBooleanValue(key, true), false);
    } finally {
      await OpenFeature.close();
    }
  });

  it("OpenFeature's web SDK is told of a switch by the stream, needs no polling, and outlives control", async () => {
    Object.assign(globalThis, { EventSource: EventSource as unknown });
    const provider = new OFREPWebProvider({ baseUrl: control.url, pollInterval: -1 });
    await WebOpenFeature.setContext(user);
    // Their types do not agree where optional means "perhaps undefined".
    await WebOpenFeature.setProviderAndWait(provider as WebProvider);
    try {
      const client = WebOpenFeature.getClient();
      assert.equal(client.getBooleanValue(key, true), false);
      assert.equal(client.getStringValue('checkout', 'none'), 'two-pages');
      const changed = new Promise((resolve) => client.addHandler(WebEvents.ConfigurationChanged, resolve));
      await set(true);
      await changed;
      assert.equal(client.getBooleanValue(key, false), true);
      const stale = new Promise((resolve) => client.addHandler(WebEvents.Stale, resolve));
      const start = await endControl();
      await stale;
      assert.equal(client.getBooleanValue(key, false), true);
      await start();
      await set(false);
      await eventually(() => assert.equal(client.getBooleanValue(key, true), false), { withinMs: 15_000 });
    } finally {
      await WebOpenFeature.close();
    }
  });
});
