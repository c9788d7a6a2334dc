/** What a person would look at first when an editor test has failed: the window, and what is written in it. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';

/** So much of a page is told; the picture has the rest. */
const mostLines = 60;

/** Lines for the terminal: where the picture is, and the text of the page. */
export async function tellFailure(page: Page, folder: string, title: string): Promise<readonly string[]> {
  const file = path.join(
    folder,
    `failed ${title
      .replace(/[^\w .-]+/g, ' ')
      .trim()
      .slice(0, 60)}.png`,
  );
  try {
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: file });
    const text = await page.locator('body').innerText();
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return [`picture: ${file}`, 'the page says:', ...lines.slice(0, mostLines).map((line) => `  | ${line}`)];
  } catch (error) {
    return [`no picture of "${title}": ${String(error)}`];
  }
}
