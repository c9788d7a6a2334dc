/** The extension's first function: registers everything at once, and starts nothing before somebody looks. */
import * as vscode from 'vscode';
import metadata from '../package.json' with { type: 'json' };
import type { AgentLink } from './agent/link.ts';
import { openLink } from './agent/open-link.ts';
import type { TidegateApi as PublicApi } from './api.ts';
import { registerCommands } from './commands/register.ts';
import { Dashboards } from './dashboard/dashboards.ts';
import { Documents } from './documents.ts';
import type { TreeNode } from './model/node.ts';
import type { State } from './model/state.ts';
import { watchFolders } from './project/folders.ts';
import { openApi } from './open-api.ts';
import { openParts } from './parts.ts';
import { RunningBar } from './running-bar.ts';
import { registerTasks } from './tasks.ts';
import { Views } from './views/views.ts';

/** What other extensions get (`api.ts`), and what the tests inside an editor look at. */
export interface TidegateApi extends PublicApi {
  readonly state: () => State;
  /** Rows of a view as they are now: `environments`, `releases`, `flags`. */
  readonly rows: (view: string) => readonly TreeNode[];
  /** Of the Test Explorer. */
  readonly suites: (folder: string) => vscode.TestController | undefined;
}

export function activate(extension: vscode.ExtensionContext): TidegateApi {
  const output = vscode.window.createOutputChannel('Tidegate', { log: true });
  const { version } = metadata;
  const link = openLink({
    program: extension.asAbsolutePath('dist/tidegate.js'),
    version,
    env: process.env,
    log: (level, text) => (level === 'warning' ? output.warn(text) : output.info(text)),
  });
  const parts = openParts(link, output);
  const { store } = parts;
  const documents = new Documents();
  const running = new RunningBar();
  const look = (): void => lookFor(views.anyVisible || dashboards.anyVisible, store, link);
  const views = new Views(store, look);
  const dashboards = new Dashboards({ extensionUri: extension.extensionUri, store, link, onLook: look });
  const folders = watchFolders({
    onFolders: (found) => store.setFolders(found),
    onFileChange: parts.reload,
  });
  store.onChange((state) => {
    views.update(state);
    running.update(state);
    dashboards.update();
  });
  store.setTrusted(vscode.workspace.isTrusted);
  void folders.look();
  const commands = registerCommands({
    ...{ ...parts, link, output, documents, dashboards, running, version },
    targetOfRow: (id) => views.targetOfRow(id),
  });
  const trust = vscode.workspace.onDidGrantWorkspaceTrust(() => {
    store.setTrusted(true);
    look();
  });
  const tasks = registerTasks(extension.asAbsolutePath('dist/tidegate.js'), store);
  const { registered } = parts;
  extension.subscriptions.push(commands, tasks, trust, folders, views, dashboards, running);
  extension.subscriptions.push(documents, registered, link, output);
  return {
    ...openApi(store),
    state: () => store.state,
    rows: (view) => views.nodes(view),
    suites: (folder) => parts.suites.controller(folder),
  };
}

/** Somebody sees something of ours, or nobody does any more. */
function lookFor(anyVisible: boolean, store: Store, link: AgentLink): void {
  store.setActive(anyVisible);
  // An untrusted workspace gets no process of ours.
  if (anyVisible && vscode.workspace.isTrusted) link.open();
}
