/** Asking by picking and typing. Escape ends the command without a word. */
import * as vscode from 'vscode';
import { Declined } from './context.ts';

export async function pick<T extends vscode.QuickPickItem>(
  items: readonly T[],
  options: vscode.QuickPickOptions,
): Promise<T> {
  const picked = await vscode.window.showQuickPick(items, { ignoreFocusOut: true, ...options });
  if (picked === undefined) throw new Declined();
  return picked;
}

export interface Typing extends Pick<vscode.InputBoxOptions, 'title' | 'prompt' | 'placeHolder' | 'value'> {
  /** What is wrong with it; `undefined`: nothing. */
  readonly check?: (text: string) => string | undefined;
}

/** Checked again when it comes back: not every way of typing asks for the check. */
export async function type({ check = () => undefined, ...options }: Typing): Promise<string> {
  const typed = await vscode.window.showInputBox({
    ignoreFocusOut: true,
    ...options,
    validateInput: (text) => check(text),
  });
  if (typed === undefined) throw new Declined();
  const problem = check(typed);
  if (problem !== undefined) throw new Error(problem);
  return typed;
}
