/** The extension's first function: registers everything at once, and starts nothing before somebody looks. */
import * as vscode from 'vscode';
import metadata from '../package.json' with { type: 'json' };
import type { AgentLink } from './agent/link.ts';
import { openLink } from './agent/open-link.ts';
import { systemClock } from './agent/clock.ts';
import { registerCommands } from './commands/register.ts';
import { Documents } from './documents.ts';
import { flagsInCode } from './flags/flags-in-code.ts';
import type { TreeNode } from './model/node.ts';
import type { State } from './model/state.ts';
import { watchFolders } from './project/folders.ts';
import { Store } from './project/store.ts';
import { RollbackPreview } from './rollback/preview.ts';
import { RunningBar } from './running-bar.ts';
import { Views } from './views/views.ts';
import { Walkthrough } from './walkthrough.ts';

/** What other extensions get. Commands take typed targets, and give back the agent's results. */
export interface TidegateApi {
  /** Version of this interface. */
  readonly version: 1;
  readonly state: () => State;
  /** Rows of a view as they are now: `environments`, `releases`, `flags`. */
  readonly rows: (view: string) => readonly TreeNode[];
}

export function activate(extension: vscode.ExtensionContext): TidegateApi {
  const output = vscode.window.createOutputChannel('Tidegate', { log: true });
  const link = openLink({
    program: extension.asAbsolutePath('dist/tidegate.js'),
    version: metadata.version,
    env: process.env,
    log: (level, text) => output[level === 'warning' ? 'warn' : 'info'](text),
  });
  const store = new Store({ agent: () => link.agent, clock: systemClock, log: (text) => output.warn(text) });
  const documents = new Documents();
  const running = new RunningBar();
  const preview = new RollbackPreview(documents, link);
  const look = looking(store, link);
  const views = new Views(store, look('views'));
  const log = (text: string): void => output.warn(text);
  const walkthrough = new Walkthrough();
  const flags = flagsInCode({ link, store, log, onSeen: look('flags') });
  const folders = watchFolders({
    onFolders: (found) => store.setFolders(found),
    onFileChange: () => void store.reload(),
  });
  store.onChange((state) => {
    views.update(state);
    running.update(state);
    walkthrough.update(state);
  });
  link.onState((state) => store.setLink(state));
  store.setTrusted(vscode.workspace.isTrusted);
  void folders.look();
  const commands = registerCommands({
    ...{ link, store, output, documents, running, preview, version: metadata.version },
    targetOfRow: (id) => views.targetOfRow(id),
  });
  const trust = vscode.workspace.onDidGrantWorkspaceTrust(() => {
    store.setTrusted(true);
    views.lookAgain();
  });
  extension.subscriptions.push(commands, trust, folders, views, running, preview, flags);
  extension.subscriptions.push(documents, store, link, output);
  return { version: 1, state: () => store.state, rows: (view) => views.nodes(view) };
}

/** Environments are watched while any of several has somebody who looks at them. */
function looking(store: Store, link: AgentLink): (what: string) => (isSeen: boolean) => void {
  const seen = new Set<string>();
  return (what) => (isSeen) => {
    if (isSeen) seen.add(what);
    else seen.delete(what);
    store.setActive(seen.size > 0);
    // An untrusted workspace gets no process of ours.
    if (isSeen && vscode.workspace.isTrusted) link.open();
  };
}
