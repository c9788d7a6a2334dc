/** Where flags are used in the workspace: read when it is first asked for, kept up to date by the file watcher from then on. */
import * as vscode from 'vscode';
import { ReferenceIndex, type Reference } from '../model/reference-index.ts';
import { codeFiles, codeLanguages, notOurs } from './languages.ts';
import { scanFile, scanFiles } from './scan.ts';

/** Of a workspace that has more, the rest is not read, and the log says so. */
const mostFiles = 20_000;

export class FlagReferences {
  readonly #log: (text: string) => void;
  #index: Promise<ReferenceIndex> | undefined;
  #watcher: vscode.Disposable | undefined;

  constructor(log: (text: string) => void) {
    this.#log = log;
  }

  /** `known`: all keys that somebody may ask for next. */
  async of(key: string, known: readonly string[]): Promise<readonly Reference[]> {
    let index = await (this.#index ??= this.#read(known));
    if (!index.covers(known)) index = await (this.#index = this.#read(known));
    for (const document of vscode.workspace.textDocuments)
      if (isCode(document) && document.isDirty) index.put(document.uri.fsPath, document.getText());
    return index.of(key);
  }

  dispose(): void {
    this.#watcher?.dispose();
  }

  async #read(keys: readonly string[]): Promise<ReferenceIndex> {
    const index = new ReferenceIndex(keys);
    // First the watcher: what changes while files are read is read again.
    this.#watch(index);
    const files = await vscode.workspace.findFiles(codeFiles, notOurs, mostFiles);
    if (files.length === mostFiles)
      this.#log(`References of flags are looked for in the first ${mostFiles} files of code only.`);
    await scanFiles(
      index,
      files.map(({ fsPath }) => fsPath),
    );
    return index;
  }

  #watch(index: ReferenceIndex): void {
    this.#watcher?.dispose();
    const watcher = vscode.workspace.createFileSystemWatcher(codeFiles);
    const put = ({ fsPath }: vscode.Uri): void => void this.#put(index, fsPath);
    this.#watcher = vscode.Disposable.from(
      watcher,
      watcher.onDidChange(put),
      watcher.onDidCreate(put),
      watcher.onDidDelete(({ fsPath }) => index.remove(fsPath)),
    );
  }

  async #put(index: ReferenceIndex, file: string): Promise<void> {
    if (!isExcluded(file)) await scanFile(index, file);
  }
}

function isCode({ uri, languageId }: vscode.TextDocument): boolean {
  return uri.scheme === 'file' && (codeLanguages as readonly string[]).includes(languageId);
}

/** The watcher knows nothing of what is left out: made files change by the thousand. */
function isExcluded(file: string): boolean {
  return /[\\/](node_modules|\.git|dist|build|out|target|vendor|\.venv|__pycache__)[\\/]/.test(file);
}
