/** The dashboard of one environment in its tab: what is known goes to the page, what is pressed comes back. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { FlagCountsResult } from '../../agent/protocol/flag-counts.ts';
import type { AgentApi } from '../../agent/protocol/methods.ts';
import {
  readToExtension,
  type ActionName,
  type DashboardState,
  type ToPage,
} from '../../webview/dashboard/messages.ts';
import { systemClock } from '../agent/clock.ts';
import { commands, type CommandId } from '../ids.ts';
import { textLanguage, texts } from '../language.ts';
import { dashboardState, unknownState } from '../model/dashboard.ts';
import type { Target } from '../model/node.ts';
import type { State } from '../model/state.ts';
import { watchCounts } from '../project/counts-watch.ts';
import { watchTraffic } from '../project/traffic-watch.ts';
import { dashboardHtml } from './html.ts';

export interface PanelDeps {
  readonly extensionUri: vscode.Uri;
  readonly state: () => State;
  readonly agent: () => AgentApi | undefined;
  readonly onVisible: () => void;
  readonly onClosed: () => void;
}

const actions: Readonly<Record<ActionName, CommandId>> = {
  promote: commands.promote,
  abort: commands.abort,
  rollback: commands.rollback,
};

export class DashboardPanel {
  readonly #panel: vscode.WebviewPanel;
  readonly #target: Target;
  readonly #deps: PanelDeps;
  /** The page is there and has said so; a hidden one is not. */
  #ready = false;
  #told = '';
  #traffic: { readonly agent: AgentApi; readonly stop: AbortController } | undefined;

  constructor(panel: vscode.WebviewPanel, target: Target, deps: PanelDeps) {
    this.#panel = panel;
    this.#target = target;
    this.#deps = deps;
    panel.iconPath = { light: this.#icon('light'), dark: this.#icon('dark') };
    panel.webview.options = { enableScripts: true, localResourceRoots: [this.#file('')] };
    panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message));
    panel.onDidChangeViewState(() => {
      if (!panel.visible) this.#pageHasGone();
      deps.onVisible();
    });
    panel.onDidDispose(() => {
      this.#pageHasGone();
      deps.onClosed();
    });
    panel.webview.html = this.#html();
  }

  get visible(): boolean {
    return this.#panel.visible;
  }

  reveal(): void {
    this.#panel.reveal();
  }

  dispose(): void {
    this.#panel.dispose();
  }

  update(): void {
    if (!this.#ready) return;
    const state = this.#state();
    const text = JSON.stringify(state);
    if (text !== this.#told) this.#send({ kind: 'state', state });
    this.#told = text;
    this.#follow();
  }

  #state(): DashboardState {
    const { folder, environment } = this.#target;
    const state = this.#deps.state();
    const found = state.projects
      ?.find((project) => project.folder === folder)
      ?.environments.find(({ facts }) => facts.environment === environment);
    return found === undefined ? unknownState(environment, state) : dashboardState(found, Date.now());
  }

  /** Counters are asked for once there is an agent, and again when there is another. */
  #follow(): void {
    const agent = this.#deps.agent();
    if (this.#traffic?.agent === agent) return;
    this.#traffic?.stop.abort();
    this.#traffic = undefined;
    if (agent === undefined) return;
    const stop = new AbortController();
    this.#traffic = { agent, stop };
    const { folder, environment } = this.#target;
    const watching = { folder, environment, clock: systemClock, signal: stop.signal };
    void watchTraffic(agent, {
      ...watching,
      onTraffic: (event) => this.#send({ ...event, points: [...event.points] }),
    });
    void watchCounts(agent, { ...watching, onCounts: (counts) => this.#send(countsMessage(counts)) });
  }

  #receive(raw: unknown): void {
    const message = readToExtension(raw);
    switch (message?.kind) {
      case 'ready':
        this.#pageHasGone();
        this.#ready = true;
        this.update();
        return;
      case 'action':
        void vscode.commands.executeCommand(actions[message.action], { ...this.#target });
        return;
      case undefined:
        return;
    }
  }

  #pageHasGone(): void {
    this.#ready = false;
    this.#told = '';
    this.#traffic?.stop.abort();
    this.#traffic = undefined;
  }

  #send(message: ToPage): void {
    void this.#panel.webview.postMessage(message);
  }

  #html(): string {
    const { webview } = this.#panel;
    const { folder, environment } = this.#target;
    return dashboardHtml({
      script: webview.asWebviewUri(this.#file('dashboard.js')).toString(),
      style: webview.asWebviewUri(this.#file('dashboard.css')).toString(),
      cspSource: webview.cspSource,
      nonce: randomBytes(18).toString('base64'),
      ...{ language: textLanguage(), texts: texts() },
      remembered: { folder, environment },
    });
  }

  #icon(theme: 'light' | 'dark'): vscode.Uri {
    return vscode.Uri.joinPath(this.#deps.extensionUri, `media/dashboard-${theme}.svg`);
  }

  #file(name: string): vscode.Uri {
    return vscode.Uri.joinPath(this.#deps.extensionUri, 'dist/webview', name);
  }
}

/** Mutable copies, as the page's messages have them. */
function countsMessage(result: FlagCountsResult): ToPage {
  const { since, missing, flags, unknown, sdks, streams } = result;
  return {
    kind: 'counts',
    counts: {
      ...{ since, unknown, streams, missing: [...missing], sdks: [...sdks] },
      flags: flags.map((flag) => ({ ...flag, variants: [...flag.variants] })),
    },
  };
}
