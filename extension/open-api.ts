/** The interface for other extensions, over the commands: whatever asks a person asks for other extensions as well. */
import * as vscode from 'vscode';
import type { TidegateApi, TidegateEnvironment } from './api.ts';
import { commands, type CommandId } from './ids.ts';
import { liveRelease, openRollout, type EnvironmentState, type ProjectState } from './model/state.ts';
import type { Store } from './project/store.ts';

export function openApi(store: Store): TidegateApi {
  const run = <T>(id: CommandId, target: object): Promise<T | undefined> =>
    Promise.resolve(vscode.commands.executeCommand<T | undefined>(id, target));
  return {
    version: 1,
    environments: () =>
      (store.state.projects ?? []).flatMap((project) =>
        project.environments.map((state) => environmentOf(project, state)),
      ),
    onDidChange: (listener) => store.onChange(() => listener()),
    deploy: ({ ref, ...target }) => run(commands.deploy, { ...target, tag: ref }),
    rollback: (target) =>
      run(target.tag === undefined ? commands.rollback : commands.rollbackToTag, { ...target }),
    runSuite: ({ ref, ...target }) =>
      run(commands.runSuite, { ...target, ...(ref !== undefined && { tag: ref }) }),
  };
}

function environmentOf({ folder, name }: ProjectState, state: EnvironmentState): TidegateEnvironment {
  const { facts, status } = state;
  const live = liveRelease(state);
  const rollout = openRollout(state);
  const known = state.trouble === undefined ? status?.state : undefined;
  return {
    ...{ folder, project: name, environment: facts.environment, protected: facts.protected, url: facts.url },
    state: known === 'ready' || known === 'not-set-up' ? known : 'unknown',
    live: live && { release: live.number, tag: live.tag, commit: live.commit },
    rollout: rollout ? { id: rollout.id, ref: rollout.ref, stage: rollout.stage } : null,
  };
}
