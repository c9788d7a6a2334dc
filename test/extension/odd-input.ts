import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { failure } from '../../agent/protocol/errors.ts';
import { commands } from '../../extension/ids.ts';
import type { TidegateApi } from '../../extension/main.ts';
import type { TreeNode } from '../../extension/model/node.ts';
import { pickers } from './pickers.ts';
import type { Answers, ScriptedAgent } from './scripted-agent.ts';
import { api, commit, Dialogs, folder, showViews, startAgent, statusOf, until } from './stage.ts';

/** Every mark that a key may have, and as long as one may be. */
const oddKey = `A.b_c-${'9.z'.repeat(31)}`.slice(0, 99) + 'k';

export function oddInputTests(): void {
  describe('bad input and bad luck', () => {
    let agent: ScriptedAgent;
    let dialogs: Dialogs;
    let tidegate: TidegateApi;

    beforeEach(async () => {
      agent = await startAgent();
      tidegate = await api();
      await showViews();
      await until('both environments are watched', () => agent.watched === 2);
      await until('both environments are known', () =>
        tidegate.rows('environments').every(({ description }) => description.includes('v1.1.0')),
      );
      dialogs = new Dialogs();
      agent.asked.length = 0;
    });
    afterEach(() => dialogs.restore());

    const labels = (nodes: readonly TreeNode[]) => nodes.map(({ label }) => label);
    const project = () => agent.answers.project as NonNullable<Answers['project']>;

    it('keeps its rows while tidegate.yaml is broken, says what is wrong, and is right again by itself', async () => {
      const file = path.join(folder(), 'tidegate.yaml');
      const right = await readFile(file, 'utf8');
      const answer = project();
      agent.answers.project = async (params, call) => {
        if ((await readFile(file, 'utf8')) === right) return answer(params, call);
        throw failure('config.invalid', { message: 'One problem:\n  tidegate.yaml:2:1: no key "projekt"' });
      };
      await writeFile(file, right.replace('project', 'projekt'));
      const broken = await until('it says so', () => {
        const rows = tidegate.rows('environments');
        return rows.length === 3 && rows;
      });
      assert.deepEqual(labels(broken), ['tidegate.yaml', 'dev', 'production']);
      assert.match(broken[0]?.description ?? '', /no key "projekt"/);
      await writeFile(file, right);
      await until('it is right again', () => tidegate.rows('environments').length === 2);
      assert.equal(tidegate.rows('environments')[0]?.description, 'v1.1.0');
      assert.deepEqual(dialogs.said, [], 'nobody is told off');
    });

    it('sees what is put right where no file of it changes', async () => {
      const answer = project();
      agent.answers.project = () => {
        throw failure('git.not-a-repository', { message: 'no repository' });
      };
      await writeFile(path.join(folder(), 'tidegate.yaml'), 'version: 1\nproject: shop\n');
      await until('it says so', () => tidegate.rows('environments')[0]?.label === 'tidegate.yaml');
      agent.answers.project = answer;
      await until('the trouble has gone', () => tidegate.rows('environments').length === 2);
    });

    it('shows two projects below one root, and means the one that is named', async () => {
      const inner = path.join(folder(), 'inner');
      const answer = project();
      agent.answers.project = async (params, call) => ({
        ...(await answer(params, call)),
        folder: params.folder,
      });
      await mkdir(inner);
      try {
        await writeFile(path.join(inner, 'tidegate.yaml'), 'version: 1\nproject: shop\n');
        const rows = await until('both projects', () => {
          const found = tidegate.rows('environments');
          return found.length === 2 && found.every(({ children }) => children.length === 2) && found;
        });
        const base = path.basename(folder());
        assert.deepEqual(labels(rows), [`shop (${base})`, 'shop (inner)']);
        await vscode.commands.executeCommand(commands.deploy, {
          ...{ folder: inner, environment: 'dev', tag: 'v1.2.0' },
        });
        assert.deepEqual(
          agent.asksFor('deploy').map(({ params }) => params['folder']),
          [inner],
        );
        const tasks = await vscode.tasks.fetchTasks({ type: 'tidegate' });
        assert.deepEqual(
          tasks
            .map(({ name }) => name)
            .filter((name) => name.startsWith('plan for dev'))
            .sort(),
          ['plan for dev', 'plan for dev (inner)'],
        );
      } finally {
        await rm(inner, { recursive: true });
      }
      await until('one is left', () => labels(tidegate.rows('environments')).includes('dev'));
    });

    it('offers what can be deployed where there is no tag, and says so where nothing can be gone back to', async () => {
      const head = { ref: 'HEAD', commit, subject: 's', at: '2026-03-01T10:00:00.000Z' };
      agent.answers.refs = () => ({
        ...{ head, tags: [], branches: [], more: { tags: 0, branches: 0 }, dirty: false },
      });
      agent.answers.history = ({ environment }) => ({ stack: `shop-${environment}`, rollouts: [] });
      const target = { folder: folder(), environment: 'dev' };
      const picks = pickers();
      try {
        const deploying = vscode.commands.executeCommand(commands.deploy, target);
        const pick = await until('it asks', () => picks.shown.find(({ items }) => items.length > 0));
        assert.deepEqual(
          pick.items.map(({ label }) => label),
          ['here', '$(git-commit) HEAD'],
        );
        assert.match(pick.placeholder ?? '', /There is no tag yet/);
        pick.hide();
        assert.equal(await deploying, undefined);
      } finally {
        picks.restore();
      }
      await vscode.commands.executeCommand(commands.rollbackToTag, target);
      assert.match(dialogs.said[0]?.text ?? '', /There is no tag that dev could go back to/);
    });

    it('shows a flag with an odd key as it is called, and switches it from its row', async () => {
      const { 'flags.list': list } = agent.answers;
      agent.answers['flags.list'] = async (params, call) => {
        const listed = await (list as NonNullable<typeof list>)(params, call);
        return { ...listed, flags: listed.flags.map((flag) => ({ ...flag, key: oddKey })) };
      };
      const status = statusOf('dev', { flagsVersion: 'odd 1' });
      agent.tell({ kind: 'watch', feed: 'f', updates: [{ type: 'status', sequence: 2, status }] }, 'dev');
      const row = await until('it has a row', () =>
        tidegate
          .rows('flags')
          .find(({ label }) => label === oddKey)
          ?.children.find(({ label }) => label === 'dev'),
      );
      await vscode.commands.executeCommand(commands.toggleFlag, row.id);
      assert.deepEqual(
        agent.asksFor('flags.set').map(({ params }) => params['key']),
        [oddKey],
      );
    });

    it('waits for no notification, however many are ignored for ever', async () => {
      const never = new Promise<undefined>(() => undefined);
      const ignored = () => never;
      Object.assign(vscode.window, {
        ...{ showInformationMessage: ignored, showWarningMessage: ignored, showErrorMessage: ignored },
      });
      const target = { folder: folder(), environment: 'dev' };
      const run = (id: string, more: object = {}) =>
        vscode.commands.executeCommand(id, { ...target, ...more });
      assert.ok(await run(commands.deploy, { tag: 'v1.2.0' }), 'deployed');
      assert.ok(await run(commands.toggleFlag, { flag: 'free-delivery' }), 'switched');
      assert.equal(await run(commands.toggleFlag, { flag: 'nobody-knows' }), undefined);
      assert.ok(await run(commands.rollbackToTag, { tag: 'v1.0.0' }), 'back');
      assert.ok(await run(commands.deploy, { tag: 'v1.2.0' }), 'deployed again');
      const maintained = statusOf('dev', { maintenance: 'ann@laptop' });
      agent.tell(
        { kind: 'watch', feed: 'f', updates: [{ type: 'status', sequence: 3, status: maintained }] },
        'dev',
      );
      await until('rows go on', () => tidegate.rows('environments')[0]?.description.includes('maintenance'));
    });
  });
}
