import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { commands } from '../../extension/ids.ts';
import { api, folder, showViews, startAgent, until } from './stage.ts';

const text = `version: 1
project: shop
environments:
  dev: { edge: { http: 8080 } }
services:
  web:
    route: { port: 3000 }
suites:
  unit: { stage: build, service: web }
`;

/** Opens tidegate.yaml with a text that is not saved. */
export async function openText(written: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(path.join(folder(), 'tidegate.yaml'));
  await vscode.window.showTextDocument(document);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), written);
  await vscode.workspace.applyEdit(edit);
  return document;
}

export async function closeText(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
}

export function editingTests(): void {
  describe('tidegate.yaml in the editor', () => {
    let document: vscode.TextDocument;

    before(async () => {
      await startAgent();
      const tidegate = await api();
      await showViews();
      await until('dev is known', () => tidegate.rows('environments')[0]?.description === 'v1.1.0');
      document = await openText(text);
    });
    after(closeText);

    const at = (word: string): vscode.Position => document.positionAt(text.indexOf(word));
    const hovered = async (word: string): Promise<string> => {
      const found = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        at(word),
      );
      return found
        .flatMap(({ contents }) => contents.map((one) => (one as vscode.MarkdownString).value))
        .join();
    };

    it('offers what can be written, with what it means', async () => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        at('route:'),
      );
      const health = list.items.find(({ label }) => label === 'health');
      assert.ok(health, 'health is offered');
      assert.match(health.documentation as string, /Path of the health check/);
    });

    it('says what a key means, and of a service what is live where', async () => {
      assert.match(await hovered('port: 3000'), /port the service listens on/);
      const web = await hovered('web:');
      assert.match(
        web,
        /dev \| v1\\\.1\\\.0, blue, 100 %, 2\/2 healthy, answers 200 \| v1\\\.0\\\.0, green, warm/,
      );
      assert.match(web, /production/);
    });

    it('has Deploy and Plan over an environment, and Run over a suite', async () => {
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        document.uri,
      );
      assert.deepEqual(
        lenses.map(({ range, command }) => [
          range.start.line,
          command?.command,
          command?.arguments?.[0] as unknown,
        ]),
        [
          [3, commands.deploy, { folder: folder(), environment: 'dev' }],
          [3, commands.plan, { folder: folder(), environment: 'dev' }],
          [8, commands.runSuite, { folder: folder(), suite: 'unit' }],
        ],
      );
    });
  });
}
