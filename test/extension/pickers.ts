import * as vscode from 'vscode';

/** Quick picks that are shown, for a test to look at. */
export function pickers(): { readonly shown: vscode.QuickPick<vscode.QuickPickItem>[]; restore(): void } {
  const { createQuickPick } = vscode.window;
  const shown: vscode.QuickPick<vscode.QuickPickItem>[] = [];
  Object.assign(vscode.window, {
    createQuickPick: () => {
      const pick = createQuickPick();
      shown.push(pick);
      return pick;
    },
  });
  return { shown, restore: () => void Object.assign(vscode.window, { createQuickPick }) };
}
