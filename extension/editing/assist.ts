/** Completion and hover in tidegate.yaml, out of the rules that the agent reads it by; and what is live where. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { Hover } from '../../agent/protocol/editing.ts';
import type { AgentApi, EnvironmentStatus, Params } from '../../agent/protocol/methods.ts';
import type { AgentLink } from '../agent/link.ts';
import { ask } from '../agent/quiet.ts';
import { liveTable } from '../model/live-words.ts';
import { plain } from '../model/node.ts';
import type { Store } from '../project/store.ts';
import { placeOf, rangeOf } from './ranges.ts';

export const tidegateYaml: vscode.DocumentSelector = { scheme: 'file', pattern: '**/tidegate.yaml' };

/** Completion comes by itself behind these. */
export const triggers = [' ', '{', ',', '['] as const;

/** It gets the schemas of package.json, and would say everything a second time. */
const yamlLanguageServer = 'redhat.vscode-yaml';
const withSchema = ['tidegate.yaml', 'flags.yaml'];

function isSaidByAnother({ uri }: vscode.TextDocument): boolean {
  return (
    withSchema.includes(path.basename(uri.fsPath)) &&
    vscode.extensions.getExtension(yamlLanguageServer) !== undefined
  );
}

export interface AskedPlace {
  readonly document: vscode.TextDocument;
  readonly position: vscode.Position;
  readonly token: vscode.CancellationToken;
  /** Of its project. */
  readonly folder: string;
  readonly file?: 'flags';
}

export async function completionsAt(agent: AgentApi, place: AskedPlace): Promise<vscode.CompletionItem[]> {
  const { items } = await ask(agent, 'complete', paramsOf(place), signalOf(place.token));
  // Names out of the project's files are in no schema.
  const own = isSaidByAnother(place.document) ? items.filter(({ named }) => named === true) : items;
  return own.map(({ label, kind, insert, range, description }, index) => {
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

interface Said {
  readonly found: Hover | null;
  readonly range: vscode.Range | undefined;
  /** Markdown; `undefined`: nothing, or another extension says it. */
  readonly said: string | undefined;
}

export async function saidAt(agent: AgentApi, place: AskedPlace): Promise<Said> {
  const { found } = await ask(agent, 'hover', paramsOf(place), signalOf(place.token));
  const description = found?.description;
  return {
    found,
    range: found === null ? undefined : rangeOf(found.range),
    said: description == null || isSaidByAnother(place.document) ? undefined : plain(description),
  };
}

function paramsOf({ document, position, folder, file }: AskedPlace): Params<'complete'> {
  return { folder, text: document.getText(), at: placeOf(position), ...(file && { file }) };
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
    if (agent === undefined) return [];
    return completionsAt(agent, { document, position, token, folder: folderOf(document) });
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const { agent } = this.#link;
    if (agent === undefined) return undefined;
    const folder = folderOf(document);
    const { found, range, said } = await saidAt(agent, { document, position, token, folder });
    if (found === null) return undefined;
    const [section, name, ...deeper] = found.path;
    const isService = section === 'services' && deeper.length === 0 && found.on === 'key';
    const live = isService && name !== undefined ? await this.#live(folder, String(name), token) : undefined;
    const text = live ?? said;
    return text === undefined ? undefined : new vscode.Hover(new vscode.MarkdownString(text), range);
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
