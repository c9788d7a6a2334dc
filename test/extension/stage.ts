/** What the suites inside the editor share: the extension's API, a shop with two environments, stubs of dialogs. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { complete } from '../../agent/config/editing/complete.ts';
import { hover, outline } from '../../agent/config/editing/places.ts';
import { completeFlags, hoverFlags } from '../../agent/flags/file/editing.ts';
import type {
  EnvironmentStatus,
  FlagStatus,
  Params,
  Results,
  RolloutResult,
} from '../../agent/protocol/methods.ts';
import type { PlanResult } from '../../agent/protocol/plan.ts';
import type { PastRollout } from '../../agent/protocol/project.ts';
import type { TidegateApi } from '../../extension/main.ts';
import { ScriptedAgent } from './scripted-agent.ts';

export const commit = 'a'.repeat(40);

export async function api(): Promise<TidegateApi> {
  const extension = vscode.extensions.getExtension<TidegateApi>('tidegate.tidegate');
  if (extension === undefined) throw new Error('the extension is not there');
  return extension.activate();
}

export function folder(): string {
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
}

export async function showViews(): Promise<void> {
  await vscode.commands.executeCommand('workbench.view.extension.tidegate');
  for (const view of ['environments', 'releases', 'flags'])
    await vscode.commands.executeCommand(`tidegate.${view}.focus`);
}

/** Resolves when it holds; looked at whenever something may have changed. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`not within 15 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** With every view open and both environments in them. */
export async function showEnvironments(): Promise<TidegateApi> {
  const tidegate = await api();
  await showViews();
  await until('production is known', () => tidegate.rows('environments')[1]?.description.includes('v1.1.0'));
  return tidegate;
}

export const live = { number: 2, tag: 'v1.1.0', commit };
const warm = { number: 1, tag: 'v1.0.0', commit };

export function statusOf(environment: string, changes: Partial<EnvironmentStatus> = {}): EnvironmentStatus {
  const digest = 'sha256:1234567890abcdef';
  return {
    ...{ environment, stack: `shop-${environment}`, state: 'ready', problem: null, problemCode: null },
    services: [
      {
        service: 'web',
        slots: [
          {
            ...{ colour: 'blue', state: 'active', release: live, share: 100, healthy: 2, desired: 2 },
            answering: { release: 2, digest, status: 200 },
          },
          {
            ...{ colour: 'green', state: 'warm', release: warm, share: 0, healthy: 2, desired: 2 },
            answering: null,
          },
        ],
      },
    ],
    edges: [{ node: 'n1', state: 'current', detail: 'runs version 7' }],
    ...{ rollouts: [], maintenance: null, flagsVersion: null },
    ...changes,
  };
}

export function past(changes: Partial<PastRollout> = {}): PastRollout {
  return {
    ...{ rollout: 'r2', kind: 'deploy', by: 'ann@laptop', at: '2026-03-01T10:00:00.000Z', ref: 'v1.1.0' },
    ...{ from: warm, to: live, services: ['web'], outcome: 'live', reason: 'completed', detail: '' },
    ...{ tookMs: 12_400, trail: [] },
    ...changes,
  };
}

export function done(message: string): RolloutResult {
  return {
    ...{ outcome: 'done', reason: 'completed', message, rollout: 'r3', from: live, to: live },
    ...{ services: [], tookMs: 1, preview: null },
  };
}

const flag: FlagStatus = {
  ...{ key: 'free-delivery', value: false, state: null, defined: true, default: false },
  ...{ description: 'No delivery costs', owner: 'web', by: null, at: null },
  ...{ share: null, kind: 'release', expires: null, type: 'boolean', variants: ['on', 'off'], conditions: 0 },
};

const none = { hour: 0, day: 0, total: 0 };
const countedOn = { variant: 'on', asked: { hour: 12, day: 340, total: 340 }, given: none, ways: {} };

const planned = ({ environment, ref }: Params<'plan'>): PlanResult => ({
  ...{ environment, stack: `shop-${environment}`, outcome: 'changes', ref, commit, tag: ref, subject: 's' },
  live,
  services: [
    {
      service: 'web',
      action: 'build',
      reason: 'its content differs',
      from: 'blue',
      to: 'green',
      differences: [],
    },
  ],
  ...{
    flags: [],
    drift: [],
    steps: [{ share: 25, holdMs: 30_000 }],
    cannotBeUndone: [],
    blocked: null,
    backing: [],
  },
  commands: [],
});

/** What is answered of a text alone is answered as the agent does. */
const ofTexts: Pick<ScriptedAgent['answers'], 'outline' | 'complete' | 'hover' | 'validate'> = {
  outline: async ({ folder: asked, text }) => outline(text ?? (await textIn(asked))),
  complete: ({ text, at, file }) => ({
    items:
      file === 'flags'
        ? completeFlags({ text: text ?? '', at, environments: ['dev', 'production'] })
        : complete({ text: text ?? '', at, composeServices: ['web', 'db'] }),
  }),
  hover: ({ text, at, file }) => ({
    found: file === 'flags' ? hoverFlags(text ?? '', at) : hover(text ?? '', at),
  }),
  validate: () => ({ ...{ outcome: 'right', folder: '', environments: ['dev'], problems: [], fixed: [] } }),
};

function textIn(asked: string): Promise<string> {
  return readFile(path.join(asked, 'tidegate.yaml'), 'utf8').catch(() => '');
}

let current: ScriptedAgent | undefined;

/** In place of the one before: there is always one to be found, or the extension would start its own. */
export async function startAgent(as: { readonly protocolVersion?: number } = {}): Promise<ScriptedAgent> {
  const before = current;
  current = await shopAgent(as);
  await before?.stop();
  return current;
}

export async function leaveStage(): Promise<void> {
  await current?.stop();
}

/** `dev` and `production`, which is protected; each runs v1.1.0 and has v1.0.0 warm. */
function shopAgent(as: { readonly protocolVersion?: number } = {}): Promise<ScriptedAgent> {
  const flags = new Map<string, boolean>();
  const environments = ['dev', 'production'].map((environment) => ({
    ...{ environment, stack: `shop-${environment}`, protected: environment === 'production' },
    ...{ dockerContext: null, url: 'http://localhost:8080/' },
  }));
  const ref = (name: string) => ({ ref: name, commit, subject: 's', at: '2026-03-01T10:00:00.000Z' });
  return ScriptedAgent.start(
    {
      project: () => ({ project: 'shop', folder: folder(), environments }),
      watch: ({ environment }, { onEvent }) => {
        const status = statusOf(environment);
        onEvent({
          ...{ kind: 'watch', feed: 'f' },
          updates: [{ type: 'snapshot', sequence: 1, because: 'asked', status, rollouts: [] }],
        });
        return { feed: 'f', sequence: 1 };
      },
      history: ({ environment }) => ({
        stack: `shop-${environment}`,
        rollouts: [
          past(),
          past({ rollout: 'r1', at: '2026-03-01T09:00:00.000Z', from: null, to: warm, ref: 'v1.0.0' }),
        ],
      }),
      'flags.list': ({ environment }): Results['flags.list'] => ({
        ...{ environment, stack: `shop-${environment}`, release: live },
        flags: [{ ...flag, value: flags.get(environment) ?? false }],
      }),
      'flags.set': ({ environment, key, on }) => {
        flags.set(environment, on);
        return {
          ...{
            outcome: 'done',
            environment,
            stack: `shop-${environment}`,
            flag: key,
            state: on ? 'on' : 'off',
          },
          ...{
            value: on,
            message: `${key} is ${on ? 'on' : 'off'} in ${environment}`,
            share: null,
            controls: 1,
            missing: [],
            tookMs: 3,
          },
        };
      },
      'flags.counts': ({ environment }) => ({
        ...{ environment, stack: `shop-${environment}`, since: null, controls: 1, missing: [] },
        flags: [{ key: flag.key, defined: true, askedAt: null, variants: [countedOn] }],
        ...{ unknown: none, others: none, sdks: [], streams: { ofrep: 0, unleash: 0, flagd: 0 } },
      }),
      'flags.local': async ({ folder: asked, follow }, { signal }) => {
        if (follow)
          await new Promise<void>((resolve) =>
            signal.addEventListener('abort', () => resolve(), { once: true }),
          );
        return { folder: asked, overrides: [], served: [] };
      },
      refs: () => ({
        ...{ head: ref('HEAD'), tags: [ref('v1.1.0'), ref('v1.0.0')], branches: [ref('main')] },
        ...{ more: { tags: 0, branches: 0 }, dirty: true },
      }),
      ...ofTexts,
      plan: planned,
      deploy: ({ ref: given, environment }) => done(`${given} is live in ${environment}`),
      rollback: ({ tag, environment }) => done(`${environment} is back on ${tag ?? 'the release before'}`),
      promote: ({ environment }) => done(`promoted in ${environment}`),
      abort: ({ environment }) => done(`aborted in ${environment}`),
      down: ({ environment }) => ({ stack: `shop-${environment}`, removed: [], kept: [] }),
    },
    { ...as, program: path.join(extensionFolder(), 'dist/tidegate.js') },
  );
}

function extensionFolder(): string {
  return vscode.extensions.getExtension('tidegate.tidegate')?.extensionPath ?? '';
}

type Message = (text: string, ...rest: unknown[]) => Thenable<unknown>;

/** Answers every dialog by what a test says, and remembers what was asked. */
export class Dialogs {
  readonly said: { readonly text: string; readonly detail: string; readonly buttons: readonly string[] }[] =
    [];
  /** The button that is pressed; `undefined`: none, as with Escape. */
  press: (text: string, buttons: readonly string[]) => string | undefined = () => undefined;
  typed: string | undefined;
  /** What is typed into one box after the other, before `typed` is. */
  readonly answers: string[] = [];
  /** Labels of lists that were shown, each with what was behind it. */
  readonly lists: (readonly string[])[] = [];
  /** Words of what is picked of one list after the other; none: Escape. */
  readonly picks: string[] = [];
  readonly #originals = { ...vscode.window };

  constructor() {
    const message: Message = (text, ...rest) => {
      const options = rest.find((one): one is vscode.MessageOptions => typeof one === 'object');
      const buttons = rest.filter((one): one is string => typeof one === 'string');
      this.said.push({ text, detail: options?.detail ?? '', buttons });
      return Promise.resolve(this.press(text, buttons));
    };
    Object.assign(vscode.window, {
      ...{ showInformationMessage: message, showWarningMessage: message, showErrorMessage: message },
      showInputBox: () => Promise.resolve(this.answers.shift() ?? this.typed),
      showQuickPick: (items: readonly vscode.QuickPickItem[]) => Promise.resolve(this.#pick(items)),
    });
  }

  #pick(items: readonly vscode.QuickPickItem[]): vscode.QuickPickItem | undefined {
    this.lists.push(
      items.map(({ label, description = '', detail = '' }) => [label, description, detail].join('|')),
    );
    const wanted = this.picks.shift();
    if (wanted === undefined) return undefined;
    const found = items.find(({ label }) => label.includes(wanted));
    if (found === undefined)
      throw new Error(`nothing like ${wanted} in ${items.map(({ label }) => label).join()}`);
    return found;
  }

  restore(): void {
    const { showInformationMessage, showWarningMessage, showErrorMessage } = this.#originals;
    const { showInputBox, showQuickPick } = this.#originals;
    Object.assign(vscode.window, {
      ...{ showInformationMessage, showWarningMessage, showErrorMessage },
      ...{ showInputBox, showQuickPick },
    });
  }
}
