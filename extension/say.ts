/** Notifications. Their words come from clusters, repositories and people, and stay words. */
import * as vscode from 'vscode';
import { withoutLinks } from './model/messages.ts';

export type Level = 'info' | 'warning' | 'error';

/** Gives the button that was pressed, if ever one is. */
export function say(level: Level, text: string, ...buttons: string[]): Thenable<string | undefined> {
  const { window } = vscode;
  if (level === 'info') return window.showInformationMessage(withoutLinks(text), ...buttons);
  if (level === 'warning') return window.showWarningMessage(withoutLinks(text), ...buttons);
  return window.showErrorMessage(withoutLinks(text), ...buttons);
}
