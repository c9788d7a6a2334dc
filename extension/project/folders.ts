/** Which folders of the workspace hold a tidegate.yaml. */
import path from 'node:path';
import * as vscode from 'vscode';

const pattern = '**/tidegate.yaml';
const most = 20;
/** Editors and git write a file in several steps. */
const calmMs = 200;

export interface FolderWatcher {
  /** They were looked for, or one of their files has changed. */
  readonly onFolders: (folders: readonly string[]) => void;
  readonly onFileChange: () => void;
}

export function watchFolders({ onFolders, onFileChange }: FolderWatcher): {
  look(): Promise<void>;
  dispose(): void;
} {
  const watcher = vscode.workspace.createFileSystemWatcher(pattern);
  let calm: NodeJS.Timeout | undefined;
  // Of a folder that goes with all in it, its own end is all that is told.
  const removals = vscode.workspace.createFileSystemWatcher('**', true, true, false);
  let known: readonly string[] = [];
  const look = async (): Promise<void> => {
    const files = await vscode.workspace.findFiles(pattern, '**/{node_modules,.git,dist}/**', most);
    known = files.map((file) => path.dirname(file.fsPath)).sort();
    onFolders(known);
  };
  // Both may be due at once: a change that follows a creation must not take the look away.
  const due = new Set<'look' | 'read'>();
  const soon = (what: 'look' | 'read'): void => {
    due.add(what);
    clearTimeout(calm);
    calm = setTimeout(() => {
      if (due.has('look')) void look();
      if (due.has('read')) onFileChange();
      due.clear();
    }, calmMs);
  };
  const isOne = ({ fsPath }: vscode.Uri): boolean => path.basename(fsPath) === 'tidegate.yaml';
  const { workspace } = vscode;
  const listening = [
    // What is done in this editor is told also where files cannot be watched: a network drive, a machine out of watches.
    workspace.onDidSaveTextDocument(({ uri }) => {
      if (isOne(uri)) soon(known.includes(path.dirname(uri.fsPath)) ? 'read' : 'look');
    }),
    workspace.onDidCreateFiles(() => soon('look')),
    workspace.onDidDeleteFiles(() => soon('look')),
    workspace.onDidRenameFiles(() => soon('look')),
    watcher,
    watcher.onDidCreate(() => soon('look')),
    watcher.onDidDelete(() => soon('look')),
    watcher.onDidChange(() => soon('read')),
    removals,
    removals.onDidDelete(({ fsPath }) => {
      if (known.some((folder) => folder === fsPath || folder.startsWith(fsPath + path.sep))) soon('look');
    }),
    workspace.onDidChangeWorkspaceFolders(() => soon('look')),
  ];
  return {
    look,
    dispose: () => {
      clearTimeout(calm);
      for (const one of listening) one.dispose();
    },
  };
}
