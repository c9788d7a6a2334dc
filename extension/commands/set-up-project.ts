/** Set Up This Project: from a compose file to a first tidegate.yaml, shown before it is written. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { InitResult } from '../../agent/protocol/init.ts';
import { hasCode } from '../../agent/protocol/errors.ts';
import { ask } from '../agent/quiet.ts';
import { commands } from '../ids.ts';
import { setUpDone, setUpQuestion } from '../model/set-up-words.ts';
import { Declined, targetOf, type CommandContext } from './context.ts';
import { say } from '../say.ts';

/** As the agent looks for them (`init`); it reads whichever is chosen. */
const composeFiles = '**/{compose,docker-compose,docker-stack,stack}.{yaml,yml}';
const notThere = '**/{node_modules,.git,dist}/**';
const most = 100;

interface From {
  /** Where tidegate.yaml is to be. */
  readonly folder: string;
  /** `null`: the agent looks for it. */
  readonly compose: string | null;
}

export async function setUpProject(context: CommandContext, given: unknown): Promise<InitResult | undefined> {
  const target = targetOf(context, given);
  if (!vscode.workspace.isTrusted)
    throw new Error(vscode.l10n.t('This workspace is not trusted: Tidegate reads and writes nothing in it.'));
  const from = await chooseCompose(target);
  const agent = await context.link.connected();
  try {
    const would = await ask(agent, 'init', { ...from, write: false, fix: false });
    const preview = await context.documents.preview('tidegate.yaml', would.text);
    const { title, detail } = setUpQuestion(would);
    const yes = vscode.l10n.t('Create');
    if ((await vscode.window.showInformationMessage(title, { modal: true, detail }, yes)) !== yes)
      throw new Declined();
    const result = await ask(agent, 'init', { ...from, write: true, fix: false });
    await preview.close();
    await context.lookForProjects();
    await ended(context, from, result);
    return result;
  } catch (error) {
    if (await helped(context, error, from)) return undefined;
    throw error;
  }
}

/** The one there is; asked for where there are several. */
async function chooseCompose(target: Partial<From>): Promise<From> {
  const { folder, compose } = target;
  if (folder !== undefined) return { folder, compose: compose ?? null };
  const found = (await vscode.workspace.findFiles(composeFiles, notThere, most)).sort(nearest);
  const [only] = found;
  const [workspace] = vscode.workspace.workspaceFolders ?? [];
  if (workspace === undefined)
    throw new Error(vscode.l10n.t('Open the folder of a project first: it has a compose file.'));
  if (only === undefined) return { folder: workspace.uri.fsPath, compose: compose ?? null };
  if (found.length === 1) return placed(only);
  const items = found.map((uri) => ({
    label: path.basename(uri.fsPath),
    description: vscode.workspace.asRelativePath(path.dirname(uri.fsPath), true),
    uri,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Set up this project'),
    placeHolder: vscode.l10n.t('From which compose file? tidegate.yaml is written beside it'),
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  if (picked === undefined) throw new Declined();
  return placed(picked.uri);
}

function placed({ fsPath }: vscode.Uri): From {
  return { folder: path.dirname(fsPath), compose: path.basename(fsPath) };
}

/** Those nearest to the root first. */
function nearest(a: vscode.Uri, b: vscode.Uri): number {
  const depth = ({ fsPath }: vscode.Uri): number => fsPath.split(path.sep).length;
  return depth(a) - depth(b) || (a.fsPath < b.fsPath ? -1 : 1);
}

async function ended({ output }: CommandContext, { folder }: From, result: InitResult): Promise<void> {
  const file = vscode.Uri.file(path.join(folder, 'tidegate.yaml'));
  await vscode.window.showTextDocument(file, { preview: false });
  const text = setUpDone(result);
  output.info(text);
  const [problems, deploy] = [vscode.l10n.t('Show Problems'), vscode.l10n.t('Deploy…')];
  const next = result.problems.some(({ severity }) => severity === 'error') ? [problems, deploy] : [deploy];
  void say('info', text, ...next).then((pressed) => {
    if (pressed === problems) void vscode.commands.executeCommand('workbench.actions.view.problems');
    if (pressed === deploy) void vscode.commands.executeCommand(commands.deploy, { folder });
  });
}

/** Failures with a way out of their own. True: it has been said. */
async function helped({ output }: CommandContext, error: unknown, from: From): Promise<boolean> {
  if (hasCode(error, 'config.exists')) {
    output.info(error.message);
    await vscode.window.showTextDocument(vscode.Uri.file(path.join(from.folder, 'tidegate.yaml')));
    void say('info', error.message);
    return true;
  }
  if (!hasCode(error, 'git.not-a-repository')) return false;
  const text = vscode.l10n.t(
    '{0} is not in a git repository. Tidegate deploys what is committed: make one, commit, and set the project up then.',
    path.basename(from.folder),
  );
  output.warn(text);
  void say('warning', text, vscode.l10n.t('Initialize Repository')).then(async (pressed) => {
    if (pressed === undefined) return;
    await vscode.commands.executeCommand('git.init');
    await vscode.commands.executeCommand(commands.setUpProject, {
      folder: from.folder,
      ...(from.compose !== null && { compose: from.compose }),
    });
  });
  return true;
}
