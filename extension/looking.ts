/** Environments are watched, and the agent is reached, while somebody looks at any part of the extension. */
import * as vscode from 'vscode';
import type { AgentLink } from './agent/link.ts';
import type { Store } from './project/store.ts';

export class Looking {
  readonly #store: Store;
  readonly #link: AgentLink;
  readonly #seen = new Set<string>();

  constructor(store: Store, link: AgentLink) {
    this.#store = store;
    this.#link = link;
  }

  /** `part`: views, dashboards, code. */
  at(part: string, isSeen: boolean): void {
    if (isSeen) this.#seen.add(part);
    else this.#seen.delete(part);
    this.again();
  }

  /** Also when the workspace is trusted from now on: an untrusted one gets no process of ours. */
  again(): void {
    const isSeen = this.#seen.size > 0;
    this.#store.setActive(isSeen);
    if (isSeen && vscode.workspace.isTrusted) this.#link.open();
  }
}
