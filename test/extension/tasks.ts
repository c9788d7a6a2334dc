import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { failure } from '../../agent/protocol/errors.ts';
import type { ScriptedAgent } from './scripted-agent.ts';
import { api, folder, showViews, startAgent, until } from './stage.ts';

export function taskTests(): void {
  describe('tasks', () => {
    let agent: ScriptedAgent;

    before(async () => {
      agent = await startAgent();
      const tidegate = await api();
      await showViews();
      await until('environments are known', () => tidegate.rows('environments').length === 2);
    });

    const find = async (name: string): Promise<vscode.Task> => {
      const tasks = await vscode.tasks.fetchTasks({ type: 'tidegate' });
      const found = tasks.find((task) => task.name === name);
      assert.ok(found, `${name} is among ${tasks.map((task) => task.name).join()}`);
      return found;
    };

    async function exitCodeOf(task: vscode.Task): Promise<number | undefined> {
      const ended = new Promise<number | undefined>((resolve) => {
        const listening = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
          if (execution.task.name !== task.name) return;
          listening.dispose();
          resolve(exitCode);
        });
      });
      await vscode.tasks.executeTask(task);
      return ended;
    }

    it('are offered for each environment', async () => {
      const tasks = await vscode.tasks.fetchTasks({ type: 'tidegate' });
      assert.deepEqual(
        tasks.map(({ name }) => name).sort(),
        ['deploy to dev', 'deploy to production', 'plan for dev', 'plan for production'].sort(),
      );
    });

    it('run the command line that is brought along, against the same agent, and have its exit code', async () => {
      const task = await find('plan for dev');
      agent.asked.length = 0;
      assert.equal(await exitCodeOf(task), 0);
      const [asked] = agent.asksFor('plan').map(({ params }) => params);
      assert.deepEqual([asked?.['environment'], asked?.['ref']], ['dev', 'HEAD']);
      assert.equal(asked?.['folder'], folder());
      const plan = agent.answers.plan;
      agent.answers.plan = () => Promise.reject(new Error('nobody knows'));
      assert.equal(await exitCodeOf(task), 1);
      agent.answers.plan = plan as NonNullable<typeof plan>;
    });

    it('show what is wrong with the files of the commit at its place, and end with the code for it', async () => {
      const { plan } = agent.answers;
      const line = 'compose.yaml:2:17 services.web.image: "X" is not an image name.';
      agent.answers.plan = (_params, { onEvent }) => {
        const text = 'compose.yaml:3:5 services.web.container_name: is left out.';
        onEvent({ kind: 'note', level: 'warning', text });
        throw failure('config.invalid', { message: `One problem in the configuration:\n${line}` });
      };
      const compose = vscode.Uri.file(path.join(folder(), 'compose.yaml'));
      await writeFile(compose.fsPath, 'services:\n  web: { image: X }\n');
      try {
        assert.equal(await exitCodeOf(await find('plan for dev')), 2);
        const found = await until('both are shown', () => {
          const all = vscode.languages.getDiagnostics(compose);
          return all.length === 2 && all;
        });
        const { Error: error, Warning: warning } = vscode.DiagnosticSeverity;
        assert.deepEqual(
          found.map(({ range: { start }, severity }) => [start.line, start.character, severity]).sort(),
          [
            [1, 16, error],
            [2, 4, warning],
          ],
        );
      } finally {
        agent.answers.plan = plan as NonNullable<typeof plan>;
        await rm(compose.fsPath);
      }
    });
  });
}
