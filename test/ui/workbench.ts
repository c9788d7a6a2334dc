/** The editor's window as a person uses it: what they click, and what they read. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { tellFailure } from '../../scripts/editor/failure.ts';

const patience = { timeout: 60_000 };

export class Workbench {
  readonly page: Page;
  readonly #shots: string;

  private constructor(page: Page, shots: string) {
    this.page = page;
    this.#shots = shots;
  }

  /** `language`: of the editor, without a language pack: its own words stay English, those of extensions do not. */
  static async open(
    browser: Browser,
    url: string,
    shots: string,
    { language }: { readonly language?: string } = {},
  ): Promise<Workbench> {
    await mkdir(shots, { recursive: true });
    const context = await browser.newContext({ viewport: { width: 1180, height: 760 } });
    const page = await context.newPage();
    if (language !== undefined)
      await page.addInitScript((name) => Object.assign(globalThis, { _VSCODE_NLS_LANGUAGE: name }), language);
    await page.goto(url);
    await page.waitForSelector('.monaco-workbench', patience);
    return new Workbench(page, shots);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** `row`: one that is there when they have come. */
  async showTidegate(row: string | RegExp = 'dev'): Promise<void> {
    await this.showSideBar();
    await this.row(row).waitFor(patience);
  }

  /** Also where there is nothing to be seen in it yet. */
  async showSideBar(): Promise<void> {
    await this.page.locator('.activitybar [aria-label^="Tidegate"]').first().click(patience);
  }

  /** A row of the side bar whose label and description read like this. */
  row(text: string | RegExp): Locator {
    return this.page.locator('.sidebar [role=treeitem]').filter({ hasText: text }).first();
  }

  async waitForRow(text: string | RegExp): Promise<void> {
    await this.row(text).waitFor(patience);
  }

  welcome(text: string): Locator {
    return this.page.locator('.sidebar .welcome-view-content').filter({ hasText: text }).first();
  }

  async waitForWelcome(text: string): Promise<void> {
    await this.welcome(text).waitFor(patience);
  }

  /** The button that mends what the view says is missing. */
  async pressInWelcome(text: string, button: string): Promise<void> {
    await this.welcome(text).locator('.monaco-button', { hasText: button }).click(patience);
  }

  /** A question in the middle of the window that everything waits for. */
  dialog(text: string): Locator {
    return this.page.locator('.monaco-dialog-box').filter({ hasText: text });
  }

  async pressInDialog(text: string, button: string): Promise<void> {
    await this.dialog(text).locator('.monaco-button', { hasText: button }).click(patience);
  }

  /** In the editor's own page about it, which is open. */
  async trust(): Promise<void> {
    const page = this.page.locator('.workspace-trust-editor');
    await page.locator('.monaco-button', { hasText: /^Trust$/ }).click(patience);
  }

  /** What a browser shows beside the window after this was done. */
  async opens(act: () => Promise<void>): Promise<Page> {
    const [page] = await Promise.all([this.page.context().waitForEvent('page', patience), act()]);
    return page;
  }

  /** In the file that is open, the first place that reads like this; and saves. */
  async replaceInEditor(text: string, by: string): Promise<void> {
    const { keyboard } = this.page;
    await keyboard.press('Control+F');
    const found = this.page.locator('.find-widget.visible .matchesCount', { hasText: /^1 of/ });
    await keyboard.type(text);
    await found.waitFor(patience);
    await keyboard.press('Escape');
    await keyboard.type(by);
    await keyboard.press('Control+S');
  }

  /** What a webview shows: a rendered document, a dashboard. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  }

  /** A rendered document that reads like this. */
  async document(text: RegExp): Promise<void> {
    await this.webview().locator('body').filter({ hasText: text }).waitFor(patience);
  }

  /** An action that appears when the row is pointed at. */
  async clickInline(row: Locator, action: string): Promise<void> {
    await row.scrollIntoViewIfNeeded();
    await row.hover();
    await row.locator(`.action-label[aria-label="${action}"]`).first().click(patience);
  }

  /** By its title. The window grows until there is room for what stands beside the steps. */
  async openWalkthrough(title: string): Promise<void> {
    await this.page.setViewportSize({ width: 1600, height: 900 });
    await this.page.keyboard.press('F1');
    await this.page.keyboard.type('Welcome: Open Walkthrough');
    await this.quickRow('Open Walkthrough').click(patience);
    await this.pick(title);
  }

  /** From the command palette, by its title. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.page.locator('.quick-input-widget input').first().waitFor(patience);
    await this.page.keyboard.type(`Tidegate: ${title}`);
    await this.quickRow(title).waitFor(patience);
    await this.page.keyboard.press('Enter');
  }

  quickRow(text: string | RegExp): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();
  }

  async pick(text: string): Promise<void> {
    await this.quickRow(text).waitFor(patience);
    await this.page.keyboard.type(text);
    await this.quickRow(text).click(patience);
  }

  toast(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast').filter({ hasText: text }).first();
  }

  async waitForToast(text: string | RegExp, timeout = patience.timeout): Promise<void> {
    await this.toast(text).waitFor({ timeout });
  }

  async pressInToast(text: string, button: string): Promise<void> {
    await this.toast(text).locator('.monaco-button', { hasText: button }).first().click(patience);
  }

  /** A diff of several files is open, and one of them is this. */
  async diffOf(file: string): Promise<void> {
    const entries = this.page.locator('.multiDiffEditor, .multi-diff-editor, .multiDiffEntry');
    await entries.filter({ hasText: file }).first().waitFor(patience);
  }

  async waitForNoDiff(): Promise<void> {
    await this.page
      .locator('.multiDiffEntry')
      .first()
      .waitFor({ state: 'hidden', ...patience });
  }

  lens(text: string): Locator {
    return this.page.locator('.codelens-decoration a', { hasText: text }).first();
  }

  async clickLens(text: string): Promise<void> {
    await this.lens(text).click(patience);
  }

  async clearToasts(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page.keyboard.press('F1');
    await this.page.keyboard.type('Notifications: Clear All Notifications');
    await this.quickRow('Clear All Notifications').waitFor(patience);
    await this.page.keyboard.press('Enter');
    await this.page
      .locator('.notification-toast')
      .first()
      .waitFor({ state: 'hidden', ...patience });
  }

  /** For `afterEach`: of a test that failed, where its picture is and what the page says. */
  async tellIfFailed(
    test: { readonly state?: string | undefined; readonly title: string } | undefined,
  ): Promise<void> {
    if (test?.state !== 'failed') return;
    for (const line of await tellFailure(this.page, this.#shots, test.title)) console.log(`      ${line}`);
  }

  /** When the editor has taken it over from the browser. */
  async theme(name: 'dark' | 'light' | 'high contrast dark' | 'high contrast light'): Promise<void> {
    const kind = {
      dark: 'vs-dark',
      light: 'vs',
      'high contrast dark': 'hc-black',
      'high contrast light': 'hc-light',
    };
    await this.page.locator(`.monaco-workbench.${kind[name]}`).first().waitFor(patience);
  }

  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: path.join(this.#shots, `${name}.png`) });
  }

  /** One of the views of the side bar, by its name. */
  pane(name: string): Locator {
    const header = this.page.locator('.pane-header', { hasText: name });
    return this.page.locator('.sidebar .pane').filter({ has: header });
  }

  /** Only what stands there. */
  async pictureOf(what: Locator, name: string): Promise<void> {
    await what.screenshot({ path: path.join(this.#shots, `${name}.png`), ...patience });
  }
}
