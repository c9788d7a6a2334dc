/** What is selected, put behind a flag: one that there is, or a new one. Code and flags file change in one step. */
import * as vscode from 'vscode';
import { callIn, statementsIn, stepIn, usualCall, wrapped, type FlagCall } from '../model/flag-wrap.ts';
import { projectOf } from '../model/known-flags.ts';
import { apply } from '../flags/flags-file.ts';
import { wrapLanguages } from '../flags/languages.ts';
import { ready, type CommandContext } from './context.ts';
import { askForFlag } from './flag-create.ts';
import { pick } from './pick.ts';

const { l10n } = vscode;

/** The key of the flag. */
export async function wrapInFlag(context: CommandContext): Promise<string> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined)
    throw new Error(l10n.t('Select the statements that are to be behind a flag first.'));
  const { document, selection } = editor;
  if (!(wrapLanguages as readonly string[]).includes(document.languageId))
    throw new Error(
      l10n.t('Only statements of JavaScript and TypeScript can be put behind a flag this way.'),
    );
  const text = document.getText();
  const place = statementsIn(text, document.offsetAt(selection.start), document.offsetAt(selection.end));
  if (place === undefined)
    throw new Error(
      l10n.t('Select whole statements: lines with all of their brackets, no imports or exports.'),
    );
  await ready(context);
  const project = projectOf(context.store.state.projects ?? [], document.uri.fsPath);
  if (project === undefined) throw new Error(l10n.t('There is no tidegate.yaml in this workspace.'));
  const { folder } = project;
  const edit = new vscode.WorkspaceEdit();
  const { version } = document;
  const { key, known } = await chooseKey(context, folder, edit);
  const call = await callFor(context, document, known);
  const { insertSpaces, tabSize } = editor.options;
  const usual = insertSpaces === false ? '\t' : ' '.repeat(Number(tabSize ?? 2));
  const step = stepIn(text) ?? usual;
  if (document.version !== version)
    throw new Error(l10n.t('{0} was changed meanwhile: try it again.', document.fileName));
  const range = new vscode.Range(document.positionAt(place.start), document.positionAt(place.end));
  edit.replace(document.uri, range, wrapped(text.slice(place.start, place.end), { key, call, step }));
  await apply(edit);
  context.output.info(`${key}: ${document.fileName}`);
  return key;
}

async function chooseKey(
  context: CommandContext,
  folder: string,
  edit: vscode.WorkspaceEdit,
): Promise<{ readonly key: string; readonly known: ReadonlySet<string> }> {
  const { file, keys } = await context.flagsFile.keys(folder);
  if (file === null)
    throw new Error(l10n.t('tidegate.yaml names no flags file. Write "flags: flags.yaml" into it.'));
  const known = new Set((keys ?? []).map((flag) => flag.key));
  const { key } = await pick(
    [
      { label: l10n.t('$(add) A New Flag…'), detail: '', key: undefined },
      ...(keys ?? []).map((flag) => ({ label: flag.key, detail: flag.description ?? '', key: flag.key })),
    ],
    { title: l10n.t('Put it behind which flag?'), matchOnDetail: true },
  );
  if (key !== undefined) return { key, known };
  const change = await askForFlag(context, { folder, key: undefined, kind: 'boolean' });
  await context.flagsFile.plan(folder, change, edit);
  return { key: change.key, known };
}

/** As this file asks for flags, or another open one, or one that is known to; else as OpenFeature does. */
async function callFor(
  { references }: CommandContext,
  document: vscode.TextDocument,
  known: ReadonlySet<string>,
): Promise<FlagCall> {
  const open = vscode.workspace.textDocuments.filter(
    (one) => one !== document && (wrapLanguages as readonly string[]).includes(one.languageId),
  );
  for (const one of [document, ...open]) {
    const call = callIn(one.getText(), known);
    if (call !== undefined) return call;
  }
  for (const path of references.filesOf(known).slice(0, 20)) {
    if (!/\.[cm]?[jt]sx?$/.test(path)) continue;
    const bytes = await vscode.workspace.fs.readFile(vscode.Uri.file(path)).then(
      (read) => read,
      () => new Uint8Array(),
    );
    const call = callIn(new TextDecoder().decode(bytes), known);
    if (call !== undefined) return call;
  }
  return usualCall;
}
