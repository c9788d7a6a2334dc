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
  /** Once it is read; of a workspace of which a part was not read, nothing is certain. */
  #loaded: { readonly index: ReferenceIndex; readonly isWhole: boolean } | undefined;
  #scans = 0;
  #filesRead = 0;
  readonly #changed = new vscode.EventEmitter<void>();
  /** How often flags are used may be another number now. */
  readonly onChange = this.#changed.event;

  constructor(log: (text: string) => void) {
    this.#log = log;
  }

  /** `known`: all keys that somebody may ask for next. */
  async of(key: string, known: readonly string[]): Promise<readonly Reference[]> {
    let index = await (this.#index ??= this.#read(known));
    if (!index.covers(known)) index = await (this.#index = this.#read(known));
    for (const document of vscode.workspace.textDocuments)
      if (isCode(document) && document.isDirty) index.put(document.uri.fsPath, document.getText());
    await this.#forgetGone(index, index.of(key));
    return index.of(key);
  }

  /** Of a folder that was deleted, the watcher names none of the files. */
  async #forgetGone(index: ReferenceIndex, uses: readonly Reference[]): Promise<void> {
    await Promise.all(
      [...new Set(uses.map(({ path }) => path))].map(async (path) => {
        const isThere = await vscode.workspace.fs.stat(vscode.Uri.file(path)).then(
          () => true,
          () => false,
        );
        if (!isThere) index.remove(path);
      }),
    );
  }

  /** How often it is used, as far as that has been read already: nothing is read for it. */
  uses(key: string): number | undefined {
    const { index, isWhole } = this.#loaded ?? {};
    return isWhole === true && index?.covers([key]) === true ? index.of(key).length : undefined;
  }

  /** Files that are known to use any of these; nothing is read for it. */
  filesOf(keys: Iterable<string>): readonly string[] {
    const found = [...keys].flatMap((key) => this.#loaded?.index.of(key) ?? []);
    return [...new Set(found.map(({ path }) => path))];
  }

  /** What has been read so far: the whole workspace so often, and so many files that changed, each by itself. */
  get read(): { readonly scans: number; readonly files: number } {
    return { scans: this.#scans, files: this.#filesRead };
  }

  dispose(): void {
    this.#watcher?.dispose();
    this.#changed.dispose();
  }

  async #read(keys: readonly string[]): Promise<ReferenceIndex> {
    const index = new ReferenceIndex(keys);
    this.#scans += 1;
    // First the watcher: what changes while files are read is read again.
    this.#watch(index);
    const files = await vscode.workspace.findFiles(codeFiles, notOurs, mostFiles);
    if (files.length === mostFiles)
      this.#log(`References of flags are looked for in the first ${mostFiles} files of code only.`);
    await scanFiles(
      index,
      files.map(({ fsPath }) => fsPath),
    );
    this.#loaded = { index, isWhole: files.length < mostFiles };
    this.#changed.fire();
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
      watcher.onDidDelete(({ fsPath }) => {
        index.remove(fsPath);
        this.#changed.fire();
      }),
    );
  }

  async #put(index: ReferenceIndex, file: string): Promise<void> {
    if (isExcluded(file)) return;
    await scanFile(index, file);
    this.#filesRead += 1;
    if (index === this.#loaded?.index) this.#changed.fire();
  }
}

function isCode({ uri, languageId }: vscode.TextDocument): boolean {
  return uri.scheme === 'file' && (codeLanguages as readonly string[]).includes(languageId);
}

/** The watcher knows nothing of what is left out: made files change by the thousand. */
function isExcluded(file: string): boolean {
  return /[\\/](node_modules|\.git|dist|build|out|target|vendor|\.venv|__pycache__)[\\/]/.test(file);
}
