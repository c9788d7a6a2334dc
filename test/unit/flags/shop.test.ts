import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { readFlagsFile } from '../../../agent/flags/file/flags-file.ts';
import { eventually } from '../../support/eventually.ts';
import { live, openFlagsEnvironment, type FlagsEnvironment } from './environment.ts';

interface Shop {
  readonly ready: Promise<void>;
  listen(port: number, ready: () => void): void;
  port(): number;
  stop(): Promise<void>;
}

const folder = path.resolve(import.meta.dirname, '../../../examples/shop');

describe('the sample shop and a control', () => {
  let env: FlagsEnvironment;
  let shop: Shop;
  let stopControl: () => Promise<void>;

  before(async () => {
    env = await openFlagsEnvironment();
    const file = await readFile(path.join(folder, 'flags.yaml'), 'utf8');
    const { flags, problems } = readFlagsFile('flags.yaml', file, 'dev');
    assert.deepEqual(problems, []);
    await env.routes(live(await env.release(flags)));
    const { url, control } = await env.control('t1');
    stopControl = () => control.stop();
    const module = pathToFileURL(path.join(folder, 'src/server.js')).href;
    const { createShop } = (await import(module)) as { createShop: (options: object) => Shop };
    shop = createShop({ instance: 'test', flagsUrl: url });
    await shop.ready;
    await new Promise<void>((resolve) => shop.listen(0, resolve));
  });
  after(async () => {
    await shop.stop();
    await env.close();
  });

  const says = async (): Promise<boolean> =>
    /This week delivery is free/.test(await (await fetch(`http://127.0.0.1:${shop.port()}/`)).text());

  it('agree on the page: it changes when the flag of its own flags file is switched', async () => {
    assert.equal(await says(), false);
    for (const on of [true, false, true]) {
      await env.ask('flags.set', { key: 'free-delivery', on });
      await eventually(async () => assert.equal(await says(), on));
    }
  });

  it('go on as they were when control is gone', async () => {
    await stopControl();
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.equal(await says(), true);
  });
});
