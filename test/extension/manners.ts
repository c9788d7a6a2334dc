import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commands } from '../../extension/ids.ts';
import type { TidegateApi } from '../../extension/main.ts';
import { pickers } from './pickers.ts';
import type { ScriptedAgent } from './scripted-agent.ts';
import { commit, Dialogs, done, folder, live, showEnvironments, startAgent, until } from './stage.ts';

export function mannerTests(): void {
  describe('what a command takes, and what it leaves behind', () => {
    let agent: ScriptedAgent;
    let dialogs: Dialogs;
    let tidegate: TidegateApi;

    before(async () => {
      agent = await startAgent();
      tidegate = await showEnvironments();
      await until('the past is known', () => tidegate.rows('releases').length > 0);
    });
    beforeEach(() => {
      dialogs = new Dialogs();
      agent.asked.length = 0;
    });
    afterEach(() => dialogs.restore());

    const at = (environment: string, more: object = {}) => ({ folder: folder(), environment, ...more });
    const run = (id: string, ...argument: unknown[]): Thenable<unknown> =>
      vscode.commands.executeCommand(id, ...argument);
    const refPick = (picks: ReturnType<typeof pickers>, of: string) =>
      until(`the references for ${of}`, () =>
        picks.shown.find(({ title, items }) => items.length > 0 && title?.includes(of)),
      );

    it('asks for the reference when the row that has the focus is a slot: its tag is no answer', async () => {
      const web = tidegate.rows('environments')[0]?.children.find(({ label }) => label === 'web');
      const green = web?.children.find(({ label }) => label === 'green');
      assert.equal(green?.target?.tag, 'v1.0.0');
      const picks = pickers();
      try {
        // As the button in the title of the view is called: with the row that has the focus, and those selected.
        const deploying = run(commands.deploy, green.id, [green.id]);
        (await refPick(picks, 'dev')).hide();
        assert.equal(await deploying, undefined);
      } finally {
        picks.restore();
      }
      assert.deepEqual(agent.asksFor('deploy'), []);
    });

    it('refuses a row that has gone, instead of taking the environment that is left', async () => {
      await run(commands.rollback, `${folder()}#gone`);
      assert.deepEqual(agent.asksFor('rollback'), []);
      assert.match(dialogs.said[0]?.text ?? '', /takes \{ folder, environment/);
    });

    it('asks for environment and reference as two steps, and goes back to the first', async () => {
      dialogs.picks.push('dev', 'production');
      const picks = pickers();
      try {
        const deploying = run(commands.deploy);
        const first = await refPick(picks, 'dev');
        assert.deepEqual([first.step, first.totalSteps], [2, 2]);
        await run('workbench.action.quickInputBack');
        (await refPick(picks, 'production')).hide();
        assert.equal(await deploying, undefined);
      } finally {
        picks.restore();
      }
      assert.equal(dialogs.lists.length, 2, 'the environment was asked for twice');
      assert.deepEqual(dialogs.said, []);
    });

    it('offers no way further back after an abort', async () => {
      await run(commands.abort, at('dev'));
      assert.deepEqual(dialogs.said[0]?.buttons, ['Open App', 'Show Details']);
    });

    it('takes a rollback back to what had no tag, by its commit', async () => {
      const { rollback } = agent.answers;
      agent.answers.rollback = () => ({ ...done('back'), from: { ...live, tag: null } });
      dialogs.press = (text, buttons) =>
        text === 'back' ? buttons.find((one) => one === 'Undo') : undefined;
      await run(commands.rollback, at('dev'));
      await agent.untilAsked('deploy', 1);
      assert.deepEqual(
        agent.asksFor('deploy').map(({ params }) => params['ref']),
        [commit],
      );
      agent.answers.rollback = rollback as NonNullable<typeof rollback>;
    });

    it('opens the details of a rollout by a click on its row, and goes back from it but for what is live', async () => {
      const [newest, older] =
        tidegate.rows('releases')[0]?.children.filter(({ label }) => label.startsWith('dev')) ?? [];
      assert.deepEqual(newest?.kinds, ['past', 'live']);
      assert.deepEqual(older?.kinds, ['past', 'live', 'returnable']);
      assert.ok(older.click, 'a click does something');
      await run(older.click, older.id);
      const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
      await until('its tab', () => tabs().some(({ label }) => label.includes('v1.0.0 in dev')));
      await run('workbench.action.closeAllEditors');
    });

    it('asks nothing of the agent, whichever command is called, while the workspace is not trusted', async () => {
      const trusted = Object.getOwnPropertyDescriptor(vscode.workspace, 'isTrusted');
      Object.defineProperty(vscode.workspace, 'isTrusted', { configurable: true, get: () => false });
      try {
        for (const id of Object.values(commands)) await run(id);
        for (const id of [commands.deploy, commands.fixProblems, commands.createFlag, commands.runSuite])
          await run(id, { folder: folder() });
      } finally {
        Object.defineProperty(vscode.workspace, 'isTrusted', trusted ?? {});
      }
      assert.deepEqual(agent.asked, []);
      const refusals = dialogs.said.filter(({ text }) => text.includes('not trusted'));
      assert.ok(refusals.length > 25, `${refusals.length} said why`);
      await run('workbench.action.closeAllEditors');
    });
  });
}
