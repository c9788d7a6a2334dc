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

    it('has at most three inline actions for any row', () => {
      const inline = contributes.menus['view/item/context'].filter(({ group }) => group.startsWith('inline'));
      const kinds = [
        'environment ready unprotected idle',
        'environment ready protected running held',
        'rollout held shifting',
        'slot warm returnable',
        'flagState on known',
      ];
      for (const row of kinds) {
        const shown = inline.filter(({ when }) => new RegExp(/=~ \/(.*)\//.exec(when)?.[1] ?? '').test(row));
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
