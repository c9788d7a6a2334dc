/** The token for the server that holds an environment's flags. */
import * as vscode from 'vscode';
import { hostOf } from '../model/server-flags.ts';
import { say } from '../say.ts';
import { chooseEnvironment, Declined, ready, targetOf, type CommandContext } from './context.ts';

export async function setFlagServerToken(context: CommandContext, given: unknown): Promise<void> {
  await ready(context);
  const all = (context.store.state.projects ?? []).flatMap(({ environments }) => environments);
  if (all.every(({ facts }) => facts.flagServer === undefined))
    throw new Error(
      vscode.l10n.t(
        'No environment here has its flags at another server: "flags:" of an environment in tidegate.yaml names one.',
      ),
    );
  const { state, folder } = await chooseEnvironment(
    context,
    targetOf(context, given),
    vscode.l10n.t('Set a flag server token: of which environment?'),
    ({ facts }) => facts.flagServer !== undefined,
  );
  const { environment, flagServer } = state.facts;
  if (flagServer === undefined)
    throw new Error(vscode.l10n.t('The flags of {0} are at no other server.', environment));
  const host = hostOf(flagServer);
  const typed = await vscode.window.showInputBox({
    title: vscode.l10n.t('Token for {0}', host),
    prompt: vscode.l10n.t(
      'A token of its Admin API, best your personal one. It is kept in the secret storage of this editor; empty removes it.',
    ),
    password: true,
    ignoreFocusOut: true,
  });
  if (typed === undefined) throw new Declined();
  const token = typed.trim();
  await context.flagTokens.set(flagServer.url, token === '' ? undefined : token);
  if (token === '') {
    void say('info', vscode.l10n.t('The token for {0} is removed.', host));
    return;
  }
  // Throws what the server says of it: then it is not the right one, and whoever typed it is still here.
  const { flags } = await context.store.readFlags({ folder, environment });
  void say('info', vscode.l10n.t('The token for {0} is set: {1} flags are listed.', host, flags.length));
}
