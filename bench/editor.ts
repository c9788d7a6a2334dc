/**
 * What a person at the editor waits for: the extension's start, the first rows, a click that goes back, a click that
 * switches a flag. `npx tsx bench/editor.ts` runs it alone.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { names } from '../agent/common/names.ts';
import { openBrowser } from '../scripts/editor/browser.ts';
import { bundleSuite } from '../scripts/editor/bundle-suite.ts';
import { runInHost } from '../scripts/editor/in-host.ts';
import { packageExtension } from '../scripts/editor/package.ts';
import { editorFolder, ensureEditor, type Editor } from '../scripts/editor/place.ts';
import { startEditor } from '../scripts/editor/server.ts';
import { endAgentOf } from '../scripts/editor/agent.ts';
import { must, openShop, type Shop } from '../test/support/shop.ts';
import type { LoadOutcome } from './edge-load.ts';
import type { Wanted } from './editor/wanted.ts';
import { firstRow, largeTree, openWindow } from './editor/tree.ts';
import { median, type Report } from './figures.ts';
import type { LeanOptions } from './lean-load.ts';

const root = path.resolve(import.meta.dirname, '..');
const say = (line: string): void => console.log(`  ${line}`);
const starts = 5;
const treeRounds = 15;
const firstRows = 5;
const clickRounds = 30;
const ratePerSecond = 350;

export async function bench(report: Report): Promise<void> {
  const editor = await ensureEditor({ root, consent: () => Promise.resolve(), say });
  const vsix = await packageExtension(path.join(editorFolder(root), 'tidegate.vsix'));
  report({ name: 'vsix_mb', value: (await stat(vsix)).size / 1e6, unit: 'MB' });
  await activation(editor, report);
  const browser = await openBrowser(editor);
  try {
    await large({ editor, vsix, browser }, report);
    const shop = await openShop({ about: 'bench' });
    try {
      for (const tag of ['v1.0.0', 'v1.1.0']) await must(shop.cli('deploy', 'dev', tag));
      await firstTree({ editor, vsix, browser }, shop, report);
      await clicks(editor, shop, report);
    } finally {
      await shop.close();
    }
  } finally {
    await browser.close();
  }
}

/** In the extension host of a fresh editor; the figures it says. */
async function inHost(
  editor: Editor,
  workspace: string,
  wanted: Wanted,
  env: NodeJS.ProcessEnv = {},
): Promise<ReadonlyMap<string, readonly number[]>> {
  const suite = await bundleSuite(root, 'bench/editor/in-host.ts');
  const more = { ...env, TIDEGATE_BENCH: JSON.stringify(wanted) };
  const running = await startEditor({ editor, workspace, testDriver: true, env: more });
  const figures = new Map<string, readonly number[]>();
  const read = (line: string): void => {
    const found = /^figure (.*)$/.exec(line)?.[1];
    if (found === undefined) {
      say(line);
      return;
    }
    const { name, values } = JSON.parse(found) as { name: string; values: readonly number[] };
    figures.set(name, values);
  };
  try {
    const pictures = path.join(editorFolder(root), 'pictures');
    const { failed } = await runInHost({
      ...{ editor, running, extension: root, suite, timeoutMs: 180_000, pictures, say: read },
    });
    if (failed > 0) throw new Error('the measuring inside the editor failed: see above');
    return figures;
  } finally {
    await endAgentOf(running.runtime);
    await running.stop();
  }
}

/** As the editor itself says it. */
async function activation(editor: Editor, report: Report): Promise<void> {
  const sums: number[] = [];
  await withProject(async (folder) => {
    for (let start = 0; start < starts; start += 1) {
      const figures = await inHost(editor, folder, { what: 'activation' });
      sums.push((figures.get('load')?.[0] ?? Number.NaN) + (figures.get('call')?.[0] ?? Number.NaN));
    }
  });
  report({ name: 'activation_ms', value: median(sums), unit: 'ms' });
}

interface Packaged {
  readonly editor: Editor;
  readonly vsix: string;
  readonly browser: Browser;
}

async function large({ editor, vsix, browser }: Packaged, report: Report): Promise<void> {
  await withProject(async (workspace) => {
    const running = await startEditor({ editor, vsix, workspace });
    try {
      const program = path.join(root, 'dist/tidegate.js');
      const times = await largeTree(browser, running, program, treeRounds);
      report({ name: 'first_tree_240_slots_ms', value: median(times.first), unit: 'ms' });
      report({ name: 'tree_refresh_240_slots_ms', value: median(times.refresh), unit: 'ms' });
      report({ name: 'tree_one_row_ms', value: median(times.oneRow), unit: 'ms' });
      report({ name: 'tree_one_event_rows', value: Math.max(...times.rowsOfOne), unit: 'rows' });
    } finally {
      await running.stop();
    }
  });
}

async function firstTree({ editor, vsix, browser }: Packaged, shop: Shop, report: Report): Promise<void> {
  const env = { PATH: process.env['PATH'], DOCKER_HOST: shop.test.host };
  const running = await startEditor({ editor, vsix, workspace: shop.folder, env });
  try {
    const times: number[] = [];
    for (let window = 0; window <= firstRows; window += 1) {
      const page = await openWindow(browser, running);
      times.push(await firstRow(page, 'live 100 %'));
      await page.context().close();
    }
    // The first window has started the agent.
    report({ name: 'first_tree_ms', value: median(times.slice(1)), unit: 'ms' });
  } finally {
    await endAgentOf(running.runtime);
    await running.stop();
  }
}

/** Commands as a click executes them, while visitors come all the time. */
async function clicks(editor: Editor, shop: Shop, report: Report): Promise<void> {
  const host = 'shop.localhost';
  const load = startLoad({ url: shop.url, host, connections: 16, ratePerSecond });
  const env = { PATH: process.env['PATH'], DOCKER_HOST: shop.test.host };
  const wanted: Wanted = {
    ...{ what: 'clicks', folder: shop.folder, environment: 'dev', flag: 'free-delivery' },
    ...{ tags: ['v1.0.0', 'v1.1.0'], url: shop.url, host, rounds: clickRounds },
  };
  const swaps = watchSwaps(shop);
  const figures = await inHost(editor, shop.folder, wanted, env).finally(() => swaps.stop());
  const { requests, failed, failures } = await load.stop();
  for (const failure of failures) console.error(failure);
  const ended = figures.get('rollbackEnded') ?? [];
  // A click's swap is the one that was acknowledged between it and its end.
  const acknowledged = (figures.get('rollbackBegan') ?? []).map((began, round) => {
    const at = swaps.at.find((time) => time > began && time <= (ended[round] ?? 0) + 1_000);
    return (at ?? Number.NaN) - began;
  });
  for (const [name, values] of [
    ['click_to_rollback', acknowledged],
    ['click_to_rollback_proven', figures.get('rollbackProven') ?? []],
    ['click_to_flag', figures.get('toggle') ?? []],
  ] as const) {
    report({ name: `${name}_ms`, value: percentile(values, 0.95), unit: 'ms' });
    report({ name: `${name}_p50_ms`, value: median(values), unit: 'ms' });
  }
  report({ name: 'click_requests', value: requests, unit: 'requests' });
  report({ name: 'click_failed_requests', value: failed, unit: 'requests' });
}

/** In a process of its own, so that it does not slow down what is measured. */
function startLoad(options: LeanOptions): { stop(): Promise<LoadOutcome> } {
  const program = path.join(import.meta.dirname, 'edge-load.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const outcome = text(child.stdout);
  return {
    stop: async () => {
      child.stdin.end();
      return JSON.parse(await outcome) as LoadOutcome;
    },
  };
}

/** When every edge had acknowledged a route that leads to the other slot, milliseconds since the epoch. */
function watchSwaps({ swarm, ledger, stack }: Shop): { readonly at: readonly number[]; stop(): void } {
  const at: number[] = [];
  let active: string | undefined;
  let swap: number | undefined;
  const look = async (): Promise<void> => {
    const routes = await swarm.configs.get(names.routes(stack));
    const route = routes?.labels['route.web']?.split(':')[0];
    if (routes !== undefined && route !== active) {
      // What is routed when the watching begins is no swap.
      swap = active === undefined ? undefined : routes.version;
      active = route;
    }
    if (swap === undefined) return;
    const { acks } = await ledger.acks.read();
    const wanted = swap;
    if (!Object.values(acks).every((ack) => ack.version >= wanted)) return;
    at.push(Date.now());
    swap = undefined;
  };
  // One after the other: the version of a swap is not to be read before the swap.
  let queue = Promise.resolve();
  const again = (): void => {
    queue = queue.then(look).catch(() => undefined);
  };
  const stop = swarm.watch((event) => {
    if (event.name === names.routes(stack) || event.name === names.acks(stack)) again();
  }, again);
  return { at, stop };
}

async function withProject(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tidegate-bench-'));
  await writeFile(path.join(folder, 'tidegate.yaml'), 'version: 1\nproject: large\n');
  try {
    await action(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await bench((line) => console.log(JSON.stringify(line)));
