/** Repairs as quick fixes, as the agent made them for the text. */
import * as vscode from 'vscode';
import { commands } from '../ids.ts';
import type { Problems } from './problems.ts';

export class FixActions implements vscode.CodeActionProvider {
  readonly #problems: Problems;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    const all = this.#problems.foundIn(document);
    const here = all.filter(({ diagnostic, fix }) => fix !== null && overlaps(diagnostic.range, range));
    const actions = here.flatMap(({ diagnostic, fix, folder }) => {
      if (fix === null) return [];
      const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
      action.diagnostics = [diagnostic];
      action.edit = this.#problems.editOf(folder, [fix]);
      action.isPreferred = true;
      return [action];
    });
    const [first] = here;
    const repairable = all.filter(({ fix, folder }) => fix !== null && folder === first?.folder);
    if (first === undefined || repairable.length < 2) return actions;
    const title = vscode.l10n.t('Fix all problems Tidegate can fix');
    const everything = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    everything.diagnostics = repairable.map(({ diagnostic }) => diagnostic);
    everything.command = { title, command: commands.fixProblems, arguments: [{ folder: first.folder }] };
    return [...actions, everything];
  }
}

function overlaps(a: vscode.Range, b: vscode.Range): boolean {
  return a.intersection(b) !== undefined;
}
