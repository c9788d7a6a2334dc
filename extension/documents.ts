/** Read-only documents that the extension makes up: plans, details of rollouts, both sides of what is compared. */
import * as vscode from 'vscode';

export const scheme = 'tidegate';

/** Read when an editor wants to show it. */
export type Text = string | (() => Promise<string>);

export class Documents implements vscode.TextDocumentContentProvider {
  readonly #texts = new Map<string, Text>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registered: vscode.Disposable;

  constructor() {
    this.#registered = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const text = this.#texts.get(uri.toString());
    if (text === undefined) return `${vscode.l10n.t('This is not known any more: ask for it again.')}\n`;
    return typeof text === 'string' ? text : text();
  }

  /** `version`: tells apart what has the same path. */
  keep(path: string, text: Text, version = ''): vscode.Uri {
    const uri = vscode.Uri.from({ scheme, path: `/${path}`, query: version });
    this.#texts.set(uri.toString(), text);
    this.#changed.fire(uri);
    return uri;
  }

  forget(uris: readonly vscode.Uri[]): void {
    for (const uri of uris) this.#texts.delete(uri.toString());
  }

  /** Shows it beside nothing, in a preview tab. */
  async show(name: string, markdown: string): Promise<void> {
    const uri = this.keep(`${name.replaceAll('/', '-')}.md`, markdown);
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  /** Shows a text as what it would be once it is written. */
  async preview(name: string, text: string): Promise<{ close(): Promise<void> }> {
    const uri = this.keep(`preview/${name}`, text);
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
