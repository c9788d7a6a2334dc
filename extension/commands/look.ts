/** Commands that only look: plan, details of a rollout, the application, a preview. */
import * as vscode from 'vscode';
import type { PlanResult } from '../../agent/protocol/plan.ts';
import { planDocument, rolloutDocument } from '../model/documents.ts';
import { liveRelease, openRollout } from '../model/state.ts';
import { targetName } from '../model/words.ts';
import { chooseRef } from './choose-ref.ts';
import { chooseEnvironment, targetOf, type CommandContext } from './context.ts';
import { call } from './run.ts';

export async function plan(context: CommandContext, given: unknown): Promise<PlanResult> {
  const { tag, ...target } = targetOf(context, given);
  const { folder, state } = await chooseEnvironment(context, target, 'Plan for which environment?');
  const { environment } = state.facts;
  const ref = tag ?? (await chooseRef(context, { folder, state, title: `Plan a deploy to ${environment}` }));
  const result = await call(context, {
    title: `Planning ${ref} for ${environment}`,
    method: 'plan',
    params: { folder, environment, ref },
  });
  await context.documents.show(`Plan of ${ref} for ${environment}`, planDocument(result));
  return result;
}

export async function showRelease(context: CommandContext, given: unknown): Promise<void> {
  const { rollout, ...target } = targetOf(context, given);
  const { folder, state } = await chooseEnvironment(context, target, 'Releases of which environment?');
  const { environment } = state.facts;
  const agent = await context.link.connected();
  const signal = new AbortController().signal;
  const { rollouts } = await agent.request(
    'history',
    { folder, environment },
    { signal, onEvent: () => undefined },
  );
  const past = rollouts.find((one) => rollout === undefined || one.rollout === rollout);
  if (past === undefined) throw new Error(`${environment} remembers no such rollout any more.`);
  await context.documents.show(`${targetName(past)} in ${environment}`, rolloutDocument(past, environment));
}

export async function openApp(context: CommandContext, given: unknown): Promise<string> {
  const { state } = await chooseEnvironment(
    context,
    targetOf(context, given),
    'Open which environment?',
    (one) => liveRelease(one) !== null,
  );
  return open(state.facts.url);
}

/** The slot that is prepared or held, through a link that only its holder has. */
export async function openPreview(context: CommandContext, given: unknown): Promise<string> {
  const { folder, state } = await chooseEnvironment(
    context,
    targetOf(context, given),
    'Preview of which environment?',
    (one) => openRollout(one) !== undefined,
  );
  const agent = await context.link.connected();
  const { environment } = state.facts;
  const signal = new AbortController().signal;
  const { url } = await agent.request(
    'preview',
    { folder, environment },
    { signal, onEvent: () => undefined },
  );
  return open(url);
}

async function open(url: string): Promise<string> {
  // In a remote window the port is forwarded, and has another address here.
  const uri = await vscode.env.asExternalUri(vscode.Uri.parse(url, true));
  await vscode.env.openExternal(uri);
  return url;
}
