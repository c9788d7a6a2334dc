/** What is known of flags, for whoever looks at code: asked for while an editor shows some that evaluates them. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { FlagKeysResult } from '../../agent/protocol/flag-keys.ts';
import type { AgentLink } from '../agent/link.ts';
import { ask } from '../agent/quiet.ts';
import { mayEvaluate } from '../model/flag-literals.ts';
import { knownFlags, projectOf, type KnownFlags } from '../model/known-flags.ts';
import type { Store } from '../project/store.ts';
import { codeLanguages } from './languages.ts';

interface Asked {
  /** What the editor had of the file; `undefined`: as it is on disk. */
  readonly text: string | undefined;
  readonly result: Promise<FlagKeysResult | undefined>;
  answer: FlagKeysResult | undefined;
}

/** More often than that nobody reads. */
const calmMs = 250;

export class FlagKnowledge {
  readonly #link: AgentLink;
  readonly #store: Store;
  readonly #onSeen: (isSeen: boolean) => void;
  readonly #asked = new Map<string, Asked>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onChange = this.#changed.event;
  readonly #listening: readonly { dispose(): void }[];
  #isSeen = false;
  #calm: NodeJS.Timeout | undefined;

  /** `onSeen`: somebody looks at code that evaluates flags, or nobody does any more. */
  constructor(link: AgentLink, store: Store, onSeen: (isSeen: boolean) => void) {
    this.#link = link;
    this.#store = store;
    this.#onSeen = onSeen;
    const files = vscode.workspace.createFileSystemWatcher('**/*.{yaml,yml}');
    const again = (): void => {
      this.#asked.clear();
      this.#soon();
    };
    this.#listening = [
      ...[files, files.onDidChange(again), files.onDidCreate(again), files.onDidDelete(again)],
      vscode.window.onDidChangeVisibleTextEditors(() => this.#soon()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        // Logs are documents as well, and change all the time.
        if (document.uri.scheme === 'file') this.#soon();
      }),
      store.onChange(() => this.#soon()),
      link.onState(again),
    ];
    this.#soon();
  }

  /** Of the project that a document belongs to, as far as it has been read. */
  of(document: vscode.TextDocument): KnownFlags | undefined {
    const project = this.#projectOf(document);
    return project && knownFlags(project, this.#asked.get(project.folder)?.answer);
  }

  /** Asks for what is not known yet. */
  async ask(document: vscode.TextDocument): Promise<KnownFlags | undefined> {
    const project = this.#projectOf(document);
    if (project === undefined || this.#link.agent === undefined) return undefined;
    await this.#keysOf(project.folder);
    return this.of(document);
  }

  /** True for the flags file itself. */
  isFlagsFile(document: vscode.TextDocument): boolean {
    const project = this.#projectOf(document);
    return project !== undefined && this.#asked.get(project.folder)?.answer?.file === document.uri.fsPath;
  }

  /** The folder of the project whose flags file it is. */
  async ownerOf(document: vscode.TextDocument): Promise<string | undefined> {
    const project = this.#projectOf(document);
    if (project === undefined || this.#link.agent === undefined) return undefined;
    const keys = await this.#keysOf(project.folder);
    return keys?.file === document.uri.fsPath ? project.folder : undefined;
  }

  dispose(): void {
    clearTimeout(this.#calm);
    for (const one of this.#listening) one.dispose();
    this.#changed.dispose();
  }

  #projectOf({ uri }: vscode.TextDocument): ReturnType<typeof projectOf> {
    return uri.scheme === 'file' ? projectOf(this.#store.state.projects ?? [], uri.fsPath) : undefined;
  }

  #soon(): void {
    this.#calm ??= setTimeout(() => {
      this.#calm = undefined;
      void this.#look();
    }, calmMs);
  }

  async #look(): Promise<void> {
    const shown = vscode.window.visibleTextEditors
      .map(({ document }) => document)
      .filter((document) => this.#projectOf(document) !== undefined && aboutFlags(document));
    const isSeen = vscode.workspace.isTrusted && shown.length > 0;
    if (isSeen !== this.#isSeen) {
      this.#isSeen = isSeen;
      this.#onSeen(isSeen);
    }
    if (isSeen) await Promise.all(shown.map((document) => this.ask(document)));
    this.#changed.fire();
  }

  /** Asked again when the text of the file is another one. */
  #keysOf(folder: string): Promise<FlagKeysResult | undefined> {
    const known = this.#asked.get(folder);
    const text = known?.answer?.file ? unsaved(known.answer.file) : undefined;
    if (known !== undefined && known.text === text) return known.result;
    const asked: Asked = { text, answer: known?.answer, result: this.#request(folder, text) };
    this.#asked.set(folder, asked);
    return asked.result.then((answer) => {
      // What is half typed may be no YAML: the last places are better than none.
      if (answer !== undefined) asked.answer = answer.keys === null ? (known?.answer ?? answer) : answer;
      return answer;
    });
  }

  async #request(folder: string, text: string | undefined): Promise<FlagKeysResult | undefined> {
    try {
      const { agent } = this.#link;
      return agent && (await ask(agent, 'flagKeys', { folder, text: text ?? null }));
    } catch {
      // What is wrong with the project is told by the views; here nothing is known.
      return undefined;
    }
  }
}

function unsaved(file: string): string | undefined {
  return vscode.workspace.textDocuments
    .find((document) => document.isDirty && document.uri.fsPath === file)
    ?.getText();
}

function aboutFlags(document: vscode.TextDocument): boolean {
  if (document.languageId === 'yaml')
    // A new one is empty: what can be written there is asked for as well.
    return path.basename(document.uri.fsPath) === 'flags.yaml' || /^flags:/m.test(document.getText());
  return (
    (codeLanguages as readonly string[]).includes(document.languageId) && mayEvaluate(document.getText())
  );
}
