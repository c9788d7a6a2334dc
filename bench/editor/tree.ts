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
  /** From the click on the icon, in a window that has just come up. */
  readonly first: readonly number[];
  readonly refresh: readonly number[];
  readonly oneRow: readonly number[];
  readonly rowsOfOne: readonly number[];
}

/** 240 services change at once, and then one slot alone; from the agent's word until the row is painted. */
export async function largeTree(
  browser: Browser,
  running: RunningEditor,
  program: string,
  rounds: number,
): Promise<TreeTimes> {
  const env = { XDG_RUNTIME_DIR: running.runtime };
  const agent = await ScriptedAgent.start(largeAnswers(running.workspace, 'v1.0.0'), { program, env });
  try {
    const page = await openWindow(browser, running);
    const times = { first: [await firstRow(page, 'v1.0.0')], ...noTimes() };
    for (let round = 1; round <= rounds; round += 1) {
      const version = `v1.${round}.0`;
      const all = await painted(page, [version, `v1.${round - 1}.0`], () => {
        for (const environment of environments) tell(agent, environment, version);
      });
      const odd = 500 + round;
      const one = await painted(page, [`answers ${odd}`], () => tell(agent, 'dev', version, { 3: odd }));
      tell(agent, 'dev', version);
      times.refresh.push(all.ms);
      times.oneRow.push(one.ms);
      times.rowsOfOne.push(one.rows);
    }
    await page.context().close();
    return times;
  } finally {
    await agent.stop();
  }
}

function noTimes(): { refresh: number[]; oneRow: number[]; rowsOfOne: number[] } {
  return { refresh: [], oneRow: [], rowsOfOne: [] };
}

/** What an agent says at once, and how long its rows take. */
async function painted(
  page: Page,
  [says, instead]: readonly [string, string?],
  act: () => void,
): Promise<{ readonly ms: number; readonly rows: number }> {
  await page.waitForTimeout(restMs);
  const end = shown(page, says, instead);
  // When this is answered, the page looks already.
  await page.evaluate('0');
  const began = performance.timeOrigin + performance.now();
  act();
  const { at, rows } = await end;
  return { ms: at - began, rows };
}

let sequence = 1;

function tell(
  agent: ScriptedAgent,
  environment: string,
  version: string,
  answers: Readonly<Record<number, number>> = {},
): void {
  sequence += 1;
  const status = largeStatus(environment, version, answers);
  const updates = [{ type: 'status' as const, sequence, status }];
  agent.tell({ kind: 'watch', feed: environment, updates }, environment);
}
