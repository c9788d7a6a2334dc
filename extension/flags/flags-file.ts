/** Changes of the flags file: made by the agent for the text as it stands in the editor, and undone there like any other. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { FlagChange, FlagEditResult, FlagRulesResult } from '../../agent/protocol/flag-editing.ts';
import type { FlagKeysResult } from '../../agent/protocol/flag-keys.ts';
import type { AgentLink } from '../agent/link.ts';
import { ask } from '../agent/quiet.ts';
import { rangeOf } from '../editing/ranges.ts';

export class FlagsFile {
  readonly #link: AgentLink;

  constructor(link: AgentLink) {
    this.#link = link;
  }

  /** The flags of the file, as it stands in the editor. */
  async keys(folder: string): Promise<FlagKeysResult> {
    const agent = await this.#link.connected();
    return ask(agent, 'flagKeys', { folder, text: (await this.#open(folder))?.getText() ?? null });
  }

  async rules(folder: string, key: string): Promise<FlagRulesResult> {
    const agent = await this.#link.connected();
    const text = (await this.#open(folder))?.getText() ?? null;
    return ask(agent, 'flagRules', { folder, text, key });
  }

  /** What the change does to the text, put into `edit`; nothing is changed yet. Gives the file. */
  async plan(folder: string, change: FlagChange, edit: vscode.WorkspaceEdit): Promise<vscode.Uri> {
    const agent = await this.#link.connected();
    const document = await this.#open(folder);
    const version = document?.version;
    const result = await ask(agent, 'flagEdit', { folder, text: document?.getText() ?? null, change });
    if (document?.version !== version)
      throw new Error(vscode.l10n.t('{0} was changed meanwhile: try it again.', result.file));
    return put(edit, result);
  }

  /** In the editor, unsaved, for somebody to look at. */
  async change(folder: string, change: FlagChange): Promise<vscode.Uri> {
    const edit = new vscode.WorkspaceEdit();
    const file = await this.plan(folder, change, edit);
    await apply(edit);
    return file;
  }

  /** In tidegate.yaml, which names none; saved, since what is asked about flags afterwards goes by the file. */
  async name(folder: string): Promise<void> {
    const agent = await this.#link.connected();
    const config = await vscode.workspace.openTextDocument(
      vscode.Uri.file(path.join(folder, 'tidegate.yaml')),
    );
    const edit = new vscode.WorkspaceEdit();
    put(edit, await ask(agent, 'nameFlagsFile', { folder, text: config.getText() }));
    await apply(edit);
    if (!(await config.save()))
      throw new Error(vscode.l10n.t('tidegate.yaml could not be saved: try it again.'));
  }

  /** `undefined`: there is no such file yet. */
  async #open(folder: string): Promise<vscode.TextDocument | undefined> {
    const agent = await this.#link.connected();
    const { file } = await ask(agent, 'flagKeys', { folder, text: null });
    if (file === null) return undefined;
    try {
      return await vscode.workspace.openTextDocument(vscode.Uri.file(file));
    } catch {
      // The agent says what is wrong with it, or makes it.
      return undefined;
    }
  }
}

function put(edit: vscode.WorkspaceEdit, { file, exists, range, newText }: FlagEditResult): vscode.Uri {
  const uri = vscode.Uri.file(file);
  if (exists) edit.replace(uri, rangeOf(range), newText);
  else {
    edit.createFile(uri, { ignoreIfExists: true });
    edit.insert(uri, new vscode.Position(0, 0), newText);
  }
  return uri;
}

export async function apply(edit: vscode.WorkspaceEdit): Promise<void> {
  if (!(await vscode.workspace.applyEdit(edit)))
    throw new Error(vscode.l10n.t('The editor did not take the change: try it again.'));
}
