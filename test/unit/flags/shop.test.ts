/** The sample shop in front of a real control, with each of the SDKs that one environment variable chooses. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { readFlagsFile } from '../../../agent/flags/file/flags-file.ts';
import { eventually } from '../../support/eventually.ts';
import { live, openFlagsEnvironment, type FlagsEnvironment, type RunningControl } from './environment.ts';
import { killControl } from './restart.ts';

interface Flags {
  readonly first: Promise<void>;
}

interface Shop {
  readonly ready: Promise<void>;
  listen(port: number, ready: () => void): void;
  port(): number;
  stop(): Promise<void>;
}

const folder = path.resolve(import.meta.dirname, '../../../examples/shop');
const moduleOf = (file: string): Promise<unknown> => import(pathToFileURL(path.join(folder, file)).href);
const key = 'free-delivery';

async function openShop(sdk: string, { url, ports }: RunningControl): Promise<Shop> {
  const { openFlags } = (await moduleOf('src/flags.js')) as {
    openFlags: (env: Readonly<Record<string, string>>) => Flags;
  };
  const { createShop } = (await moduleOf('src/server.js')) as { createShop: (options: object) => Shop };
  // As every task is given them, at the addresses of this control.
  const flags = openFlags({
    FLAGS_SDK: sdk,
    OFREP_ENDPOINT: url,
    FLAGD_HOST: '127.0.0.1',
    FLAGD_SYNC_PORT: String(ports.flagd),
    TIDEGATE_UNLEASH_URL: `${url}/api`,
  });
  const shop = createShop({ instance: 'test', flags });
  await shop.ready;
  await new Promise<void>((resolve) => shop.listen(0, resolve));
  return shop;
}

for (const sdk of ['none', 'ofrep', 'flagd', 'unleash'])
  describe(`the sample shop and a control, FLAGS_SDK=${sdk}`, function () {
    this.timeout(30_000);
    let env: FlagsEnvironment;
    let control: RunningControl;
    let shop: Shop | undefined;

    before(async () => {
      env = await openFlagsEnvironment();
      const file = await readFile(path.join(folder, 'flags.yaml'), 'utf8');
      const { flags, problems } = readFlagsFile('flags.yaml', file, 'dev');
      assert.deepEqual(problems, []);
      await env.routes(live(await env.release(flags)));
      control = await env.control('t1');
    });
    afterEach(async () => {
      await shop?.stop();
      shop = undefined;
    });
    after(() => env.close());

    const set = (on: boolean): Promise<unknown> => env.ask('flags.set', { key, on });
    const page = async (): Promise<Response> => fetch(`http://127.0.0.1:${shop?.port() ?? 0}/`);

    async function says(on: boolean): Promise<void> {
      const answer = await page();
      assert.equal(answer.headers.get('x-shop-free-delivery'), on ? 'on' : 'off');
      assert.equal(/This week delivery is free/.test(await answer.text()), on);
    }

    it('agree on the page: it changes when the flag is switched, stays without control, and follows the next one', async () => {
      shop = await openShop(sdk, control);
      await says(false);
      for (const on of [true, false, true]) {
        await set(on);
        await eventually(() => says(on));
      }
      const start = await killControl(env, control);
      for (let look = 0; look < 10; look += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        await says(true);
      }
      control = await start();
      await set(false);
      await eventually(() => says(false));
    });

    it('begin with the page as it is while a flag is on, from the first visit', async () => {
      await set(true);
      shop = await openShop(sdk, control);
      await says(true);
      await set(false);
    });

    it('agree in the end where control comes later than the shop: until then everything is off', async () => {
      await set(true);
      const start = await killControl(env, control);
      shop = await openShop(sdk, control);
      await says(false);
      control = await start();
      await eventually(() => says(true));
      await set(false);
      await eventually(() => says(false));
    });
  });
