import assert from 'node:assert/strict';
import { mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { positionOf } from '../../agent/config/fix/layout.ts';
import { editFlags } from '../../agent/flags/file/edit/edit-flags.ts';
import { readRules } from '../../agent/flags/file/edit/rules.ts';
import { readFlagKeys } from '../../agent/flags/file/keys.ts';
import { commands } from '../../extension/ids.ts';
import type { TidegateApi } from '../../extension/main.ts';
import type { ScriptedAgent } from './scripted-agent.ts';
import { api, Dialogs, folder, showViews, startAgent, until } from './stage.ts';

const flags = `version: 1
segments:
  staff: { attribute: email, endsWith: '@shop.example' }
flags:
  # This week only.
  free-delivery:
    description: No costs
    rules:
      - { when: { segment: staff }, serve: on } # as agreed
`;
const code = `import { client } from './client.js';
export async function page() {
  const isFree = await client.getBooleanValue('free-delivery', true);
  const quick = await client.getBooleanValue('quick-pay', false);
  const typo = await client.getBooleanValue('fre-delivery', false);
  log('start');
  log('end');
}
`;

export function flagFileTests(): void {
  describe('flags in their file', () => {
    let agent: ScriptedAgent;
    let dialogs: Dialogs;
    let tidegate: TidegateApi;
    let page: vscode.TextDocument;
    const file = (name: string): string => path.join(folder(), name);
    const run = (id: string, argument?: unknown): Thenable<unknown> =>
      vscode.commands.executeCommand(id, argument);
    const flagsText = async (): Promise<string> =>
      (await vscode.workspace.openTextDocument(file('flags.yaml'))).getText();

    before(async () => {
      agent = await startAgent();
      const onDisk = flags;
      agent.answers.flagKeys = ({ text }) => ({
        file: file('flags.yaml'),
        keys: readFlagKeys('flags.yaml', text ?? onDisk, 'dev'),
      });
      agent.answers.flagRules = ({ text, key }) => ({
        ...{ file: file('flags.yaml'), key, environments: ['dev', 'production'] },
        ...readRules({ file: 'flags.yaml', text: text ?? onDisk }, key),
      });
      agent.answers.flagEdit = ({ text, change }) => {
        const before = text ?? onDisk;
        const { start, end, newText } = editFlags({ file: 'flags.yaml', text: before }, change);
        const range = { start: positionOf(before, start), end: positionOf(before, end) };
        return { file: file('flags.yaml'), exists: true, range, newText };
      };
      tidegate = await api();
      await mkdir(file('src'), { recursive: true });
      await writeFile(file('flags.yaml'), flags);
      await writeFile(file('src/page.ts'), code);
      await showViews();
      await until('flags are shown', () => tidegate.rows('flags').length > 0);
      page = await vscode.workspace.openTextDocument(file('src/page.ts'));
      // The editor may still have a file of that name from before, and of the first files in a folder it may never hear.
      const isRead = async (): Promise<boolean> => {
        for (const name of ['flags.yaml', 'src/page.ts']) await utimes(file(name), new Date(), new Date());
        return (await flagsText()) === flags && page.getText() === code;
      };
      await until('the files are as they were written', isRead);
    });
    beforeEach(async () => {
      dialogs = new Dialogs();
      agent.asked.length = 0;
      await vscode.window.showTextDocument(page);
    });
    afterEach(async () => {
      dialogs.restore();
      for (const document of vscode.workspace.textDocuments.filter(({ isDirty }) => isDirty)) {
        await vscode.window.showTextDocument(document);
        await vscode.commands.executeCommand('workbench.action.files.revert');
      }
    });
    after(async () => {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      for (const name of ['src', 'flags.yaml']) await rm(file(name), { recursive: true, force: true });
    });

    const at = (more: object = {}) => ({ folder: folder(), flag: 'free-delivery', ...more });
    const actions = async (from: string, to = from): Promise<readonly vscode.CodeAction[]> => {
      const text = page.getText();
      const range = new vscode.Range(
        page.positionAt(text.indexOf(from)),
        page.positionAt(text.indexOf(to) + to.length),
      );
      return vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        ...[page.uri, range],
      );
    };

    it('are completed and explained as they are written, with names that only the file knows', async () => {
      const document = await vscode.workspace.openTextDocument(file('flags.yaml'));
      const position = (word: string): vscode.Position => document.positionAt(flags.indexOf(word) + 1);
      const offered = async (word: string): Promise<readonly string[]> => {
        const list = await vscode.commands.executeCommand<vscode.CompletionList>(
          'vscode.executeCompletionItemProvider',
          ...[document.uri, position(word)],
        );
        return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
      };
      // The editor hears of a new file in its own time.
      await until('segments are offered', async () => (await offered('staff }, serve')).includes('staff'));
      assert.ok((await offered('rules:')).includes('expires'), 'keys of a flag');
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        ...[document.uri, position('rules:')],
      );
      const said = hovers.flatMap(({ contents }) => contents as vscode.MarkdownString[]);
      assert.match(said.map(({ value }) => value).join(), /first that holds decides/);
    });

    it('get a rule by picking, and what is written around it stays', async () => {
      dialogs.picks.push(
        'All environments',
        'Add a Rule',
        'email',
        'ends with',
        'And Another',
        'staff',
        'off',
      );
      dialogs.answers.push('@test.example');
      assert.equal(await run(commands.editFlagRules, at()), 1, dialogs.said.at(-1)?.text);
      const rule =
        "      - { when: { all: [{ attribute: email, endsWith: '@test.example' }, { segment: staff }] }, serve: off }\n";
      assert.equal(await flagsText(), flags + rule);
      assert.ok(dialogs.lists[1]?.[0]?.startsWith('1. in segment staff → on'), dialogs.lists[1]?.join());
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file('flags.yaml')));
      await vscode.commands.executeCommand('undo');
      assert.equal(await flagsText(), flags);
    });

    it('get rules of an environment alone, in another order, and lose them again', async () => {
      dialogs.picks.push(
        ...['Only dev', 'Add a Rule', 'Another Attribute', 'is there', 'off'],
        ...['2. plan is there', 'Move Up', '2. in segment staff', 'Remove'],
      );
      dialogs.answers.push('plan');
      assert.equal(await run(commands.editFlagRules, at()), 3);
      const { lists } = readRules({ file: 'flags.yaml', text: await flagsText() }, 'free-delivery');
      assert.deepEqual(
        lists.map(({ environment, rules }) => [environment, rules.map(({ when }) => when)]),
        [
          [null, ['in segment staff']],
          ['dev', ['plan is there']],
        ],
      );
    });

    it('keep their rules where a value is none, or where somebody presses Escape', async () => {
      dialogs.picks.push('All environments', 'Add a Rule', 'email', 'is more than');
      dialogs.answers.push('much');
      await run(commands.editFlagRules, at());
      assert.match(dialogs.said.at(-1)?.text ?? '', /much is no number/);
      dialogs.picks.push('All environments', 'Add a Rule');
      assert.equal(await run(commands.editFlagRules, at()), undefined);
      assert.equal(await flagsText(), flags);
    });

    it('are made for a key that only the code knows, of the type that the code asks for', async () => {
      const offered = await until('the fix', async () => {
        const found = await actions('quick-pay');
        return found.some(({ title }) => title.startsWith('Create')) && found;
      });
      const create = offered.find(({ title }) => title === 'Create the flag "quick-pay"…');
      assert.ok(create?.command, 'it is offered');
      dialogs.answers.push('One page less: to pay.');
      await vscode.commands.executeCommand(
        create.command.command,
        ...((create.command.arguments ?? []) as unknown[]),
      );
      assert.equal(await flagsText(), `${flags}  quick-pay:\n    description: 'One page less: to pay.'\n`);
      assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, file('flags.yaml'));
    });

    it('are not made without a word about them, nor twice', async () => {
      dialogs.answers.push(' ');
      await run(commands.createFlag, { folder: folder(), flag: 'quick-pay', type: 'boolean' });
      assert.match(dialogs.said.at(-1)?.text ?? '', /Say what it changes/);
      await run(commands.createFlag, { folder: folder(), flag: 'free-delivery', type: 'boolean' });
      assert.match(dialogs.said.at(-1)?.text ?? '', /already/);
      assert.equal(await flagsText(), flags);
    });

    it('are made from the palette, where nothing is passed along', async () => {
      dialogs.picks.push('On and off');
      dialogs.answers.push('gift-wrap', 'Offers to wrap it.');
      assert.equal(await run(commands.createFlag), 'gift-wrap', dialogs.said.at(-1)?.text);
      assert.match(await flagsText(), /gift-wrap:\n {4}description: .?Offers/);
    });

    it('are made with variants', async () => {
      dialogs.picks.push('Numbers');
      dialogs.answers.push('page-size', 'How many there are on a page.', 'few=10, many=50');
      await run(commands.createFlag, { folder: folder() });
      assert.match(
        await flagsText(),
        /page-size:\n.*\n {4}type: number\n {4}variants:\n {6}few: 10\n {6}many: 50\n {4}off: few\n {4}on: many\n/,
      );
    });

    it('begin with one out of the palette: the file is named in tidegate.yaml by it', async () => {
      const config = file('tidegate.yaml');
      const before = await readFile(config, 'utf8');
      const { flagKeys } = agent.answers;
      assert.ok(flagKeys, 'the agent knows flags');
      agent.answers.flagKeys = async (params, call) => {
        const isNamed = (await readFile(config, 'utf8')).includes('flags: flags.yaml');
        return isNamed ? flagKeys(params, call) : { file: null, keys: null };
      };
      const end = { line: before.split('\n').length, column: 1 };
      agent.answers.nameFlagsFile = () => ({
        ...{ file: config, exists: true, newText: 'flags: flags.yaml\n', range: { start: end, end } },
      });
      try {
        assert.equal(await run(commands.createFlag), undefined);
        assert.equal(await readFile(config, 'utf8'), before);
        dialogs.picks.push('On and off');
        dialogs.answers.push('gift-wrap', 'Wraps what is bought.');
        assert.equal(await run(commands.createFlag), 'gift-wrap');
        assert.match(await flagsText(), /  gift-wrap:\n {4}description: 'Wraps what is bought\.'\n$/);
        assert.equal(await readFile(config, 'utf8'), `${before}flags: flags.yaml\n`);
        assert.match(dialogs.said.at(-1)?.text ?? '', /tidegate\.yaml names that file now/);
      } finally {
        agent.answers.flagKeys = flagKeys;
        await writeFile(config, before);
      }
    });

    it('are what was meant with a slip of the finger', async () => {
      const offered = await until('the fix', async () => {
        const found = await actions('fre-delivery');
        return found.some(({ title }) => title.startsWith('Change to')) && found;
      });
      const change = offered.find(({ title }) => title === 'Change to "free-delivery"');
      assert.ok(change?.edit && change.isPreferred === true, 'it is offered first');
      await vscode.workspace.applyEdit(change.edit);
      assert.ok(!page.getText().includes('fre-delivery'), page.getText());
    });

    it('go around what is selected, in the words the program asks for flags by', async () => {
      const offered = await actions("log('start');", "log('end');");
      assert.ok(
        offered.some(({ title }) => title === 'Wrap in a flag…'),
        offered.map(({ title }) => title).join(),
      );
      const editor = await vscode.window.showTextDocument(page);
      const text = page.getText();
      editor.selection = new vscode.Selection(
        page.positionAt(text.indexOf("log('start')")),
        page.positionAt(text.indexOf("log('end');") + 11),
      );
      dialogs.picks.push('A New Flag');
      dialogs.answers.push('loud', 'Says when it starts.');
      assert.equal(await run(commands.wrapInFlag), 'loud');
      assert.ok(
        page
          .getText()
          .includes(
            "  if (await client.getBooleanValue('loud', false)) {\n    log('start');\n    log('end');\n  }\n",
          ),
        page.getText(),
      );
      assert.match(await flagsText(), /loud:\n {4}description: 'Says when/);
    });

    it('do not go around half a statement', async () => {
      const offered = await actions('isFree = await');
      assert.ok(!offered.some(({ title }) => title === 'Wrap in a flag…'), 'it is not offered');
      const editor = await vscode.window.showTextDocument(page);
      editor.selection = new vscode.Selection(0, 3, 0, 9);
      await run(commands.wrapInFlag);
      assert.match(dialogs.said.at(-1)?.text ?? '', /whole statements/);
      assert.equal(page.getText(), code);
    });

    it('are taken out after a look at where they are used, and at their comments', async () => {
      dialogs.press = (_, buttons) => buttons.find((one) => one === 'Remove Definition');
      assert.equal(await run(commands.removeFlag, at()), true);
      assert.match(dialogs.said[0]?.detail ?? '', /Used in the code, 1 times[^]*src\/page\.ts:3/);
      assert.equal(
        await flagsText(),
        `${flags.slice(0, flags.indexOf('flags:'))}flags: {}\n# This week only.\n# as agreed\n`,
      );
    });

    it('stay where somebody says no, or wants to see where they are used first', async () => {
      assert.equal(await run(commands.removeFlag, at()), undefined);
      dialogs.press = (_, buttons) => buttons.find((one) => one === 'Show References');
      assert.equal(await run(commands.removeFlag, at()), false);
      assert.equal(await flagsText(), flags);
    });

    it('have an offer in the hover to see who gets them', async () => {
      const position = page.positionAt(page.getText().indexOf('free-delivery') + 2);
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        ...[page.uri, position],
      );
      const text = hovers
        .flatMap(({ contents }) => contents)
        .map((one) => (one as vscode.MarkdownString).value);
      assert.ok(
        text.some((one) => one.includes(`command:${commands.whoGetsFlag}?`)),
        text.join(),
      );
    });
  });
}
