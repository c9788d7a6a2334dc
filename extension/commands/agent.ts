/** Restart Agent, Copy Diagnostics: about the connection itself. */
import * as vscode from 'vscode';
import { messageOf } from '../../agent/protocol/errors.ts';
import { protocolVersion } from '../../agent/protocol/version.ts';
import { ask } from '../agent/quiet.ts';
import { diagnosticsOf } from '../model/diagnostics.ts';
import type { CommandContext } from './context.ts';
import { say } from '../say.ts';

export async function restartAgent({ link, output }: CommandContext): Promise<void> {
  output.info('restarting the agent: the one that runs ends when its rollouts have');
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Restarting the agent') },
    () => link.restart(),
  );
}

/** Whoever looks for what is wrong does not wait for an engine that never answers. */
const doctorMs = 5_000;

/** What a report of a defect needs, and nothing secret: names, states and versions. English, whoever copies it. */
export async function copyDiagnostics(context: CommandContext): Promise<string> {
  const { link, store, version } = context;
  const { projects = [] } = store.state;
  const text = JSON.stringify(
    {
      extension: version,
      protocol: protocolVersion,
      editor: `${vscode.env.appName} ${vscode.version}`,
      machine: `${process.platform} ${process.arch}, Node ${process.version}`,
      language: vscode.env.language,
      remote: vscode.env.remoteName ?? null,
      trusted: vscode.workspace.isTrusted,
      agent: link.state,
      projects: await Promise.all(
        projects.map(async (project) => ({
          name: project.name,
          trouble: project.trouble ?? null,
          environments: project.environments.map(diagnosticsOf),
          doctor: await doctorOf(context, project.folder),
        })),
      ),
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

/** What it found wrong, or why it could not look. */
async function doctorOf({ link }: CommandContext, folder: string): Promise<unknown> {
  const { agent } = link;
  if (agent === undefined || !vscode.workspace.isTrusted) return null;
  try {
    const signal = AbortSignal.timeout(doctorMs);
    const { checks } = await ask(agent, 'doctor', { folder, environment: null }, signal);
    return checks.map(({ check, environment, state, detail }) =>
      [environment ?? 'machine', check, state, ...(state === 'ok' ? [] : [detail])].join(' '),
    );
  } catch (error) {
    return messageOf(error);
  }
}
