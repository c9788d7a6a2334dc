/** Completion and hover in the flags file, as in tidegate.yaml: out of the rules that the agent reads it by. */
import * as vscode from 'vscode';
import type { AgentLink } from '../agent/link.ts';
import { completionsAt, saidAt, triggers } from '../editing/assist.ts';
import type { FlagKnowledge } from './knowledge.ts';

const yaml: vscode.DocumentSelector = { scheme: 'file', language: 'yaml' };

export class FlagsAssist implements vscode.CompletionItemProvider, vscode.HoverProvider {
  readonly #link: AgentLink;
  readonly #knowledge: FlagKnowledge;

  constructor(link: AgentLink, knowledge: FlagKnowledge) {
    this.#link = link;
    this.#knowledge = knowledge;
  }

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.languages.registerCompletionItemProvider(yaml, this, ...triggers),
      vscode.languages.registerHoverProvider(yaml, this),
    );
  }

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.CompletionItem[]> {
    const folder = await this.#knowledge.ownerOf(document);
    const { agent } = this.#link;
    if (agent === undefined || folder === undefined) return [];
    return completionsAt(agent, { document, position, token, folder, file: 'flags' });
  }

  /** A flag's key has a hover of its own. */
  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const folder = await this.#knowledge.ownerOf(document);
    const { agent } = this.#link;
    if (agent === undefined || folder === undefined) return undefined;
    const { range, said } = await saidAt(agent, { document, position, token, folder, file: 'flags' });
    return range && said !== undefined ? new vscode.Hover(new vscode.MarkdownString(said), range) : undefined;
  }
}
