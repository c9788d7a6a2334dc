/** Environments are watched, and the agent is reached, while somebody looks at any part of the extension. */
import * as vscode from 'vscode';
import type { AgentLink } from './agent/link.ts';
import type { Store } from './project/store.ts';

/** Until the editor itself has come up. */
const expectAfterMs = 500;

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

  /** Somebody may look soon: an agent that runs already is met before, so that they wait for nothing. Starts none. */
  expect(): void {
    setTimeout(() => void this.#link.meet(), expectAfterMs);
  }

  /** Also when the workspace is trusted from now on: an untrusted one gets no process of ours. */
  again(): void {
    const isSeen = this.#seen.size > 0;
    this.#store.setActive(isSeen);
    if (isSeen && vscode.workspace.isTrusted) this.#link.open();
  }
}
