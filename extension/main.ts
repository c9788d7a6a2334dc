/** The extension's first function: registers everything at once, and starts nothing before somebody looks. */
import * as vscode from 'vscode';
import type { TidegateApi as PublicApi } from './api.ts';
import { openBundledAgent } from './bundled-agent.ts';
import { registerCommands } from './commands/register.ts';
import { Dashboards } from './dashboard/dashboards.ts';
import { Documents } from './documents.ts';
import { flagsInCode } from './flags/flags-in-code.ts';
import { textLanguage } from './language.ts';
import { translateBy } from './model/l10n.ts';
import type { TreeNode } from './model/node.ts';
import type { State } from './model/state.ts';
import { watchFolders } from './project/folders.ts';
import { Looking } from './looking.ts';
import { openApi } from './open-api.ts';
import { openParts, type Parts } from './parts.ts';
import { RollbackPreview } from './rollback/preview.ts';
import { RunningBar } from './running-bar.ts';
import { registerTasks } from './tasks.ts';
import { Views } from './views/views.ts';
import { tellMilestones } from './walkthrough.ts';

/** What other extensions get (`api.ts`), and what the tests inside an editor look at. */
export interface TidegateApi extends PublicApi {
  readonly state: () => State;
  /** Rows of a view as they are now: `environments`, `releases`, `flags`. */
  readonly rows: (view: string) => readonly TreeNode[];
  /** Of the Test Explorer. */
  readonly suites: (folder: string) => vscode.TestController | undefined;
  /** How much code has been read for references of flags. */
  readonly codeRead: () => { readonly scans: number; readonly files: number };
}

export function activate(extension: vscode.ExtensionContext): TidegateApi {
  translateBy(vscode.l10n.t, textLanguage());
  const output = vscode.window.createOutputChannel('Tidegate', { log: true });
  const { version, link, flagTokens, opened } = openBundledAgent(extension, output, {
    tokens: () => void store.readServerFlags(),
  });
  const parts = openParts(link, output);
  const { store } = parts;
  const documents = new Documents();
  const running = new RunningBar();
  const preview = new RollbackPreview(documents, link);
  const looking = new Looking(store, link);
  const views = new Views(store, () => looking.at('views', views.anyVisible), parts.stale, parts.counts);
  const dashboards = new Dashboards({ extensionUri: extension.extensionUri, store, link, looking });
  const flags = flagsInCode({ ...parts, link, onSeen: (isSeen) => looking.at('code', isSeen) });
  const folders = watchFolders({
    onFolders: (found) => {
      store.setFolders(found);
      if (found.length > 0) looking.expect();
    },
    onFileChange: parts.reload,
  });
  store.onChange((state) => {
    views.update(state);
    running.update(state);
    dashboards.update();
  });
  tellMilestones(store);
  store.setTrusted(vscode.workspace.isTrusted);
  void folders.look();
  const commands = registerCommands({
    ...{ ...parts, flagTokens, link, output, documents, dashboards, running, preview },
    ...{ version, views, memory: extension.workspaceState },
    targetOfRow: (id) => views.targetOfRow(id),
    lookForProjects: () => folders.look(),
  });
  const trust = vscode.workspace.onDidGrantWorkspaceTrust(() => {
    store.setTrusted(true);
    looking.again();
  });
  const tasks = registerTasks(extension.asAbsolutePath('dist/tidegate.js'), store);
  extension.subscriptions.push(commands, tasks, trust, folders, views, dashboards, running, preview, flags);
  extension.subscriptions.push(documents, parts.registered, opened, output);
  return { ...openApi(store), ...insides(parts, views) };
}

function insides({ store, suites, references }: Parts, views: Views): Omit<TidegateApi, keyof PublicApi> {
  return {
    state: () => store.state,
    rows: (view) => views.nodes(view),
    suites: (folder) => suites.controller(folder),
    codeRead: () => references.read,
  };
}
