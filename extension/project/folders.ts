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
  // Of a folder that comes or goes with all in it, this may be all that is told.
  const others = vscode.workspace.createFileSystemWatcher('**', false, true, false);
  let known: readonly string[] = [];
  const look = async (): Promise<void> => {
    const files = await vscode.workspace.findFiles(pattern, '**/{node_modules,.git,dist}/**', most);
    known = files.map((file) => path.dirname(file.fsPath)).sort();
    onFolders(known);
  };
  const { soon, stop } = calmly({ look: () => void look(), read: onFileChange });
  const isOne = ({ fsPath }: vscode.Uri): boolean => path.basename(fsPath) === 'tidegate.yaml';
  const changed = ({ fsPath }: vscode.Uri): void =>
    soon(known.includes(path.dirname(fsPath)) ? 'read' : 'look');
  const { workspace } = vscode;
  const listening = [
    // What is done in this editor is told also where files cannot be watched: a network drive, a machine out of watches.
    workspace.onDidSaveTextDocument(({ uri }) => {
      if (isOne(uri)) changed(uri);
    }),
    workspace.onDidCreateFiles(() => soon('look')),
    workspace.onDidDeleteFiles(() => soon('look')),
    workspace.onDidRenameFiles(() => soon('look')),
    watcher,
    watcher.onDidCreate(() => soon('look')),
    watcher.onDidDelete(() => soon('look')),
    watcher.onDidChange(changed),
    others,
    others.onDidCreate(({ fsPath }) => {
      if (path.extname(fsPath) === '') soon('look');
    }),
    others.onDidDelete(({ fsPath }) => {
      if (known.some((folder) => folder === fsPath || folder.startsWith(fsPath + path.sep))) soon('look');
    }),
    workspace.onDidChangeWorkspaceFolders(() => soon('look')),
  ];
  return {
    look,
    dispose: () => {
      stop();
      for (const one of listening) one.dispose();
    },
  };
}

/** Does what is due once nothing more has come for a moment. */
function calmly(act: Readonly<Record<'look' | 'read', () => void>>): {
  readonly soon: (what: 'look' | 'read') => void;
  readonly stop: () => void;
} {
  let calm: NodeJS.Timeout | undefined;
  // Both may be due at once: a change that follows a creation must not take the look away.
  const due = new Set<'look' | 'read'>();
  return {
    soon: (what) => {
      due.add(what);
      clearTimeout(calm);
      calm = setTimeout(() => {
        for (const one of ['look', 'read'] as const) if (due.delete(one)) act[one]();
      }, calmMs);
    },
    stop: () => clearTimeout(calm),
  };
}
