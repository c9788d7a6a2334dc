/** Every repair a machine can make in the files of a project. */
import * as vscode from 'vscode';
import { Declined, targetOf, type CommandContext } from './context.ts';
import { say } from '../say.ts';

/** How many were made. They are in the editor, unsaved, for somebody to look at. */
export async function fixProblems(context: CommandContext, given: unknown): Promise<number> {
  const folder = targetOf(context, given).folder ?? (await chooseFolder(context));
  const made = await context.problems.fixAll(folder);
  const text =
    made === 0
      ? vscode.l10n.t('There is nothing that Tidegate could repair by itself.')
      : made === 1
        ? vscode.l10n.t('One repair is made, and not saved yet: look at it, save, and commit.')
        : vscode.l10n.t('{0} repairs are made, and not saved yet: look at them, save, and commit.', made);
  void say('info', text, ...(made === 0 ? [] : [vscode.l10n.t('Save All')])).then((pressed) => {
    if (pressed !== undefined) void vscode.workspace.saveAll(false);
  });
  return made;
}

async function chooseFolder({ store }: CommandContext): Promise<string> {
  const projects = store.state.projects ?? [];
  const [only] = projects;
  if (only === undefined) throw new Error(vscode.l10n.t('There is no tidegate.yaml in this workspace.'));
  if (projects.length === 1) return only.folder;
  const items = projects.map(({ name, folder }) => ({ label: name, description: folder, folder }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Fix the problems of which project?'),
  });
  if (picked === undefined) throw new Declined();
  return picked.folder;
}
