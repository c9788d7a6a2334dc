/** The language that the extension's own texts are in: the editor's, where there is a bundle for it, else English. */
import * as vscode from 'vscode';
import type { Texts } from './model/l10n.ts';

export function textLanguage(): string {
  return vscode.l10n.bundle === undefined ? 'en' : vscode.env.language;
}

/** What pages are given: they cannot read the bundle. */
export function texts(): Texts {
  return vscode.l10n.bundle ?? {};
}
