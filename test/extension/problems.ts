import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ConfigProblem } from '../../agent/protocol/validate.ts';
import { failure } from '../../agent/protocol/errors.ts';
import { commands } from '../../extension/ids.ts';
import { closeText, openText } from './editing.ts';
import type { ScriptedAgent } from './scripted-agent.ts';
import { api, Dialogs, done, folder, startAgent, until } from './stage.ts';

/** A key that is written wrongly, wherever it is, each with its repair. */
function problemsOf(text: string, file = 'tidegate.yaml'): readonly ConfigProblem[] {
  return text.split('\n').flatMap((line, index) =>
    [...line.matchAll(/prot/g)].map((found): ConfigProblem => {
      const start = { line: index + 1, column: found.index + 1 };
      const end = { line: index + 1, column: found.index + 5 };
      const edits = [{ file, range: { start, end }, newText: 'port' }];
      return {
        ...{ ...start, end, severity: 'error', file, code: 'config.unknown-key' },
        ...{ message: 'prot is not a key.', hint: 'Did you mean port?', environments: ['dev'] },
        fix: { title: 'Rename prot to port', edits },
      };
    }),
  );
}

export function problemTests(): void {
  describe('problems', () => {
    let agent: ScriptedAgent;
    let dialogs: Dialogs;
    const file = (name = 'tidegate.yaml'): vscode.Uri => vscode.Uri.file(path.join(folder(), name));
    const shown = (uri = file()): readonly vscode.Diagnostic[] => vscode.languages.getDiagnostics(uri);

    before(async () => {
      await api();
      agent = await startAgent();
      agent.answers.validate = ({ texts = {}, folder: asked }) => ({
        ...{ outcome: 'wrong', environments: ['dev'], fixed: [] },
        folder: path.relative(folder(), asked),
        problems:
          asked === folder()
            ? problemsOf(texts['tidegate.yaml'] ?? '')
            : problemsOf('prot', 'other/tidegate.yaml'),
      });
    });
    beforeEach(() => {
      dialogs = new Dialogs();
    });
    afterEach(async () => {
      dialogs.restore();
      await closeText();
    });

    it('stand at their places while somebody types, and go when they are put right', async () => {
      const document = await openText('version: 1\na: { prot: 1 }\n');
      const [problem] = await until('it is shown', () => shown().length === 1 && shown());
      assert.deepEqual(problem?.range, new vscode.Range(1, 5, 1, 9));
      assert.equal(problem.code, 'config.unknown-key');
      assert.equal(problem.message, 'prot is not a key.\nDid you mean port?');
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        problem.range,
      );
      const fix = actions.find(({ title }) => title === 'Rename prot to port');
      assert.ok(fix?.edit, 'there is a repair');
      await vscode.workspace.applyEdit(fix.edit);
      assert.equal(document.getText(), 'version: 1\na: { port: 1 }\n');
      await until('it has gone', () => shown().length === 0);
    });

    it('can be repaired all at once, in the editor, for somebody to look at', async () => {
      const document = await openText('prot: 1\nb: { prot: 2 }\n');
      await until('both are shown', () => shown().length === 2);
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        new vscode.Range(0, 1, 0, 1),
      );
      const all = actions.find(({ title }) => title.startsWith('Fix all'));
      assert.equal(all?.command?.command, commands.fixProblems);
      const made = await vscode.commands.executeCommand(commands.fixProblems, { folder: folder() });
      assert.equal(made, 2);
      assert.equal(document.getText(), 'port: 1\nb: { port: 2 }\n');
      assert.ok(document.isDirty, 'nothing is saved');
      assert.match(dialogs.said[0]?.text ?? '', /2 repairs are made, and not saved/);
    });

    it('go with their file', async () => {
      const other = file('other/tidegate.yaml');
      await mkdir(path.dirname(other.fsPath));
      await writeFile(other.fsPath, 'prot: 1\n');
      await until('it is shown', () => shown(other).length === 1).finally(() =>
        rm(path.dirname(other.fsPath), { recursive: true }),
      );
      await until('it has gone', () => shown(other).length === 0);
    });

    it('of a build stand at the step of the Dockerfile, until the next one begins', async () => {
      const { deploy } = agent.answers;
      agent.answers.deploy = (_params, { onEvent }) => {
        const at = { file: 'web/Dockerfile', line: 3, column: 1 };
        onEvent({ kind: 'problem', ...at, code: 'build.failed', message: 'RUN npm ci failed: exit 1' });
        return { ...done('not built'), outcome: 'failed', reason: 'build-failed' };
      };
      const target = { folder: folder(), environment: 'dev', tag: 'v1.2.0' };
      await vscode.commands.executeCommand(commands.deploy, target);
      const [problem] = await until('it is shown', () => shown(file('web/Dockerfile')));
      assert.equal(problem?.range.start.line, 2);
      assert.equal(problem.message, 'RUN npm ci failed: exit 1');
      agent.answers.deploy = deploy as NonNullable<typeof deploy>;
      await vscode.commands.executeCommand(commands.deploy, target);
      assert.deepEqual(shown(file('web/Dockerfile')), []);
    });

    it('of a commit that cannot be deployed are shown as well', async () => {
      const { deploy } = agent.answers;
      const problem = { severity: 'error', file: 'compose.yaml', line: 7, column: 5, code: 'compose.x' };
      agent.answers.deploy = () => {
        const problems = [{ ...problem, message: 'wrong', hint: '' }];
        throw failure('config.invalid', { message: 'One problem', data: { problems } });
      };
      await vscode.commands.executeCommand(commands.deploy, {
        folder: folder(),
        environment: 'dev',
        tag: 'v1',
      });
      assert.deepEqual(
        shown(file('compose.yaml')).map(({ range, message }) => [
          range.start.line,
          range.start.character,
          message,
        ]),
        [[6, 4, 'wrong']],
      );
      assert.deepEqual(dialogs.said[0]?.buttons, ['Show Problems']);
      agent.answers.deploy = deploy as NonNullable<typeof deploy>;
    });
  });
}
