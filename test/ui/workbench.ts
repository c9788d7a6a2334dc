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

  /** `row`: one that is there when they have come. */
  async showTidegate(row: string | RegExp = 'dev'): Promise<void> {
    await this.page.locator('.activitybar [aria-label^="Tidegate"]').first().click(patience);
    await this.row(row).waitFor(patience);
  }

  /** A row of the side bar whose label and description read like this. */
  row(text: string | RegExp): Locator {
    return this.page.locator('.sidebar [role=treeitem]').filter({ hasText: text }).first();
  }

  async waitForRow(text: string | RegExp): Promise<void> {
    await this.row(text).waitFor(patience);
  }

  async waitForWelcome(text: string): Promise<void> {
    await this.page
      .locator('.sidebar .welcome-view-content')
      .filter({ hasText: text })
      .first()
      .waitFor(patience);
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
}
