/** Every command of package.json, registered at once. */
import * as vscode from 'vscode';
import { commands, type CommandId } from '../ids.ts';
import { copyDiagnostics, restartAgent } from './agent.ts';
import type { CommandContext } from './context.ts';
import { toggleFlag } from './flags.ts';
import { LogFollower } from './logs.ts';
import { openApp, openPreview, plan, showRelease } from './look.ts';
import { abort, deploy, promote, rollback, rollbackToTag, rollbackToThis } from './rollouts.ts';
import { closePreview, previewRollback, rollbackPreviewed } from './preview.ts';
import { handled } from './run.ts';
import { setUpEnvironment, takeDown } from './set-up.ts';

type Handler = (context: CommandContext, given: unknown) => Promise<unknown>;

export function registerCommands(context: CommandContext): vscode.Disposable {
  const logs = new LogFollower();
  const handlers: Readonly<Record<CommandId, Handler>> = {
    [commands.deploy]: deploy,
    [commands.promote]: promote,
    [commands.abort]: abort,
    [commands.rollback]: rollback,
    [commands.rollbackToTag]: rollbackToTag,
    [commands.rollbackToThis]: rollbackToThis,
    [commands.previewRollback]: previewRollback,
    [commands.rollbackPreviewed]: rollbackPreviewed,
    [commands.closePreview]: closePreview,
    [commands.toggleFlag]: toggleFlag,
    [commands.plan]: plan,
    [commands.showLogs]: (own, given) => logs.show(own, given),
    [commands.setUpEnvironment]: setUpEnvironment,
    [commands.takeDown]: takeDown,
    [commands.openApp]: openApp,
    [commands.openPreview]: openPreview,
    [commands.showRelease]: showRelease,
    [commands.showOutput]: ({ output }) => {
      output.show(true);
      return Promise.resolve();
    },
    [commands.restartAgent]: restartAgent,
    [commands.copyDiagnostics]: copyDiagnostics,
  };
  const registered = Object.entries(handlers).map(([id, handler]) =>
    vscode.commands.registerCommand(
      id,
      handled(context, (given) => handler(context, given)),
    ),
  );
  return vscode.Disposable.from(logs, ...registered);
}
