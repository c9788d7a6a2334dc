/** Completion and hover in tidegate.yaml, out of the rules that the agent reads it by; and what is live where. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { EnvironmentStatus } from '../../agent/protocol/methods.ts';
import type { AgentLink } from '../agent/link.ts';
import { ask } from '../agent/quiet.ts';
import { liveTable } from '../model/live-words.ts';
import { plain } from '../model/node.ts';
import type { Store } from '../project/store.ts';
import { placeOf, rangeOf } from './ranges.ts';

export const tidegateYaml: vscode.DocumentSelector = { scheme: 'file', pattern: '**/tidegate.yaml' };

/** It gets the schema of package.json, and would say everything a second time. */
const yamlLanguageServer = 'redhat.vscode-yaml';

function isSaidByAnother(): boolean {
  return vscode.extensions.getExtension(yamlLanguageServer) !== undefined;
}

export class Assist implements vscode.CompletionItemProvider, vscode.HoverProvider {
  readonly #link: AgentLink;
  readonly #store: Store;

  constructor(link: AgentLink, store: Store) {
    this.#link = link;
    this.#store = store;
  }

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.CompletionItem[]> {
    const { agent } = this.#link;
    if (agent === undefined || isSaidByAnother()) return [];
    const asked = { folder: folderOf(document), text: document.getText(), at: placeOf(position) };
    const { items } = await ask(agent, 'complete', asked, signalOf(token));
    return items.map(({ label, kind, insert, range, description }, index) => {
      const { Property, Value } = vscode.CompletionItemKind;
      const item = new vscode.CompletionItem(label, kind === 'key' ? Property : Value);
      item.range = rangeOf(range);
      item.insertText = insert;
      item.documentation = description;
      // In the order of the rules: what is needed first comes first.
      item.sortText = String(index).padStart(3, '0');
      return item;
    });
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const { agent } = this.#link;
    if (agent === undefined) return undefined;
    const folder = folderOf(document);
    const asked = { folder, text: document.getText(), at: placeOf(position) };
    const { found } = await ask(agent, 'hover', asked, signalOf(token));
    if (found === null) return undefined;
    const [section, name, ...deeper] = found.path;
    const isService = section === 'services' && deeper.length === 0 && found.on === 'key';
    const live = isService && name !== undefined ? await this.#live(folder, String(name), token) : undefined;
    const said = isSaidByAnother() || found.description === null ? undefined : plain(found.description);
    const text = live ?? said;
    return text === undefined
      ? undefined
      : new vscode.Hover(new vscode.MarkdownString(text), rangeOf(found.range));
  }

  /** As the side bar has it; asked for where nobody looks at the side bar. */
  async #live(folder: string, service: string, token: vscode.CancellationToken): Promise<string | undefined> {
    const project = this.#store.state.projects?.find((one) => one.folder === folder);
    const known = (project?.environments ?? []).flatMap(({ status, trouble }) =>
      status === undefined || trouble !== undefined ? [] : [status],
    );
    const isWhole = project !== undefined && known.length === project.environments.length && known.length > 0;
    return liveTable(service, isWhole ? known : await this.#ask(folder, token));
  }

  async #ask(folder: string, token: vscode.CancellationToken): Promise<readonly EnvironmentStatus[]> {
    const { agent } = this.#link;
    if (agent === undefined) return [];
    try {
      return (await ask(agent, 'status', { folder, environment: null }, signalOf(token))).environments;
    } catch {
      // A hover is no place for what is wrong: the views and the Problems say it.
      return [];
    }
  }
}

export function folderOf({ uri }: vscode.TextDocument): string {
  return path.dirname(uri.fsPath);
}

export function signalOf(token: vscode.CancellationToken): AbortSignal {
  const stop = new AbortController();
  token.onCancellationRequested(() => stop.abort());
  return stop.signal;
}
