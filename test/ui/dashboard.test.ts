import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { addTag, rollout } from '../integration/release/commits.ts';
import type { Load } from '../support/load.ts';
import { eventually } from '../support/eventually.ts';
import { must, openShop, type Shop } from '../support/shop.ts';
import { uiStage, type Stage } from './stage.ts';
import type { Workbench } from './workbench.ts';

const patience = { timeout: 40_000 };

const themes = [
  { theme: 'Default Light Modern', kind: 'light', body: 'vscode-light' },
  { theme: 'Default High Contrast', kind: 'high contrast dark', body: 'vscode-high-contrast' },
  {
    theme: 'Default High Contrast Light',
    kind: 'high contrast light',
    body: 'vscode-high-contrast-light',
  },
] as const;

/** One story, told in order: each step stands on the one before. */
describe('the dashboard of the shop, under load', function () {
  this.bail(true);
  let shop: Shop;
  let stage: Stage;
  let workbench: Workbench;
  let load: Load;
  /** From a terminal: the dashboard shows what others do as well. */
  let deploying: ReturnType<Shop['cli']>;

  before(async function () {
    this.timeout(240_000);
    shop = await openShop({ about: 'board', replicas: 1 });
    await addTag(shop.folder, {
      ...{ from: 'v1.1.0', tag: 'v1.1.1' },
      edit: { 'tidegate.yaml': rollout('steps: [25%], hold: 5m, deadline: 1m, drain: 2s, keepWarm: 10m') },
    });
    [stage] = await Promise.all([uiStage(), must(shop.cli('deploy', 'dev', 'v1.0.0'))]);
    load = shop.load({ connections: 4, ratePerSecond: 40 });
    workbench = await stage.open(shop.folder);
  });

  after(async function () {
    this.timeout(60_000);
    await workbench.close();
    shop.leave();
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
    const settings = JSON.stringify({ 'workbench.colorTheme': theme });
    await writeFile(path.join(shop.folder, '.vscode/settings.json'), settings);
  }

  async function inOtherThemes(name: string): Promise<void> {
    for (const { theme, kind, body } of themes) {
      await paint(theme);
      await workbench.theme(kind);
      await workbench.webview().locator(`body.${body}`).waitFor(patience);
      await workbench.picture(`dashboard ${name} ${kind}`);
    }
    await paint('Default Dark Modern');
    await workbench.theme('dark');
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

  it('fits where there is room for a quarter of it, as at 400 % zoom', async () => {
    const { page } = workbench;
    await page.keyboard.press('Control+B');
    await page.setViewportSize({ width: 360, height: 760 });
    const main = workbench.webview().locator('main');
    await eventually(async () => assert.ok(((await main.boundingBox())?.width ?? 0) < 320, 'it is narrow'));
    const width: unknown = await main.evaluate('document.documentElement.scrollWidth');
    assert.ok(Number(width) <= 320, `one would have to scroll sideways: ${String(width)}`);
    await workbench.picture('dashboard narrow');
    await page.setViewportSize({ width: 1180, height: 760 });
    await page.keyboard.press('Control+B');
  });

  it('can be read in a light theme and in both of high contrast, as can the side bar', async () => {
    await inOtherThemes('canary');
  });

  it('gives the new version all traffic when Promote is pressed', async () => {
    await press('Promote');
    await legend('share', /green v1\.1\.1: 100 %/).waitFor(patience);
    await must(deploying);
    await workbench.webview().locator('.marks').filter({ hasText: 'all traffic' }).waitFor(patience);
    await workbench.waitForRow(/blue.*v1\.0\.0.*warm/s);
    await workbench.picture('dashboard promoted');
    await inOtherThemes('promoted');
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

  it('goes back when Roll Back is pressed with a key, and no request was lost in all this', async () => {
    await workbench
      .webview()
      .locator('vscode-button')
      .filter({ hasText: 'Roll Back' })
      .press('Enter', patience);
    await legend('share', /blue v1\.0\.0: 100 %/).waitFor(patience);
    const { failed, failures } = await load.stop();
    assert.equal(failed, 0, failures.join('; '));
  });
});
