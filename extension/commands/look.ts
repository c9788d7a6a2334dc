/** Commands that only look: plan, details of a rollout, the application, a preview. */
import * as vscode from 'vscode';
import type { PlanResult } from '../../agent/protocol/plan.ts';
import { ask } from '../agent/quiet.ts';
import { planDocument, rolloutDocument } from '../model/documents.ts';
import { liveRelease, openRollout } from '../model/state.ts';
import { targetName } from '../model/words.ts';
import { chooseRef } from './choose-ref.ts';
import { chooseEnvironment, targetOf, toBeDeployed, type CommandContext } from './context.ts';
import { call } from './run.ts';

export async function plan(context: CommandContext, given: unknown): Promise<PlanResult> {
  const { tag, ...target } = toBeDeployed(context, given);
  const { folder, state } = await chooseEnvironment(
    context,
    target,
    vscode.l10n.t('Plan for which environment?'),
  );
  const { environment } = state.facts;
  const title = vscode.l10n.t('Plan a deploy to {0}', environment);
  const ref = tag ?? (await chooseRef(context, { folder, state, title }));
  const result = await call(context, {
    title: vscode.l10n.t('Planning {0} for {1}', ref, environment),
    method: 'plan',
    params: { folder, environment, ref },
  });
  await context.documents.show(vscode.l10n.t('Plan of {0} for {1}', ref, environment), planDocument(result));
  return result;
}

export async function showRelease(context: CommandContext, given: unknown): Promise<void> {
  const { rollout, ...target } = targetOf(context, given);
  const { folder, state } = await chooseEnvironment(
    context,
    target,
    vscode.l10n.t('Releases of which environment?'),
  );
  const { environment } = state.facts;
  const agent = await context.link.connected();
  const { rollouts } = await ask(agent, 'history', { folder, environment });
  const past = rollouts.find((one) => rollout === undefined || one.rollout === rollout);
  if (past === undefined)
    throw new Error(vscode.l10n.t('{0} remembers no such rollout any more.', environment));
  const title = vscode.l10n.t('{0} in {1}', targetName(past), environment);
  await context.documents.show(title, rolloutDocument(past, environment));
}

export async function openApp(context: CommandContext, given: unknown): Promise<string> {
  const { state } = await chooseEnvironment(
    context,
    targetOf(context, given),
    vscode.l10n.t('Open which environment?'),
    (one) => liveRelease(one) !== null,
  );
  return open(state.facts.url);
}

/** The slot that is prepared or held, through a link that only its holder has. */
export async function openPreview(context: CommandContext, given: unknown): Promise<string> {
  const { folder, state } = await chooseEnvironment(
    context,
    targetOf(context, given),
    vscode.l10n.t('Preview of which environment?'),
    (one) => openRollout(one) !== undefined,
  );
  const agent = await context.link.connected();
  const { environment } = state.facts;
  const { url } = await ask(agent, 'preview', { folder, environment });
  return open(url);
}

async function open(url: string): Promise<string> {
  // In a remote window the port is forwarded, and has another address here.
  const uri = await vscode.env.asExternalUri(vscode.Uri.parse(url, true));
  await vscode.env.openExternal(uri);
  return url;
}
