/** Asking for a yes. "No" means no: whatever is not the button that says yes. */
import * as vscode from 'vscode';
import { settings } from '../ids.ts';
import { confirmationOf, type About, type ConfirmSetting } from '../model/confirmation.ts';
import { Declined } from './context.ts';

export function confirmSetting(): ConfirmSetting {
  const value = vscode.workspace.getConfiguration(settings.section).get<string>(settings.confirm);
  return value === 'always' ? 'always' : 'protected';
}

/** Whether anybody would be asked: what a question has to say may take a while to find out. */
export function isAsked(about: Pick<About, 'change' | 'facts'>): boolean {
  const rest = { what: '', from: '', to: '', strategy: '' };
  return confirmationOf({ ...about, ...rest }, confirmSetting()) !== undefined;
}

/** True: somebody was asked and said yes. False: nobody had to be asked. Throws `Declined`. */
export async function confirm(about: About): Promise<boolean> {
  const question = confirmationOf(about, confirmSetting());
  if (question === undefined) return false;
  const { title, detail, yes, typed } = question;
  const answer = await vscode.window.showWarningMessage(title, { modal: true, detail }, yes);
  if (answer !== yes) throw new Declined();
  if (typed === undefined) return true;
  const given = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t('Type {0} to go on.', typed),
    ignoreFocusOut: true,
    validateInput: (text) =>
      text === typed ? undefined : vscode.l10n.t('Type {0}, or press Escape.', typed),
  });
  if (given !== typed) throw new Declined();
  return true;
}
