/** Everything that belongs to the text of tidegate.yaml and its companions. */
import * as vscode from 'vscode';
import type { AgentLink } from '../agent/link.ts';
import type { Hearing } from '../hearing.ts';
import type { State } from '../model/state.ts';
import type { Store } from '../project/store.ts';
import { Assist, tidegateYaml, triggers } from './assist.ts';
import { FixActions } from './code-actions.ts';
import { Lenses } from './lenses.ts';
import type { Problems } from './problems.ts';
import { RolloutProblems } from './rollout-problems.ts';

export interface Editing {
  readonly link: AgentLink;
  readonly store: Store;
  readonly hearing: Hearing;
  readonly problems: Problems;
}

export function registerEditing({ link, store, hearing, problems }: Editing): vscode.Disposable {
  const assist = new Assist(link, store);
  const lenses = new Lenses(link);
  const rollouts = new RolloutProblems(problems);
  let folders = '';
  const follow = ({ projects = [] }: State): void => {
    const now = projects.map(({ folder }) => folder);
    if (now.join('\n') === folders) return;
    folders = now.join('\n');
    problems.setFolders(now);
  };
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(tidegateYaml, assist, ...triggers),
    vscode.languages.registerHoverProvider(tidegateYaml, assist),
    vscode.languages.registerCodeLensProvider(tidegateYaml, lenses),
    vscode.languages.registerCodeActionsProvider({ scheme: 'file' }, new FixActions(problems), {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
    store.onChange(follow),
    link.onState(({ kind }) => {
      lenses.refresh();
      if (kind === 'connected') problems.lookAgain();
    }),
    hearing.on(rollouts),
    ...[lenses, rollouts, problems],
  );
}
