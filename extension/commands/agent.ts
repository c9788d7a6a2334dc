/** Restart Agent, Copy Diagnostics: about the connection itself. */
import * as vscode from 'vscode';
import { describe } from '../agent/link.ts';
import { openRollout } from '../model/state.ts';
import type { CommandContext } from './context.ts';
import { say } from '../say.ts';

export async function restartAgent({ link, output }: CommandContext): Promise<void> {
  output.info('restarting the agent: the one that runs ends when its rollouts have');
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Restarting the agent') },
    () => link.restart(),
  );
}

/** What a report of a defect needs, and nothing secret: names, states and versions. */
export async function copyDiagnostics({ link, store, version }: CommandContext): Promise<string> {
  const { projects = [] } = store.state;
  const text = JSON.stringify(
    {
      extension: version,
      editor: `${vscode.env.appName} ${vscode.version}`,
      machine: `${process.platform} ${process.arch}, Node ${process.version}`,
      language: vscode.env.language,
      remote: vscode.env.remoteName ?? null,
      trusted: vscode.workspace.isTrusted,
      agent: describe(link.state),
      projects: projects.map(({ name, trouble, environments }) => ({
        name,
        trouble: trouble ?? null,
        environments: environments.map((state) => ({
          environment: state.facts.environment,
          protected: state.facts.protected,
          state: state.status?.state ?? null,
          problem: state.trouble?.code ?? state.status?.problemCode ?? null,
          edges: (state.status?.edges ?? []).map((edge) => edge.state),
          rollout: openRollout(state)?.phase ?? null,
        })),
      })),
    },
    null,
    2,
  );
  await vscode.env.clipboard.writeText(text);
  void say(
    'info',
    vscode.l10n.t('Diagnostics are on the clipboard: names, states and versions, no secrets.'),
  );
  return text;
}
