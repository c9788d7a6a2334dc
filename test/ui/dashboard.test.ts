import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser } from '../../scripts/editor/browser.ts';
import { extensionFile } from '../../scripts/editor/package.ts';
import { editorFolder, ensureEditor } from '../../scripts/editor/place.ts';
import { startEditor, type RunningEditor } from '../../scripts/editor/server.ts';
import { addTag, rollout } from '../integration/release/commits.ts';
import type { Load } from '../support/load.ts';
import { must, openShop, type Shop } from '../support/shop.ts';
import { Workbench } from './workbench.ts';

const root = path.resolve(import.meta.dirname, '../..');
const say = (line: string): void => console.log(`      ${line}`);
const patience = { timeout: 40_000 };

/** One story, told in order: each step stands on the one before. */
describe('the dashboard of the shop, under load', () => {
  let shop: Shop;
  let editor: RunningEditor;
  let browser: Browser;
  let workbench: Workbench;
  let load: Load;
  /** From a terminal: the dashboard shows what others do as well. */
  let deploying: ReturnType<Shop['cli']>;

  before(async function () {
    this.timeout(240_000);
    const program = await ensureEditor({ root, consent: () => Promise.resolve(), say });
    const vsix = await extensionFile(root);
    shop = await openShop({ about: 'board', replicas: 1 });
    await addTag(shop.folder, {
      ...{ from: 'v1.1.0', tag: 'v1.1.1' },
      edit: { 'tidegate.yaml': rollout('steps: [25%], hold: 5m, deadline: 1m, drain: 2s, keepWarm: 10m') },
    });
    const env = { PATH: process.env['PATH'], DOCKER_HOST: shop.test.host };
    [editor] = await Promise.all([
      startEditor({ editor: program, workspace: shop.folder, vsix, env }),
      must(shop.cli('deploy', 'dev', 'v1.0.0')),
    ]);
    load = shop.load({ connections: 4, ratePerSecond: 40 });
    browser = await openBrowser(program);
    const url = `http://${editor.authority}/?folder=${encodeURIComponent(shop.folder)}`;
    workbench = await Workbench.open(browser, url, path.join(editorFolder(root), 'pictures'));
  });

  after(async function () {
    this.timeout(60_000);
    await browser.close();
    await endAgent(editor.runtime);
    await editor.stop();
    await shop.close();
  });

  afterEach(async function () {
    await workbench.tellIfFailed(this.currentTest);
  });

  /** What stands above a chart: `blue v1.0.0: 40/s`. */
  const legend = (metric: string, text: RegExp): Locator =>
    workbench.webview().locator(`[data-metric=${metric}] .legend`).filter({ hasText: text });
  const press = (name: string): Promise<void> =>
    workbench.webview().locator('vscode-button').filter({ hasText: name }).click(patience);

  async function paint(theme: string): Promise<void> {
    await mkdir(path.join(shop.folder, '.vscode'), { recursive: true });
    await writeFile(
      path.join(shop.folder, '.vscode/settings.json'),
      JSON.stringify({ 'workbench.colorTheme': theme }),
    );
  }

  it('opens from the palette, and shows what the edge counts', async () => {
    await workbench.showTidegate();
    await workbench.command('Open Dashboard');
    await legend('share', /blue v1\.0\.0: 100 %/).waitFor(patience);
    await legend('perSecond', /blue v1\.0\.0: (3\d|4\d)(\.\d)?\/s/).waitFor(patience);
    await legend('errors', /blue v1\.0\.0: 0 %/).waitFor(patience);
    await legend('latency', /blue v1\.0\.0: \d+ ms/).waitFor(patience);
  });

  it('shows the two slots of a canary side by side, its step, and the same as a table', async () => {
    deploying = shop.cli('deploy', 'dev', 'v1.1.1');
    const step = workbench.webview().locator('.steps [aria-current=step]');
    await step.filter({ hasText: 'Canary' }).waitFor(patience);
    await legend('share', /green v1\.1\.1: (1|2|3)\d %/).waitFor(patience);
    await workbench
      .webview()
      .locator('.marks')
      .filter({ hasText: 'beside the version that is live' })
      .waitFor(patience);
    await workbench.webview().locator('[data-metric=share] summary').press('Enter');
    await workbench.webview().locator('[data-metric=share] tbody tr').nth(2).waitFor(patience);
    await workbench.picture('dashboard dark');
  });

  it('can be read in a light theme and in high contrast', async () => {
    await paint('Default Light Modern');
    await workbench.webview().locator('body.vscode-light').waitFor(patience);
    await workbench.picture('dashboard light');
    await paint('Default High Contrast');
    await workbench.webview().locator('body.vscode-high-contrast').waitFor(patience);
    await workbench.picture('dashboard high contrast');
    await paint('Default Dark Modern');
  });

  it('gives the new version all traffic when Promote is pressed', async () => {
    await press('Promote');
    await legend('share', /green v1\.1\.1: 100 %/).waitFor(patience);
    await must(deploying);
    await workbench.webview().locator('.marks').filter({ hasText: 'all traffic' }).waitFor(patience);
    await workbench.picture('dashboard promoted');
  });

  it('is there again when the window is loaded again, with what was before', async () => {
    await workbench.page.reload();
    await legend('share', /green v1\.1\.1: 100 %/).waitFor(patience);
    const cells = workbench.webview().locator('[data-metric=share] tbody td');
    await workbench.webview().locator('[data-metric=share] summary').click(patience);
    await cells
      .filter({ hasText: /^[1-8]\d %$/ })
      .first()
      .waitFor(patience);
    await workbench.picture('dashboard reloaded');
  });

  it('goes back when Roll Back is pressed, and no request was lost in all this', async () => {
    await press('Roll Back');
    await legend('share', /blue v1\.0\.0: 100 %/).waitFor(patience);
    const { failed, failures } = await load.stop();
    assert.equal(failed, 0, failures.join('; '));
  });
});

/** It outlives its editor; nobody else would end it before its time. */
async function endAgent(runtime: string): Promise<void> {
  const text = await readFile(path.join(runtime, 'tidegate', 'agent.json'), 'utf8').catch(() => undefined);
  if (text !== undefined) process.kill((JSON.parse(text) as { pid: number }).pid, 'SIGTERM');
}
