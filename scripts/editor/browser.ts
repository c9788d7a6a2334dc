/** A browser without a window, driven by playwright-core. */
import { chromium, type Browser } from 'playwright-core';
import type { Editor } from './place.ts';

const args = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

export function openBrowser({ browser }: Pick<Editor, 'browser'>): Promise<Browser> {
  return chromium.launch({ executablePath: browser, args });
}
