/** Every command of package.json, registered at once. */
import * as vscode from 'vscode';
import { commands, type CommandId } from '../ids.ts';
import { copyDiagnostics, restartAgent } from './agent.ts';
import type { CommandContext } from './context.ts';
import { openDashboard } from './dashboard.ts';
import { edgeHandlers } from './edge-handlers.ts';
import { flagHandlers } from './flag-handlers.ts';
import { setFlagServerToken } from './flag-server.ts';
import {
  clearAllOverrides,
  clearOverride,
  copyFlagVariables,
  overrideFlag,
  serveFlags,
  stopServingFlags,
} from './local-flags.ts';
import { LogFollower } from './logs.ts';
import { openApp, openPreview, plan, showRelease } from './look.ts';
import { abort, deploy, promote, rollback, rollbackToTag, rollbackToThis } from './rollouts.ts';
import { closePreview, previewRollback, rollbackPreviewed } from './preview.ts';
import { handled } from './run.ts';
import { fixProblems } from './fix-problems.ts';
import { setUpProject } from './set-up-project.ts';
import { setUpEnvironment, startSwarm, takeDown } from './set-up.ts';
import { runSuite } from './suites.ts';

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
    ...flagHandlers,
    [commands.overrideFlag]: overrideFlag,
    [commands.clearOverride]: clearOverride,
    [commands.clearAllOverrides]: clearAllOverrides,
    [commands.serveFlags]: serveFlags,
    [commands.stopServingFlags]: stopServingFlags,
    [commands.copyFlagVariables]: copyFlagVariables,
    [commands.setFlagServerToken]: setFlagServerToken,
    [commands.plan]: plan,
    [commands.showLogs]: (own, given) => logs.show(own, given),
    [commands.setUpEnvironment]: setUpEnvironment,
    [commands.takeDown]: takeDown,
    ...edgeHandlers,
    [commands.openDashboard]: openDashboard,
    [commands.openApp]: openApp,
    [commands.openPreview]: openPreview,
    [commands.showRelease]: showRelease,
    [commands.showOutput]: ({ output }) => {
      output.show(true);
      return Promise.resolve();
    },
    [commands.restartAgent]: restartAgent,
    [commands.copyDiagnostics]: copyDiagnostics,
    [commands.setUpProject]: setUpProject,
    [commands.startSwarm]: startSwarm,
    [commands.runSuite]: runSuite,
    [commands.fixProblems]: fixProblems,
  };
  const registered = Object.entries(handlers).map(([id, handler]) =>
    vscode.commands.registerCommand(
      id,
      handled(context, (given) => handler(context, given)),
    ),
  );
  return vscode.Disposable.from(logs, ...registered);
}
