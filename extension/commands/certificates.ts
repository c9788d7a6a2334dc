/** Set Certificate: one of `edge.tls`, new or renewed, from two files of the machine that the agent runs on. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { Results } from '../../agent/protocol/methods.ts';
import type { EnvironmentState } from '../model/state.ts';
import { say } from '../say.ts';
import { confirm } from './ask.ts';
import { chooseEnvironment, Declined, targetOf, type CommandContext } from './context.ts';
import { pick } from './pick.ts';
import { call } from './run.ts';

export async function setCertificate(
  context: CommandContext,
  given: unknown,
): Promise<Results['setCertificate']> {
  const { folder, state } = await chooseEnvironment(
    context,
    targetOf(context, given),
    vscode.l10n.t('Set a certificate: in which environment?'),
    ({ facts }) => facts.certificates !== undefined,
  );
  const { environment } = state.facts;
  const name = await chooseName(state);
  const certificateFile = await chooseFile(vscode.l10n.t('{0}: the certificate, then its chain (PEM)', name));
  const keyFile = await chooseFile(vscode.l10n.t('{0}: its key (PEM, not encrypted)', name));
  const confirmed = await confirm({
    change: 'setCertificate',
    facts: state.facts,
    what: name,
    from: vscode.l10n.t('what edges answer with'),
    to: path.basename(certificateFile),
    strategy: vscode.l10n.t('no request is lost; one that is expired, or does not match, is refused'),
  });
  // Paths, and nothing of what is in the files: a key does not travel in a message.
  const result = await call(context, {
    title: vscode.l10n.t('Setting the certificate {0} of {1}', name, environment),
    method: 'setCertificate',
    params: { ...{ folder, environment, name, certificateFile, keyFile }, ...(confirmed && { confirmed }) },
  });
  void say(result.outcome === 'partial' ? 'warning' : 'info', endOf(result));
  return result;
}

function endOf({ outcome, name, hosts, validUntil, missing }: Results['setCertificate']): string {
  const names = hosts.join(', ');
  const until = validUntil.slice(0, 10);
  if (outcome === 'partial')
    return vscode.l10n.t(
      '{0} ({1}) until {2} is set, but not every edge has said that it has it. They follow by themselves: {3}',
      ...[name, names, until, missing.join('; ')],
    );
  return outcome === 'unchanged'
    ? vscode.l10n.t('Every edge has {0} ({1}) until {2} already.', name, names, until)
    : vscode.l10n.t('Every edge answers with {0} ({1}) until {2}.', name, names, until);
}

async function chooseName({ facts: { environment, certificates = [] } }: EnvironmentState): Promise<string> {
  const [only] = certificates;
  if (only === undefined)
    throw new Error(
      vscode.l10n.t(
        'tidegate.yaml names no certificate for {0}: {1}.',
        ...[environment, 'edge: { http: 80, https: 443, tls: [main] }'],
      ),
    );
  if (certificates.length === 1) return only;
  const items = certificates.map((label) => ({ label }));
  const title = vscode.l10n.t('Set a certificate in {0}', environment);
  return (await pick(items, { title, placeHolder: vscode.l10n.t('Certificate') })).label;
}

async function chooseFile(title: string): Promise<string> {
  const [file] = (await vscode.window.showOpenDialog({ title, canSelectMany: false })) ?? [];
  if (file === undefined) throw new Declined();
  return file.fsPath;
}
