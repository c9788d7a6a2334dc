import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commands } from '../../extension/ids.ts';
import type { ScriptedAgent } from './scripted-agent.ts';
import { api, folder, startAgent, until } from './stage.ts';

export function dashboardTests(): void {
  describe('the dashboard', () => {
    let agent: ScriptedAgent;
    let stopped = 0;

    before(async () => {
      agent = await startAgent();
      await api();
      agent.answers = {
        ...agent.answers,
        traffic: async (_params, { signal, onEvent }) => {
          onEvent({ kind: 'traffic', type: 'snapshot', points: [] });
          await new Promise<void>((resolve) =>
            signal.addEventListener('abort', () => resolve(), { once: true }),
          );
          stopped += 1;
          return { points: 0 };
        },
      };
    });
    after(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

    const tabs = (): readonly vscode.Tab[] =>
      vscode.window.tabGroups.all
        .flatMap((group) => group.tabs)
        .filter(
          ({ input }) =>
            input instanceof vscode.TabInputWebview && input.viewType.includes('tidegate.dashboard'),
        );
    const open = (environment: string) =>
      vscode.commands.executeCommand(commands.openDashboard, { folder: folder(), environment });

    it('opens in a tab of its environment, and asks for the counters once its page is there', async () => {
      await open('dev');
      await until('a tab', () => tabs().length === 1);
      assert.equal(tabs()[0]?.label, 'Tidegate: dev');
      await until('the page is there', () => agent.asksFor('traffic').length > 0);
      assert.deepEqual(agent.asksFor('traffic')[0]?.params, { folder: folder(), environment: 'dev' });
    });

    it('is one for each environment, however often it is asked for', async () => {
      await open('production');
      await open('dev');
      await open('dev');
      await until('two tabs', () => tabs().length === 2);
      assert.deepEqual(
        tabs()
          .map(({ label }) => label)
          .sort(),
        ['Tidegate: dev', 'Tidegate: production'],
      );
    });

    it('asks for nothing any more when nobody sees it', async () => {
      const asked = agent.asksFor('traffic').length;
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await until('no tab', () => tabs().length === 0);
      await until('all have stopped', () => stopped === asked);
    });

    it('refuses what is no environment', async () => {
      await assert.doesNotReject(async () => open('nowhere'));
      assert.equal(tabs().length, 0);
    });
  });
}
