import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ErrorCode } from '../../agent/protocol/codes.ts';
import { discoveryFile } from '../../agent/protocol/connection/discovery.ts';
import { disconnected } from '../../agent/protocol/connection/failures.ts';
import { discoveryFolder } from '../../agent/protocol/connection/folder.ts';
import { failure } from '../../agent/protocol/errors.ts';
import { commands } from '../../extension/ids.ts';
import type { TidegateApi } from '../../extension/main.ts';
import { overallOf, type Overall } from '../../extension/model/overall.ts';
import type { ScriptedAgent } from './scripted-agent.ts';
import { api, Dialogs, folder, showViews, startAgent, statusOf, until } from './stage.ts';

export function welcomeTests(): void {
  describe('what stands in the way of everything', () => {
    let agent: ScriptedAgent;
    let tidegate: TidegateApi;
    const file = (): vscode.Uri => vscode.Uri.file(path.join(folder(), 'tidegate.yaml'));
    /** As somebody does it in this editor: nothing else tells of it where files cannot be watched. */
    async function remove(): Promise<void> {
      const edit = new vscode.WorkspaceEdit();
      edit.deleteFile(file());
      await vscode.workspace.applyEdit(edit);
    }
    async function create(): Promise<void> {
      await writeFile(file().fsPath, 'version: 1\n');
      const document = await vscode.workspace.openTextDocument(file());
      const edit = new vscode.WorkspaceEdit();
      edit.insert(file(), new vscode.Position(1, 0), 'project: shop\n');
      await vscode.workspace.applyEdit(edit);
      assert.equal(await document.save(), true);
    }

    before(async () => {
      tidegate = await api();
      await showViews();
    });
    beforeEach(async () => {
      agent = await startAgent();
      await until('both are watched', () => agent.asksFor('watch').length === 2);
      await is('ready');
    });

    const is = (overall: Overall): Promise<true> =>
      until(`${overall}, not ${overallOf(tidegate.state())}`, () => overallOf(tidegate.state()) === overall);

    function tell(problemCode: ErrorCode | null): void {
      for (const environment of ['dev', 'production']) {
        const status =
          problemCode === null
            ? statusOf(environment)
            : statusOf(environment, {
                ...{ state: 'unreachable', problem: problemCode, problemCode, services: [] },
              });
        const updates = [{ type: 'status', sequence: 2, status }] as const;
        agent.tell({ kind: 'watch', feed: 'f', updates }, environment);
      }
    }

    for (const [code, overall] of [
      ['engine.unreachable', 'no-docker'],
      ['engine.denied', 'no-access'],
      ['swarm.inactive', 'no-swarm'],
      ['swarm.not-a-manager', 'no-swarm'],
    ] as const)
      it(`takes the place of the rows for ${code}, and goes when its cause has gone`, async () => {
        tell(code);
        await is(overall);
        assert.deepEqual(tidegate.rows('environments'), []);
        tell(null);
        await is('ready');
        assert.equal(tidegate.rows('environments').length, 2);
      });

    it('sees a tidegate.yaml go and come, and a repository come, which no file of the project tells', async () => {
      const { project } = agent.answers;
      await remove();
      await is('no-project');
      agent.answers.project = () => {
        throw failure('git.not-a-repository', { message: 'no repository' });
      };
      await create();
      await is('no-repository');
      agent.answers.project = project as NonNullable<typeof project>;
      await is('ready');
    });

    it('says that no agent can be used, and goes on with the next that can', async () => {
      await writeFile(discoveryFile(discoveryFolder(process.env)), 'not what an agent writes', {
        mode: 0o600,
      });
      await agent.stop();
      await is('no-agent');
      agent = await startAgent();
      await is('ready');
    });

    it('leads to the set-up of the project from a command that needs one', async () => {
      const dialogs = new Dialogs();
      await remove();
      await is('no-project');
      await vscode.commands.executeCommand(commands.deploy);
      assert.match(dialogs.said[0]?.text ?? '', /no tidegate\.yaml/);
      assert.deepEqual(dialogs.said[0]?.buttons, ['Set Up This Project']);
      dialogs.restore();
      await create();
      await is('ready');
    });

    it('leads from a deploy to Swarm mode where it is off, and names no terminal for it', async () => {
      const dialogs = new Dialogs();
      agent.answers.deploy = () => {
        throw failure('swarm.inactive', { message: 'It is in no Swarm.', hint: 'Run "docker swarm init".' });
      };
      await vscode.commands.executeCommand(commands.deploy, { environment: 'dev', tag: 'v1.0.0' });
      assert.deepEqual(
        dialogs.said.map(({ text, buttons }) => [text, buttons]),
        [['It is in no Swarm.', ['Turn On Swarm Mode…']]],
      );
      dialogs.restore();
    });

    it('says one thing when the agent is killed in the middle of a deploy, and shows what goes on', async () => {
      const dialogs = new Dialogs();
      // An agent that ends by itself answers first: a killed one is what the connection's end looks like.
      agent.answers.deploy = () => {
        throw disconnected('the socket was closed');
      };
      await vscode.commands.executeCommand(commands.deploy, { environment: 'dev', tag: 'v1.2.0' });
      agent = await startAgent();
      await until('both are watched', () => agent.asksFor('watch').length === 2);
      assert.equal(tidegate.rows('environments').length, 2);
      assert.deepEqual(
        dialogs.said.map(({ buttons }) => buttons),
        [['Show Environments']],
      );
      assert.doesNotMatch(dialogs.said[0]?.text ?? '', /tidegate status/);
      dialogs.restore();
    });
  });
}
