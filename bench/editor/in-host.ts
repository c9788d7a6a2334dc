/**
 * What is measured inside the extension host: how long the editor says the extension took to start, and commands as a
 * person's click executes them. What is to be done comes in TIDEGATE_BENCH; each figure is one line of output.
 */
import { request } from 'node:http';
import * as vscode from 'vscode';
import type { PastRollout } from '../../agent/protocol/project.ts';
import type { RolloutResult } from '../../agent/protocol/methods.ts';
import type { TidegateApi } from '../../extension/main.ts';
import type { Wanted } from './wanted.ts';

/** Of lines meant for `scripts/editor/in-host.ts`. */
const mark = '@@ ';
const restMs = 1_500;

export async function run(): Promise<void> {
  const wanted = JSON.parse(process.env['TIDEGATE_BENCH'] ?? '') as Wanted;
  const values = wanted.what === 'activation' ? await activation() : await clicks(wanted);
  for (const [name, list] of Object.entries(values))
    console.log(`${mark}figure ${JSON.stringify({ name, values: list })}`);
  console.log(`${mark}${JSON.stringify({ passed: 1, failed: 0, skipped: 0 })}`);
}

type Values = Readonly<Record<string, readonly number[]>>;

/** The table of "Developer: Startup Performance": loading the code, and the call of `activate`. */
async function activation(): Promise<Values> {
  await until('the extension is active', () => extension().isActive);
  await vscode.commands.executeCommand('perfview.show');
  const row = await until('the performance view names the extension', () => {
    const view = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'perf');
    return /^.*tidegate\.tidegate.*$/m.exec(view?.getText() ?? '')?.[0];
  });
  const [load = Number.NaN, call = Number.NaN] = row.split('|').flatMap((cell) => {
    const value = Number.parseFloat(cell);
    return Number.isNaN(value) ? [] : [value];
  });
  console.log(`${mark}${row}`);
  return { load: [load], call: [call] };
}

type Clicks = Extract<Wanted, { what: 'clicks' }>;

async function clicks({ folder, environment, tags, flag, url, host, rounds }: Clicks): Promise<Values> {
  await vscode.commands.executeCommand('workbench.view.extension.tidegate');
  const api = await extension().activate();
  const known = () => api.state().projects?.[0]?.environments[0];
  await until('the environment is known', () => known()?.status?.state === 'ready' && known()?.flags);
  const rollback = {
    rollbackBegan: [] as number[],
    rollbackEnded: [] as number[],
    rollbackProven: [] as number[],
  };
  const toggle: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await rest();
    const began = Date.now();
    const tag = tags[round % 2];
    const at = { folder, environment, tag };
    const result = await vscode.commands.executeCommand<RolloutResult>('tidegate.rollbackToTag', at);
    const past = await until('the history has it', () =>
      known()?.history?.find(
        ({ rollout, trail }) => rollout === result.rollout && settledAt(trail) !== undefined,
      ),
    );
    rollback.rollbackBegan.push(began);
    rollback.rollbackEnded.push(Date.now());
    rollback.rollbackProven.push((settledAt(past.trail) ?? Number.NaN) - began);
  }
  for (let round = 0; round < rounds; round += 1) {
    const before = await answer(url, host);
    const began = Date.now();
    const toggled = vscode.commands.executeCommand('tidegate.toggleFlag', { folder, environment, flag });
    while ((await answer(url, host)) === before)
      if (Date.now() - began > 20_000) throw new Error('the application does not change its answer');
    toggle.push(Date.now() - began);
    await toggled;
    // Another time in the application's own round.
    await new Promise((resolve) => setTimeout(resolve, 150 + (round % 7) * 90));
  }
  return { ...rollback, toggle };
}

/** Nobody clicks again before they have seen what the last click did. */
function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, restMs));
}

/** Every edge has acknowledged the route, and a probe through each was answered: only then it settles. */
function settledAt(trail: PastRollout['trail']): number | undefined {
  const at = trail.find(({ phase }) => phase.startsWith('settling'))?.at;
  return at === undefined ? undefined : Date.parse(at);
}

/** What the flag changed for this visitor; a connection of its own, as the first visit of somebody has. */
function answer(url: string, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: { host } }, (response) => {
      response.resume();
      response.once('end', () => resolve(String(response.headers['x-shop-free-delivery'])));
    });
    asked.once('error', reject);
    asked.end();
  });
}

function extension(): vscode.Extension<TidegateApi> {
  const found = vscode.extensions.getExtension<TidegateApi>('tidegate.tidegate');
  if (found === undefined) throw new Error('the extension is not there');
  return found;
}

async function until<T>(what: string, look: () => T | undefined | false): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`not within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
