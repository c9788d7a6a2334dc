/** The side bar as it is painted: the packaged extension in a browser, timed inside the page. */
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { RunningEditor } from '../../scripts/editor/server.ts';
import { ScriptedAgent } from '../../test/extension/scripted-agent.ts';
import { environments, largeAnswers, largeStatus } from './large.ts';

const patience = { timeout: 60_000 };
const activityIcon = '.activitybar [aria-label^="Tidegate"]';
/** Painting goes on for some frames after the last row has come. */
const restMs = 1_500;

/** A window of its own: nothing is remembered from the one before. */
export async function openWindow(browser: Browser, running: RunningEditor): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
  const page = await context.newPage();
  await page.addInitScript({ path: path.join(import.meta.dirname, 'in-page.js') });
  await page.goto(`http://${running.authority}/?folder=${encodeURIComponent(running.workspace)}`);
  await page.locator(activityIcon).first().waitFor(patience);
  await page.waitForTimeout(restMs);
  return page;
}

/** From the click on the icon until a row says this, milliseconds. */
export async function firstRow(page: Page, says: string): Promise<number> {
  const clicked = await page.evaluate<number>(`tidegateBench.click(${JSON.stringify(activityIcon)})`);
  return (await shown(page, says)).at - clicked;
}

interface Shown {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** How many rows were painted until then. */
  readonly rows: number;
}

/** When a row says this, and, with `instead`, none says that any more. */
function shown(page: Page, says: string, instead?: string): Promise<Shown> {
  return page.evaluate(`tidegateBench.shown(${JSON.stringify(says)}, ${JSON.stringify(instead)})`);
}

export interface TreeTimes {
  readonly refresh: readonly number[];
  readonly oneRow: readonly number[];
  readonly rowsOfOne: readonly number[];
}

/** 240 services change at once, and then one alone; from the agent's word until the row is painted. */
export async function largeTree(
  browser: Browser,
  running: RunningEditor,
  program: string,
  rounds: number,
): Promise<TreeTimes> {
  const env = { XDG_RUNTIME_DIR: running.runtime };
  const agent = await ScriptedAgent.start(largeAnswers(running.workspace, 'v1.0.0'), { program, env });
  const times = { refresh: [] as number[], oneRow: [] as number[], rowsOfOne: [] as number[] };
  try {
    const page = await openWindow(browser, running);
    await firstRow(page, 'v1.0.0');
    let sequence = 1;
    const tell = (environment: string, version: string, other = {}): void =>
      agent.tell(
        {
          ...{ kind: 'watch', feed: environment },
          updates: [{ type: 'status', sequence, status: largeStatus(environment, version, other) }],
        },
        environment,
      );
    for (let round = 1; round <= rounds; round += 1) {
      await page.waitForTimeout(restMs);
      const version = `v1.${round}.0`;
      const all = shown(page, version, `v1.${round - 1}.0`);
      await page.evaluate('0');
      sequence += 1;
      const began = now();
      for (const environment of environments) tell(environment, version);
      times.refresh.push((await all).at - began);
      await page.waitForTimeout(restMs);
      const one = shown(page, `answers ${500 + round}`);
      await page.evaluate('0');
      sequence += 1;
      const since = now();
      tell('dev', version, { 3: 500 + round });
      const { at, rows } = await one;
      times.oneRow.push(at - since);
      times.rowsOfOne.push(rows);
      sequence += 1;
      tell('dev', version);
    }
    await page.context().close();
    return times;
  } finally {
    await agent.stop();
  }
}

const now = (): number => performance.timeOrigin + performance.now();
