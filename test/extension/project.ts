import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { InitResult } from '../../agent/protocol/init.ts';
import { failure } from '../../agent/protocol/errors.ts';
import { commands } from '../../extension/ids.ts';
import type { ScriptedAgent } from './scripted-agent.ts';
import { api, Dialogs, done, folder, startAgent } from './stage.ts';

const text = 'version: 1\nproject: bare\n';
const result = (written: boolean): InitResult => ({
  ...{ file: 'bare/tidegate.yaml', compose: 'bare/compose.yaml', written, text, problems: [], fixed: [] },
  decisions: [
    {
      kind: 'route',
      service: 'web',
      what: 'route bare.localhost -> 3000',
      why: 'it publishes 3000',
      notes: [],
    },
  ],
});

export function projectTests(): void {
  describe('from a compose file to the first deploy', () => {
    let agent: ScriptedAgent;
    let dialogs: Dialogs;
    const bare = (): string => path.join(folder(), 'bare');
    const yes = (button: string) => (_text: string, buttons: readonly string[]) =>
      buttons.includes(button) ? button : undefined;

    before(async () => {
      await api();
      agent = await startAgent();
      await mkdir(bare());
      await writeFile(path.join(bare(), 'compose.yaml'), 'services: { web: { image: x } }\n');
      agent.answers.init = async ({ folder: asked, write }) => {
        if (write) await writeFile(path.join(asked, 'tidegate.yaml'), text);
        return result(write);
      };
    });
    beforeEach(() => {
      dialogs = new Dialogs();
      agent.asked.length = 0;
    });
    afterEach(() => dialogs.restore());
    after(async () => {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await rm(bare(), { recursive: true });
    });

    it('shows the file before it is written, and writes nothing without a yes', async () => {
      await vscode.commands.executeCommand(commands.setUpProject);
      assert.deepEqual(
        agent.asksFor('init').map(({ params }) => params),
        [{ folder: bare(), compose: 'compose.yaml', write: false, fix: false }],
      );
      const [question] = dialogs.said;
      assert.equal(question?.text, 'Create bare/tidegate.yaml from bare/compose.yaml?');
      assert.match(question.detail, /web: route bare\.localhost -> 3000 \(it publishes 3000\)/);
      assert.equal(vscode.window.activeTextEditor?.document.getText(), text);
      assert.equal(vscode.window.activeTextEditor.document.uri.scheme, 'tidegate');
    });

    it('writes it after a yes, and opens it', async () => {
      dialogs.press = yes('Create');
      const made = await vscode.commands.executeCommand<InitResult>(commands.setUpProject, {
        folder: bare(),
        compose: 'compose.yaml',
      });
      assert.equal(made.written, true);
      assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, path.join(bare(), 'tidegate.yaml'));
      assert.match(dialogs.said.at(-1)?.text ?? '', /tidegate\.yaml is written/);
      assert.deepEqual(dialogs.said.at(-1)?.buttons, ['Deploy…']);
    });

    it('says what to do where there is no repository', async () => {
      agent.answers.init = () => {
        throw failure('git.not-a-repository', { message: 'no repository' });
      };
      await vscode.commands.executeCommand(commands.setUpProject, { folder: bare() });
      assert.match(dialogs.said[0]?.text ?? '', /not in a git repository/);
      assert.deepEqual(dialogs.said[0]?.buttons, ['Initialize Repository']);
    });

    it('brings an environment in that is not there yet, once somebody has said yes, and deploys', async () => {
      let isSetUp = false;
      agent.answers.setup = () => {
        isSetUp = true;
        return { outcome: 'done', stack: 'shop-dev', changes: [], pending: [], url: '' };
      };
      const { deploy } = agent.answers;
      agent.answers.deploy = () => {
        if (!isSetUp) throw failure('environment.not-set-up', { message: 'dev is not set up' });
        return done('HEAD is live in dev');
      };
      const target = { folder: folder(), environment: 'dev', tag: 'HEAD' };
      assert.equal(await vscode.commands.executeCommand(commands.deploy, target), undefined);
      assert.equal(isSetUp, false);
      dialogs.press = yes('Set Up and Deploy');
      const deployed = await vscode.commands.executeCommand<{ outcome: string }>(commands.deploy, target);
      assert.equal(deployed.outcome, 'done');
      assert.deepEqual(
        agent.asked.map(({ method }) => method).filter((method) => ['setup', 'deploy'].includes(method)),
        ['deploy', 'deploy', 'setup', 'deploy'],
      );
      agent.answers.deploy = deploy as NonNullable<typeof deploy>;
    });

    it('turns Swarm mode on where it is off, after a yes', async () => {
      agent.answers.startSwarm = () => ({ outcome: 'done', message: 'Docker is in Swarm mode now.' });
      const target = { folder: folder(), environment: 'dev' };
      await vscode.commands.executeCommand(commands.startSwarm, target);
      assert.deepEqual(agent.asksFor('startSwarm'), []);
      dialogs.press = yes('Turn On');
      await vscode.commands.executeCommand(commands.startSwarm, target);
      assert.deepEqual(
        agent.asksFor('startSwarm').map(({ params }) => params),
        [{ ...target, confirmed: true }],
      );
    });
  });
}
