import * as vscode from 'vscode';

type Pick = vscode.QuickPick<vscode.QuickPickItem>;

export interface Pickers {
  readonly shown: Pick[];
  /** As if somebody had chosen the item whose label reads like this. */
  accept(pick: Pick, label: string): void;
  restore(): void;
}

/** Quick picks that are shown, for a test to look at. */
export function pickers(): Pickers {
  const { createQuickPick } = vscode.window;
  const shown: Pick[] = [];
  const listeners = new Map<Pick, () => void>();
  Object.assign(vscode.window, {
    createQuickPick: () => {
      const pick = createQuickPick();
      const { onDidAccept } = pick;
      const listen = (listener: () => void): vscode.Disposable => {
        listeners.set(pick, listener);
        return onDidAccept(listener);
      };
      Object.defineProperty(pick, 'onDidAccept', { value: listen });
      shown.push(pick);
      return pick;
    },
  });
  return {
    shown,
    accept: (pick, wanted) => {
      const selectedItems = pick.items.filter(({ label }) => label.includes(wanted));
      Object.defineProperty(pick, 'selectedItems', { value: selectedItems });
      listeners.get(pick)?.();
    },
    restore: () => void Object.assign(vscode.window, { createQuickPick }),
  };
}
