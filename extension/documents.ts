/** Read-only documents that the extension makes up: plans, and the details of rollouts. */
import * as vscode from 'vscode';

const scheme = 'tidegate';

export class Documents implements vscode.TextDocumentContentProvider {
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registered: vscode.Disposable;

  constructor() {
    this.#registered = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.path) ?? 'This is not known any more: ask for it again.\n';
  }

  /** Shows it beside nothing, in a preview tab. */
  async show(name: string, markdown: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme, path: `/${name.replaceAll('/', '-')}.md` });
    this.#texts.set(uri.path, markdown);
    this.#changed.fire(uri);
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  /** Shows a text as what it would be once it is written. */
  async preview(name: string, text: string): Promise<{ close(): Promise<void> }> {
    const uri = vscode.Uri.from({ scheme, path: `/preview/${name}` });
    this.#texts.set(uri.path, text);
    this.#changed.fire(uri);
    await vscode.window.showTextDocument(uri, { preview: true });
    return {
      close: async () => {
        const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
        const own = tabs.filter(
          ({ input }) => (input as { uri?: vscode.Uri } | undefined)?.uri?.toString() === uri.toString(),
        );
        await vscode.window.tabGroups.close(own);
      },
    };
  }

  dispose(): void {
    this.#registered.dispose();
    this.#changed.dispose();
  }
}
