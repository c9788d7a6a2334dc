import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RollbackPlan } from '../../agent/protocol/rollback-plan.ts';
import { commands } from '../../extension/ids.ts';
import type { ScriptedAgent } from './scripted-agent.ts';
import { api, Dialogs, folder, live, showViews, startAgent, until } from './stage.ts';

const blobs = { old: '1'.repeat(40), now: '2'.repeat(40), picture: '3'.repeat(40) };

function planOf(environment: string, changes: Partial<RollbackPlan> = {}): RollbackPlan {
  return {
    ...{ environment, stack: `shop-${environment}`, outcome: 'changes', tag: 'v1.0.0', from: live },
    ...{ to: { ...live, number: 1, tag: 'v1.0.0' }, how: 'warm', mounted: [], lastTime: null, refused: [] },
    services: [{ service: 'web', from: 'blue', to: 'green', image: 'i', imageState: 'there' }],
    flagStates: { unknown: null, changes: [] },
    documents: [{ name: 'web/environment', before: 'LOG=debug\n', after: 'LOG=info\n' }],
    code: {
      ...{ unknown: null, total: 2, migrations: [] },
      files: [
        {
          ...{ path: 'src/page.js', action: 'changed', before: blobs.now, after: blobs.old },
          looksLikeMigration: false,
        },
        {
          ...{ path: 'picture.png', action: 'removed', before: blobs.picture, after: null },
          looksLikeMigration: false,
        },
      ],
    },
    ...changes,
  };
}

export function previewTests(): void {
  describe('the preview of a rollback', () => {
    let agent: ScriptedAgent;
    let dialogs: Dialogs;
    let refused: readonly string[] = [];

    before(async () => {
      agent = await startAgent();
      const tidegate = await api();
      await showViews();
      await until('dev is known', () => tidegate.rows('environments')[0]?.description.includes('v1.1.0'));
      agent.answers.rollbackPlan = ({ environment }) => planOf(environment, { refused });
      agent.answers.blob = ({ blob }) =>
        blob === blobs.picture
          ? { bytes: 7, text: null, why: 'binary' }
          : { bytes: 4, text: blob === blobs.old ? 'one\n' : 'two\n', why: null };
    });
    beforeEach(() => {
      dialogs = new Dialogs();
      agent.asked.length = 0;
      refused = [];
    });
    afterEach(async () => {
      dialogs.restore();
      await run(commands.closePreview);
    });

    const run = (id: string, argument?: unknown): Thenable<unknown> =>
      vscode.commands.executeCommand(id, argument);
    const at = (environment: string) => ({ folder: folder(), environment, tag: 'v1.0.0' });
    const tabs = (): readonly vscode.Tab[] => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const isOpen = (title: string): boolean => tabs().some(({ label }) => label.startsWith(title));
    const header = (): vscode.TextEditor | undefined =>
      vscode.window.visibleTextEditors.find(({ document }) => document.uri.path.endsWith('.rollback'));

    it('shows what will happen above the diff of all that differs', async () => {
      await run(commands.previewRollback, at('dev'));
      await until('the diff', () => isOpen('Roll dev back to v1.0.0: what differs'));
      const above = await until('the words', header);
      assert.match(
        above.document.getText(),
        /^Roll dev back: v1\.1\.0 → v1\.0\.0\n\nHow {11}web \(blue → green\)/,
      );
      assert.equal(vscode.window.tabGroups.all.length, 2);
    });

    it('reads the files of both sides when they are shown', async () => {
      await run(commands.previewRollback, at('dev'));
      await until('the diff', () => isOpen('Roll dev back to v1.0.0: what differs'));
      const shown = (): readonly string[] =>
        vscode.workspace.textDocuments
          .filter(({ uri }) => uri.scheme === 'tidegate' && uri.path.startsWith('/src'))
          .map((document) => document.getText());
      await until('both sides', () => shown().includes('one\n') && shown().includes('two\n'));
      await until('the picture', () =>
        vscode.workspace.textDocuments.some((document) =>
          document.getText().startsWith('(not text: 7 bytes'),
        ),
      );
    });

    it('goes back by the lens on the words, and closes', async () => {
      await run(commands.previewRollback, at('dev'));
      const above = await until('the words', header);
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        above.document.uri,
      );
      assert.deepEqual(
        lenses.map(({ command }) => command?.title),
        ['$(discard) Roll Back to v1.0.0', '$(close) Close'],
      );
      await run(lenses[0]?.command?.command ?? '');
      assert.deepEqual(
        agent.asksFor('rollback').map(({ params }) => params),
        [at('dev')],
      );
      await until('both are closed', () => !isOpen('Roll dev back to v1.0.0: what differs') && !header());
    });

    it('stays when somebody says no', async () => {
      await run(commands.previewRollback, at('production'));
      await until('the words', header);
      await run(commands.rollbackPreviewed);
      assert.equal(dialogs.said.at(-1)?.text, 'Roll production back to v1.0.0?');
      assert.deepEqual(agent.asksFor('rollback'), []);
      assert.ok(header(), 'the words are still there');
    });

    it('offers no rollback that would be refused', async () => {
      refused = ['The image of web of release 1 is gone.'];
      await run(commands.previewRollback, at('dev'));
      const above = await until('the words', header);
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        above.document.uri,
      );
      assert.equal(lenses[0]?.command?.command, commands.previewRollback);
      assert.match(above.document.getText(), /REFUSED NOW/);
    });

    it('takes the words away when the diff is closed', async () => {
      await run(commands.previewRollback, at('dev'));
      const title = 'Roll dev back to v1.0.0: what differs';
      await until('the diff', () => isOpen(title));
      await vscode.window.tabGroups.close(tabs().filter(({ label }) => label.startsWith(title)));
      await until('no words', () => !header());
    });

    it('is undone by going to what it left', async () => {
      agent.answers.rollback = ({ tag, environment }) => ({
        ...{ outcome: 'done', reason: 'completed', message: `${environment} is back on ${tag ?? ''}` },
        ...{ rollout: 'r', from: live, to: live, services: [], tookMs: 1, preview: null },
      });
      dialogs.press = (text, buttons) =>
        text.endsWith('v1.0.0') ? buttons.find((one) => one === 'Undo') : undefined;
      await run(commands.rollbackToTag, at('dev'));
      await until('it is taken back', () => agent.asksFor('rollback').length === 2);
      assert.deepEqual(
        agent.asksFor('rollback').map(({ params }) => params['tag']),
        ['v1.0.0', 'v1.1.0'],
      );
    });
  });
}
