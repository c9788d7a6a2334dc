/** Tasks: the bundled command line in a terminal of the editor. It asks there what has to be asked, and its exit code is the task's. */
import path from 'node:path';
import * as vscode from 'vscode';
import { taskName, taskType, taskWords, type TaskDefinition } from './model/task.ts';
import type { Store } from './project/store.ts';
import { say } from './say.ts';

export const problemMatchers = ['$tidegate', '$tidegate-build'];

export class Tasks implements vscode.TaskProvider {
  readonly #program: string;
  readonly #store: Store;

  /** `program`: `dist/tidegate.js` of this extension. */
  constructor(program: string, store: Store) {
    this.#program = program;
    this.#store = store;
  }

  /** A deploy and a plan of HEAD for each environment that is known. */
  provideTasks(): vscode.Task[] {
    const { projects = [], trusted } = this.#store.state;
    if (!trusted) return [];
    return projects.flatMap(({ folder, environments }) => {
      const workspace = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder));
      if (workspace === undefined) return [];
      const seen = path.relative(workspace.uri.fsPath, folder).split(path.sep).join('/');
      return environments.flatMap(({ facts: { environment } }) =>
        (['deploy', 'plan'] as const).flatMap((command) => {
          const definition: TaskDefinition = { command, environment, ...(seen !== '' && { folder: seen }) };
          return this.#task({ type: taskType, ...definition }, workspace) ?? [];
        }),
      );
    });
  }

  /** One of tasks.json. */
  resolveTask({ definition, scope }: vscode.Task): vscode.Task | undefined {
    const workspace = typeof scope === 'object' ? scope : vscode.workspace.workspaceFolders?.[0];
    return workspace && this.#task(definition, workspace);
  }

  #task(definition: vscode.TaskDefinition, workspace: vscode.WorkspaceFolder): vscode.Task | undefined {
    const words = taskWords(definition);
    if ('wrong' in words) {
      void say('error', words.wrong);
      return undefined;
    }
    const execution = new vscode.ProcessExecution(process.execPath, [this.#program, ...words], {
      cwd: workspace.uri.fsPath,
      // The editor's own runtime, as a plain Node.
      env: { ELECTRON_RUN_AS_NODE: '1' },
    });
    const name = taskName(definition as unknown as TaskDefinition);
    const task = new vscode.Task(definition, workspace, name, 'tidegate', execution, problemMatchers);
    task.presentationOptions = {
      reveal: vscode.TaskRevealKind.Always,
      panel: vscode.TaskPanelKind.Dedicated,
    };
    return task;
  }
}

export function registerTasks(program: string, store: Store): vscode.Disposable {
  return vscode.tasks.registerTaskProvider(taskType, new Tasks(program, store));
}
