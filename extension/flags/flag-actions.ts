/** What an editor offers at code: a flag for a key that nobody knows, and a flag around what is selected. */
import * as vscode from 'vscode';
import { commands } from '../ids.ts';
import { typeOfCall, unknownKeys, type UnknownKey } from '../model/flag-literals.ts';
import { statementsIn } from '../model/flag-wrap.ts';
import type { KnownFlags } from '../model/known-flags.ts';
import type { FlagKnowledge } from './knowledge.ts';
import { codeLanguages, wrapLanguages } from './languages.ts';

const { l10n } = vscode;

export function registerFlagActions(knowledge: FlagKnowledge): vscode.Disposable {
  const file = (language: string): vscode.DocumentFilter => ({ scheme: 'file', language });
  const { QuickFix, RefactorRewrite } = vscode.CodeActionKind;
  return vscode.Disposable.from(
    vscode.languages.registerCodeActionsProvider(
      codeLanguages.map(file),
      { provideCodeActions: (document, range) => fixesAt(knowledge, document, range) },
      { providedCodeActionKinds: [QuickFix] },
    ),
    vscode.languages.registerCodeActionsProvider(
      wrapLanguages.map(file),
      { provideCodeActions: (document, range) => wrapping(document, range) },
      { providedCodeActionKinds: [RefactorRewrite] },
    ),
  );
}

/** Of the warnings in that range: what was meant, and a new flag. */
function fixesAt(
  knowledge: FlagKnowledge,
  document: vscode.TextDocument,
  range: vscode.Range,
): vscode.CodeAction[] {
  const known = knowledge.of(document);
  if (known?.isComplete !== true) return [];
  const unknown = unknownKeys(document.getText(), new Set(known.byKey.keys()));
  return unknown.flatMap((one) => {
    const { key, offset } = one;
    const place = new vscode.Range(document.positionAt(offset), document.positionAt(offset + key.length));
    return place.intersection(range) === undefined ? [] : fixesFor(document, place, { known, one });
  });
}

interface Unknown {
  readonly known: KnownFlags;
  readonly one: UnknownKey;
}

function fixesFor(
  document: vscode.TextDocument,
  place: vscode.Range,
  { known: { folder }, one: { key, nearest, callee } }: Unknown,
): vscode.CodeAction[] {
  const diagnostics = vscode.languages
    .getDiagnostics(document.uri)
    .filter(({ code, range }) => code === 'flags.unknown' && range.isEqual(place));
  const title = l10n.t('Create the flag "{0}"…', key);
  const create = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  const type = typeOfCall(callee);
  const given = { folder, flag: key, ...(type !== undefined && { type }) };
  create.command = { title, command: commands.createFlag, arguments: [given] };
  create.diagnostics = diagnostics;
  if (nearest === undefined) return [create];
  const rename = new vscode.CodeAction(l10n.t('Change to "{0}"', nearest), vscode.CodeActionKind.QuickFix);
  rename.edit = new vscode.WorkspaceEdit();
  rename.edit.replace(document.uri, place, nearest);
  rename.diagnostics = diagnostics;
  rename.isPreferred = true;
  return [rename, create];
}

function wrapping(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
  const [from, to] = [document.offsetAt(range.start), document.offsetAt(range.end)];
  if (range.isEmpty || statementsIn(document.getText(), from, to) === undefined) return [];
  const title = l10n.t('Wrap in a flag…');
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.RefactorRewrite);
  action.command = { title, command: commands.wrapInFlag };
  return [action];
}
