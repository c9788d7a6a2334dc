/** All dashboards of this window: one for each environment, brought back when the window is loaded again. */
import * as vscode from 'vscode';
import { readRemembered } from '../../webview/dashboard/messages.ts';
import type { AgentLink } from '../agent/link.ts';
import { dashboardView } from '../ids.ts';
import type { Looking } from '../looking.ts';
import type { Target } from '../model/node.ts';
import type { Store } from '../project/store.ts';
import { DashboardPanel } from './panel.ts';

export interface DashboardsDeps {
  readonly extensionUri: vscode.Uri;
  readonly store: Store;
  readonly link: AgentLink;
  /** Is told when one is shown, or none is seen any more. */
  readonly looking: Looking;
}

export class Dashboards implements vscode.WebviewPanelSerializer {
  readonly #deps: DashboardsDeps;
  readonly #panels = new Map<string, DashboardPanel>();
  readonly #registered: vscode.Disposable;

  constructor(deps: DashboardsDeps) {
    this.#deps = deps;
    this.#registered = vscode.window.registerWebviewPanelSerializer(dashboardView, this);
  }

  open({ folder, environment }: Target): void {
    const known = this.#panels.get(`${folder}#${environment}`);
    if (known !== undefined) {
      known.reveal();
      return;
    }
    const title = `Tidegate: ${environment}`;
    this.#adopt(vscode.window.createWebviewPanel(dashboardView, title, vscode.ViewColumn.Active), {
      folder,
      environment,
    });
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const remembered = readRemembered(state);
    // Written by another version: nothing to bring back.
    if (remembered === undefined) panel.dispose();
    else this.#adopt(panel, { folder: remembered.folder, environment: remembered.environment });
    return Promise.resolve();
  }

  update(): void {
    for (const panel of this.#panels.values()) panel.update();
  }

  dispose(): void {
    this.#registered.dispose();
    for (const panel of [...this.#panels.values()]) panel.dispose();
  }

  #adopt(panel: vscode.WebviewPanel, target: Target): void {
    const key = `${target.folder}#${target.environment}`;
    this.#panels.get(key)?.dispose();
    const { extensionUri, store, link } = this.#deps;
    const onLook = (): void => this.#look();
    const made = new DashboardPanel(panel, target, {
      ...{ extensionUri, onVisible: onLook, state: () => store.state, agent: () => link.agent },
      onClosed: () => {
        if (this.#panels.get(key) === made) this.#panels.delete(key);
        onLook();
      },
    });
    this.#panels.set(key, made);
    onLook();
  }

  #look(): void {
    const anyVisible = [...this.#panels.values()].some(({ visible }) => visible);
    this.#deps.looking.at('dashboards', anyVisible);
  }
}
