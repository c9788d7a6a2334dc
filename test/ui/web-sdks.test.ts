/** The SDKs of pages, unmodified, in a real browser: a page of an application that hands their requests on to control. */
import assert from 'node:assert/strict';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../scripts/editor/browser.ts';
import { ensureBrowser } from '../../scripts/editor/place.ts';
import { eventually } from '../support/eventually.ts';
import {
  checkout,
  flag,
  live,
  openFlagsEnvironment,
  type FlagsEnvironment,
  type RunningControl,
} from '../unit/flags/environment.ts';
import { killControl } from '../unit/flags/restart.ts';

const root = path.resolve(import.meta.dirname, '../..');
const key = 'new-basket';

/** What the page runs. Each SDK writes what it has now into an element of its own. */
const script = `
  import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk';
  import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
  import { UnleashClient } from 'unleash-proxy-client';

  const tell = (id, values) => (document.getElementById(id).textContent = values.join(' '));

  async function openFeature() {
    await OpenFeature.setContext({ targetingKey: 'ann', plan: 'pro' });
    const client = OpenFeature.getClient();
    const show = () => tell('openfeature', [client.getBooleanValue('${key}', false), client.getStringValue('checkout', 'none')]);
    client.addHandler(ProviderEvents.ConfigurationChanged, show);
    // Without polling: what it learns of a switch it is told by the stream.
    await OpenFeature.setProviderAndWait(new OFREPWebProvider({ baseUrl: location.origin, pollInterval: -1 }));
    show();
  }

  async function unleash() {
    const client = new UnleashClient({
      url: location.origin + '/api/frontend', clientKey: 'none', appName: 'page', refreshInterval: 0.2, disableMetrics: true,
      context: { userId: 'ann', properties: { plan: 'pro' } },
    });
    const show = () => tell('unleash', [client.isEnabled('${key}'), client.getVariant('checkout').payload?.value ?? 'none']);
    client.on('update', show);
    client.on('error', () => undefined);
    await client.start();
    show();
  }

  Promise.all([openFeature(), unleash()]).catch((error) => (document.title = 'failed: ' + error));
`;
const html = `<!doctype html><title>page</title><p id="openfeature"></p><p id="unleash"></p><script src="/page.js"></script>`;

async function bundledScript(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: root },
    write: false,
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    logLevel: 'warning',
  });
  return outputFiles[0]?.text ?? '';
}

/** The application: its page, and the way to `control` on one origin. Without control it answers 503, as an edge does. */
async function openApplication(control: () => string): Promise<Server> {
  const javascript = await bundledScript();
  const answer = (response: ServerResponse, type: string, text: string): void => {
    response.writeHead(200, { 'content-type': type }).end(text);
  };
  const server = createServer((asked, response) => {
    const { pathname } = new URL(asked.url ?? '/', 'http://page');
    if (pathname === '/') answer(response, 'text/html', html);
    else if (pathname === '/page.js') answer(response, 'text/javascript', javascript);
    else handOn(`${control()}${asked.url ?? ''}`, asked, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function handOn(url: string, asked: IncomingMessage, response: ServerResponse): void {
  const { method = 'GET', headers } = asked;
  const onward = request(url, { method, headers, agent: false }, (answered) => {
    response.writeHead(answered.statusCode ?? 502, answered.headers);
    answered.on('error', () => response.destroy());
    answered.pipe(response);
  });
  onward.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(503).end();
  });
  response.on('close', () => onward.destroy());
  asked.pipe(onward);
}

describe('flags in a browser, by the SDKs of pages', function () {
  this.timeout(60_000);
  let env: FlagsEnvironment;
  let control: RunningControl;
  let application: Server;
  let browser: Browser;
  let page: Page;

  before(async () => {
    env = await openFlagsEnvironment();
    await env.routes(live(await env.release([flag(key), checkout])));
    control = await env.control('t1');
    // The SDK of Unleash always sends a token.
    await env.ledger.keys.changeSdkAccess(() => ({ token: 'none' }));
    await control.control.flags.refresh();
    application = await openApplication(() => control.url);
    const consent = (): Promise<void> => Promise.resolve();
    browser = await openBrowser({ browser: await ensureBrowser({ consent, say: console.log }) });
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(application.address() as AddressInfo).port}/`);
  });
  after(async () => {
    await browser.close();
    application.closeAllConnections();
    application.close();
    await env.close();
  });

  const set = (on: boolean): Promise<unknown> => env.ask('flags.set', { key, on });

  async function says(on: boolean): Promise<void> {
    assert.equal(await page.title(), 'page');
    for (const sdk of ['openfeature', 'unleash'])
      assert.equal(await page.locator(`#${sdk}`).textContent(), `${on} two-pages`, sdk);
  }

  it('have what the rules give the user, and change with a switch', async () => {
    await eventually(() => says(false));
    await set(true);
    await eventually(() => says(true));
    await set(false);
    await eventually(() => says(false));
  });

  it('stay as they are while there is no control, and follow the next one', async () => {
    await set(true);
    await eventually(() => says(true));
    const start = await killControl(env, control);
    // Both notice: the stream is cut, and the other one asks five times a second.
    await page.waitForResponse((response) => response.status() === 503);
    await says(true);
    control = await start();
    await set(false);
    await eventually(() => says(false));
  });
});
