import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type {
  LocalFlags,
  LocalOverride,
  ServedFlags,
  ServingEvent,
} from '../../agent/protocol/local-flags.ts';
import { commands } from '../../extension/ids.ts';
import type { TidegateApi } from '../../extension/main.ts';
import type { TreeNode } from '../../extension/model/node.ts';
import type { ScriptedAgent } from './scripted-agent.ts';
import { api, Dialogs, folder, showViews, startAgent, until } from './stage.ts';

const url = 'http://127.0.0.1:18000';
const served: ServedFlags = {
  ...{ environment: 'dev', states: 'file', url, pid: 7 },
  variables: { OFREP_ENDPOINT: url, FLAGD_SYNC_PORT: '18001' },
};
const serving: ServingEvent = {
  ...{ kind: 'serving', ...served, file: 'flags.yaml', flags: 1, digest: 'a', overrides: [] },
  ...{ problems: [], statesProblem: null, moved: false },
};

/** An agent's part of it: what is overridden and served, told to who follows. */
function answerLocally(agent: ScriptedAgent): void {
  let flags: LocalFlags = { folder: folder(), overrides: [], served: [] };
  const followers = new Set<() => void>();
  const set = (change: Partial<LocalFlags>): void => {
    flags = { ...flags, ...change };
    for (const tell of followers) tell();
  };
  const untilAborted = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  Object.assign<ScriptedAgent['answers'], ScriptedAgent['answers']>(agent.answers, {
    'flags.local': async ({ follow }, { signal, onEvent }) => {
      if (!follow) return flags;
      const tell = (): void => onEvent({ kind: 'local', flags });
      followers.add(tell);
      tell();
      await untilAborted(signal);
      followers.delete(tell);
      return flags;
    },
    'flags.override': ({ key, to, targetingKey }) => {
      const override: LocalOverride = { flag: key, targetingKey, to, problem: null };
      set({ overrides: [...flags.overrides, override] });
      return { outcome: 'done', override, message: `On this machine ${key} is ${to}` };
    },
    'flags.clearOverrides': ({ key, targetingKey }) => {
      const isMeant = (one: LocalOverride): boolean =>
        (key === null || one.flag === key) &&
        (targetingKey === undefined || one.targetingKey === targetingKey);
      const cleared = flags.overrides.filter(isMeant);
      set({ overrides: flags.overrides.filter((one) => !isMeant(one)) });
      return { outcome: 'done', cleared, message: 'No longer overridden' };
    },
    'flags.serve': async (_params, { signal, onEvent }) => {
      set({ served: [served] });
      onEvent(serving);
      await untilAborted(signal);
      set({ served: [] });
      return { environment: 'dev' };
    },
    'flags.variables': () => ({ environment: 'dev', served: true, variables: served.variables }),
    flagKeys: () => ({
      file: 'flags.yaml',
      keys: [
        {
          ...{ key: 'checkout', line: 3, column: 3, description: 'How to pay', owner: null, kind: null },
          ...{ expires: null, default: false, type: 'string', variants: ['classic', 'quick'] },
        },
      ],
    }),
  });
}

export function localFlagTests(): void {
  describe('flags on this machine', () => {
    let agent: ScriptedAgent;
    let tidegate: TidegateApi;
    let dialogs: Dialogs;

    before(async () => {
      agent = await startAgent();
      answerLocally(agent);
      tidegate = await api();
      await showViews();
      await until('flags are known', () => tidegate.rows('flags').length > 0);
    });
    beforeEach(() => {
      dialogs = new Dialogs();
      agent.asked.length = 0;
    });
    afterEach(() => {
      dialogs.restore();
      assert.deepEqual(agent.asksFor('flags.set'), [], 'no environment is changed');
    });

    const row = (key: string): TreeNode | undefined =>
      tidegate.rows('flags').find(({ label }) => label === key);
    const overridden = (key: string): readonly string[] =>
      (row(key)?.children ?? [])
        .filter(({ kinds }) => kinds.includes('flagOverride'))
        .map(({ label, description }) => `${label}: ${description}`);
    const run = (command: string, given?: unknown): Thenable<unknown> =>
      vscode.commands.executeCommand(command, given);

    it('are shown below a flag where they are overridden, and cleared by one click', async () => {
      await run(commands.overrideFlag, { folder: folder(), flag: 'free-delivery', value: 'on' });
      await run(commands.overrideFlag, {
        ...{ folder: folder(), flag: 'free-delivery', value: 'off', user: 'ann' },
      });
      await until('both are shown', () => overridden('free-delivery').length === 2);
      assert.deepEqual(overridden('free-delivery'), ['overridden here: on', 'overridden here: off for ann']);
      assert.match(row('free-delivery')?.description ?? '', /overridden here/);
      const [, forAnn] = row('free-delivery')?.children ?? [];
      await run(commands.clearOverride, forAnn?.id);
      await until('one is left', () => overridden('free-delivery').length === 1);
      assert.deepEqual(
        agent.asksFor('flags.clearOverrides').map(({ params }) => params['targetingKey']),
        ['ann'],
      );
      await run(commands.clearAllOverrides);
      await until('none is left', () => overridden('free-delivery').length === 0);
    });

    it('are overridden step by step: which flag, with what, for whom', async () => {
      const { showQuickPick } = vscode.window;
      const titles: (string | undefined)[] = [];
      const wanted = ['checkout', 'quick', 'One user…'];
      dialogs.typed = 'bob';
      Object.assign(vscode.window, {
        showQuickPick: (items: vscode.QuickPickItem[], options: vscode.QuickPickOptions) => {
          titles.push(options.title);
          return Promise.resolve(items.find(({ label }) => label === wanted[titles.length - 1]));
        },
      });
      try {
        await run(commands.overrideFlag);
      } finally {
        Object.assign(vscode.window, { showQuickPick });
      }
      assert.deepEqual(titles, [
        'Override on this machine: which flag?',
        'On this machine checkout is to be',
        'On this machine checkout is quick for',
      ]);
      await until('it is shown', () => overridden('checkout').length === 1);
      assert.deepEqual(overridden('checkout'), ['overridden here: quick for bob']);
      assert.match(row('checkout')?.description ?? '', /^in no live release/);
      await run(commands.clearAllOverrides);
      await until('the flag is gone', () => row('checkout') === undefined);
    });

    it('are served until this window stops it, with what an application is told to copy', async () => {
      assert.equal(await run(commands.serveFlags, { folder: folder(), environment: 'dev' }), url);
      const shown = await until('the row', () => row('Served on this machine'));
      assert.equal(shown.description, `dev, as the file says · ${url}`);
      assert.deepEqual(shown.kinds, ['flagServer', 'own']);
      await run(commands.copyFlagVariables, shown.id);
      const copied = await vscode.env.clipboard.readText();
      assert.equal(copied, `OFREP_ENDPOINT=${url}\nFLAGD_SYNC_PORT=18001\n`);
      await run(commands.stopServingFlags, shown.id);
      await until('it is gone', () => row('Served on this machine') === undefined);
    });
  });
}
