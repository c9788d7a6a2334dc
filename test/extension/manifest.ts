import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import metadata from '../../package.json' with { type: 'json' };
import words from '../../package.nls.json' with { type: 'json' };
import { commands, milestoneKey, settings, views } from '../../extension/ids.ts';
import { overalls } from '../../extension/model/overall.ts';
import { milestones } from '../../extension/model/milestones.ts';
import { api } from './stage.ts';

/** What the editor puts in place of `%key%`. */
function inWords(text: string): string {
  return (words as Readonly<Record<string, string>>)[text.slice(1, -1)] ?? text;
}

/** Kinds of rows (`model/`), after the view that they are in. */
const rows = [
  'environments environment ready unprotected idle',
  'environments environment ready protected running held maintenance certificates',
  'environments environment not-set-up unprotected idle',
  'environments setUp',
  'environments rollout held shifting',
  'environments rollout moving building',
  'environments slot warm returnable',
  'environments release returnable',
  'environments edge missing node',
  'releases past live returnable',
  'flags flag known',
  'flags flagState on known variants',
  'flags flagState on known remote',
  'flags flagState on forgotten',
  'flags flagOverride',
  'flags flagServer own',
  'flags flagServer other',
  'flags flagServer tokenless',
];

/** Whether an entry of a menu is there for a row; of `when` what is written here: one view, one pattern. */
function fits({ when }: { readonly when: string }, row: string): boolean {
  const [, view = '', kinds = ''] = /^(\w+) (.*)$/.exec(row) ?? [];
  const [, operator, name] = /^view (==|!=) tidegate\.(\w+) && viewItem =~/.exec(when) ?? [];
  const [, pattern = '(?!)'] = /=~ \/(.*)\/$/.exec(when) ?? [];
  return (operator === '==') === (view === name) && new RegExp(pattern).test(kinds);
}

export function manifestTests(): void {
  describe('the manifest', () => {
    before(api);

    const { contributes } = metadata;
    const declared = contributes.commands.map(({ command }) => command).sort();

    it('declares every command that is registered, and registers every one that is declared', async () => {
      const known = (await vscode.commands.getCommands(true)).filter((id) => /^tidegate\.\w+$/.test(id));
      // The editor makes some of its own for each view: tidegate.flags.focus and the like, with a second dot.
      assert.deepEqual(known.filter((id) => !Object.values<string>(views).includes(id)).sort(), declared);
      assert.deepEqual(Object.values<string>(commands).sort(), declared);
    });

    it('puts every command it declares into the category Tidegate', () => {
      assert.deepEqual(
        contributes.commands.filter(({ category }) => category !== 'Tidegate'),
        [],
      );
    });

    it('names no command in menus and welcome views that is not declared', () => {
      const inMenus = Object.values(contributes.menus).flatMap((items) =>
        items.map(({ command }) => command),
      );
      const inWelcomes = contributes.viewsWelcome.flatMap(({ contents }) =>
        [...inWords(contents).matchAll(/command:(tidegate\.\w+)/g)].map(([, id]) => id ?? ''),
      );
      assert.deepEqual(
        [...inMenus, ...inWelcomes].filter((id) => !declared.includes(id)),
        [],
      );
    });

    it('has one welcome view for each thing that may stand in the way, with something to press', () => {
      const shown = contributes.viewsWelcome.filter(({ view }) => view === views.environments);
      assert.deepEqual(
        shown.map(({ when }) => /^tidegate\.state == '([\w-]+)'$/.exec(when)?.[1] ?? when).sort(),
        overalls.filter((one) => one !== 'ready').sort(),
      );
      for (const { when, contents } of shown)
        if (!when.includes('loading')) assert.match(inWords(contents), /\]\(command:/, when);
    });

    it('has every inline action in the menu of its row as well, for those who use the keyboard', () => {
      const items = contributes.menus['view/item/context'];
      const inMenu = (command: string, row: string): boolean =>
        items.some((item) => item.command === command && !item.group.startsWith('inline') && fits(item, row));
      const missing = rows.flatMap((row) =>
        items
          .filter((item) => item.group.startsWith('inline') && fits(item, row))
          .filter(({ command }) => !inMenu(command, row))
          .map(({ command }) => `${row}: ${command}`),
      );
      assert.deepEqual(missing, []);
    });

    it('has what takes something away in the last group', () => {
      const away = ['tidegate.takeDown', 'tidegate.forgetEdge', 'tidegate.killFlag', 'tidegate.removeFlag'];
      for (const { command, group } of contributes.menus['view/item/context'])
        assert.equal(group.startsWith('9_'), away.includes(command), `${command} in ${group}`);
    });

    it('has at most three inline actions for any row', () => {
      const inline = contributes.menus['view/item/context'].filter(({ group }) => group.startsWith('inline'));
      for (const row of rows) {
        const shown = inline.filter((item) => fits(item, row));
        assert.ok(shown.length <= 3, `${row}: ${shown.map(({ command }) => command).join()}`);
      }
    });

    it('completes every step of the walkthrough by something that the code tells', () => {
      const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
      assert.deepEqual(
        steps.flatMap(({ completionEvents }) => completionEvents),
        milestones.map((milestone) => `onContext:${milestoneKey(milestone)}`),
      );
      const linked = steps.flatMap(({ description }) =>
        [...inWords(description).matchAll(/command:(tidegate\.\w+)(?=\))/g)].map(([, id]) => id ?? ''),
      );
      assert.deepEqual(
        linked.filter((id) => !declared.includes(id)),
        [],
      );
    });

    it('has the views and settings that the code names', () => {
      assert.deepEqual(
        contributes.views.tidegate.map(({ id }) => id).sort(),
        Object.values<string>(views).sort(),
      );
      assert.ok(
        `${settings.section}.${settings.confirm}` in contributes.configuration.properties,
        'the setting is declared',
      );
      assert.ok(
        `${settings.section}.${settings.flagLenses}` in contributes.configuration.properties,
        'the setting of lenses is declared',
      );
    });
  });
}
