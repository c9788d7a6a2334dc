import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { commands } from '../../extension/ids.ts';
import type { TidegateApi } from '../../extension/main.ts';
import type { ScriptedAgent } from './scripted-agent.ts';
import { api, Dialogs, folder, startAgent, statusOf, until } from './stage.ts';

const code = `import { client } from './client.js';
const isFree = await client.getBooleanValue('free-delivery', false);
const other = await client.getBooleanValue('fre-delivery', false);
const word = 'nothing-known';
`;

export function flagTests(): void {
  describe('flags in code', () => {
    let tidegate: TidegateApi;
    let agent: ScriptedAgent;
    let document: vscode.TextDocument;
    let dialogs: Dialogs;
    const file = (name: string): string => path.join(folder(), name);
    const at = (text: string): vscode.Position => document.positionAt(document.getText().indexOf(text) + 2);

    before(async () => {
      agent = await startAgent();
      agent.answers.flagKeys = () => ({
        file: file('flags.yaml'),
        keys: [
          {
            ...{
              key: 'free-delivery',
              line: 3,
              column: 3,
              description: 'No costs',
              owner: 'shop',
              kind: null,
            },
            ...{ expires: '2027-03-01', default: false },
          },
        ],
      });
      tidegate = await api();
      // Nobody looks at the side bar: the code alone is what asks for flags.
      await vscode.commands.executeCommand('workbench.view.explorer');
      await mkdir(file('src'), { recursive: true });
      await mkdir(file('left-out'), { recursive: true });
      await writeFile(file('flags.yaml'), 'version: 1\nflags:\n  free-delivery: { description: No costs }\n');
      await writeFile(file('src/page.ts'), code);
      await writeFile(file('src/other.py'), 'flags.is_enabled("free-delivery")\n');
      await writeFile(file('left-out/made.ts'), code);
      await vscode.workspace
        .getConfiguration('files')
        .update('exclude', { 'left-out': true }, vscode.ConfigurationTarget.Workspace);
      document = await vscode.workspace.openTextDocument(file('src/page.ts'));
      await vscode.window.showTextDocument(document);
    });
    beforeEach(() => {
      dialogs = new Dialogs();
    });
    afterEach(() => dialogs.restore());
    after(async () => {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await setting('codeLens', undefined);
      for (const name of ['src', 'left-out', 'flags.yaml', '.vscode'])
        await rm(file(name), { recursive: true, force: true });
    });

    function setting(name: string, value: boolean | undefined): Thenable<void> {
      const target = vscode.ConfigurationTarget.Workspace;
      return vscode.workspace.getConfiguration('tidegate.flags').update(name, value, target);
    }

    async function hoverAt(text: string): Promise<string> {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        ...[document.uri, at(text)],
      );
      const contents = hovers.flatMap((hover) => hover.contents as vscode.MarkdownString[]);
      return contents.map(({ value }) => value).join('\n');
    }

    async function lenses(uri: vscode.Uri): Promise<readonly string[]> {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        ...[uri, 100],
      );
      return found.map(({ command }) => command?.title ?? '');
    }

    it('tell their state in each environment where they are pointed at', async () => {
      const text = await until('the hover', async () => {
        const hover = await hoverAt('free-delivery');
        return hover.includes('production') && hover.includes('off, by default') && hover;
      });
      for (const words of ['Flag free', 'No costs', 'dev: off, by default', 'owner: shop', 'expires 2027'])
        assert.ok(text.includes(words), `${words} is in ${text}`);
    });

    it('tell how often they are evaluated, in one question for each environment', async () => {
      assert.match(await hoverAt('free-delivery'), /dev: evaluated in the last hour: on 12/);
      await hoverAt('free-delivery');
      assert.deepEqual(
        agent.asksFor('flags.counts').map(({ params }) => params),
        ['dev', 'production'].map((environment) => ({ folder: folder(), environment, key: null })),
      );
    });

    it('are switched from where they are pointed at', async () => {
      const text = await hoverAt('free-delivery');
      const given = /command:tidegate\.toggleFlag\?([^)]+)/.exec(text)?.[1] ?? '';
      agent.asked.length = 0;
      const [target] = JSON.parse(decodeURIComponent(given)) as [object];
      await vscode.commands.executeCommand(commands.toggleFlag, target);
      assert.deepEqual(
        agent.asksFor('flags.set').map(({ params }) => [params['environment'], params['on']]),
        [['dev', true]],
      );
      const status = statusOf('dev', { flagsVersion: 'f 2' });
      agent.tell({ kind: 'watch', feed: 'f', updates: [{ type: 'status', sequence: 2, status }] });
      await until('it is on', async () => (await hoverAt('free-delivery')).includes('dev: on'));
    });

    it('are not told of words that are none', async () => {
      assert.doesNotMatch(await hoverAt('nothing-known'), /Flag/);
    });

    it('have a warning where nobody knows the key, with the one that was meant', async () => {
      const warnings = await until('the warning', () => {
        const all = vscode.languages
          .getDiagnostics(document.uri)
          .filter(({ source }) => source === 'Tidegate');
        return all.length > 0 && all;
      });
      assert.deepEqual(
        warnings.map(({ range, message }) => [range.start.line, /mean "(.*)"/.exec(message)?.[1]]),
        [[2, 'free-delivery']],
      );
    });

    it('lead to their definition', async () => {
      const [place] = await vscode.commands.executeCommand<vscode.Location[]>(
        'vscode.executeDefinitionProvider',
        ...[document.uri, at('free-delivery')],
      );
      assert.equal(place?.uri.fsPath, file('flags.yaml'));
      assert.deepEqual([place.range.start.line, place.range.start.character], [2, 2]);
    });

    it('are found where they are used, from the flags file as well, and not in what is left out', async () => {
      const flags = await vscode.workspace.openTextDocument(file('flags.yaml'));
      const uses = async (): Promise<readonly string[]> => {
        const places = await vscode.commands.executeCommand<vscode.Location[]>(
          'vscode.executeReferenceProvider',
          ...[flags.uri, new vscode.Position(2, 5)],
        );
        return places
          .map(({ uri, range }) => `${path.relative(folder(), uri.fsPath)}:${range.start.line}`)
          .sort();
      };
      // Views, hovers, lenses, warnings and everything before this test have read no code.
      assert.deepEqual(tidegate.codeRead(), { scans: 0, files: 0 });
      assert.deepEqual(await uses(), ['flags.yaml:2', 'src/other.py:0', 'src/page.ts:1']);
      assert.deepEqual(tidegate.codeRead(), { scans: 1, files: 0 });
      await writeFile(file('src/other.py'), '\n\nflags.is_enabled("free-delivery")\n');
      await until('the change', async () => (await uses()).includes('src/other.py:2'));
      const { scans, files } = tidegate.codeRead();
      assert.equal(scans, 1, 'the workspace is not read again');
      // A watcher may tell twice of one change.
      assert.ok(files >= 1 && files <= 2, `${files} files were read`);
    });

    it('are found from their row, and lead to their definition from there', async () => {
      const target = { folder: folder(), flag: 'free-delivery' };
      assert.equal(await vscode.commands.executeCommand(commands.findFlagReferences, target), 2);
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand(commands.openFlagDefinition, target);
      const { activeTextEditor: editor } = vscode.window;
      assert.equal(editor?.document.uri.fsPath, file('flags.yaml'));
      assert.equal(editor.selection.active.line, 2);
      assert.equal(tidegate.codeRead().scans, 1);
    });

    it('have lenses in the flags file, and in code only where somebody wants them', async () => {
      const shown = await lenses(vscode.Uri.file(file('flags.yaml')));
      assert.equal(shown.length, 2);
      assert.match(shown[0] ?? '', /dev: on/);
      assert.deepEqual(await lenses(document.uri), []);
      await setting('codeLens', true);
      const inCode = await until('the lenses', async () => {
        const found = await lenses(document.uri);
        return found.length > 0 && found;
      });
      assert.match(inCode.join(), /production: off, by default/);
    });
  });
}
