/** Warnings about keys that are evaluated and that nobody knows. Only once everything that could know them has been read. */
import * as vscode from 'vscode';
import { unknownKeys, type UnknownKey } from '../model/flag-literals.ts';
import type { FlagKnowledge } from './knowledge.ts';
import { codeLanguages } from './languages.ts';

export class UnknownKeys {
  readonly #knowledge: FlagKnowledge;
  readonly #collection = vscode.languages.createDiagnosticCollection('tidegate-flags');
  readonly #listening: readonly vscode.Disposable[];

  constructor(knowledge: FlagKnowledge) {
    this.#knowledge = knowledge;
    this.#listening = [
      knowledge.onChange(() => this.#look()),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#collection.delete(uri)),
    ];
  }

  dispose(): void {
    for (const one of this.#listening) one.dispose();
    this.#collection.dispose();
  }

  #look(): void {
    for (const { document } of vscode.window.visibleTextEditors)
      if ((codeLanguages as readonly string[]).includes(document.languageId))
        this.#collection.set(document.uri, this.#warningsIn(document));
  }

  #warningsIn(document: vscode.TextDocument): vscode.Diagnostic[] {
    const known = this.#knowledge.of(document);
    if (known?.isComplete !== true) return [];
    const keys = new Set(known.byKey.keys());
    return unknownKeys(document.getText(), keys).map((unknown) => warning(document, unknown));
  }
}

function warning(document: vscode.TextDocument, { key, offset, nearest }: UnknownKey): vscode.Diagnostic {
  const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + key.length));
  const hint =
    nearest === undefined
      ? vscode.l10n.t('The caller gets its default. Define it in the flags file.')
      : vscode.l10n.t('Did you mean "{0}"?', nearest);
  const diagnostic = new vscode.Diagnostic(
    range,
    `${vscode.l10n.t('No environment and no flags file knows the flag "{0}".', key)} ${hint}`,
    vscode.DiagnosticSeverity.Warning,
  );
  diagnostic.source = 'Tidegate';
  diagnostic.code = 'flags.unknown';
  return diagnostic;
}
