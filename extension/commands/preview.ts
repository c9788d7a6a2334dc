/** Looking at a rollback before it is done, and doing what is looked at. */
import * as vscode from 'vscode';
import type { RollbackPlan } from '../../agent/protocol/rollback-plan.ts';
import { commands } from '../ids.ts';
import type { Target } from '../model/node.ts';
import { targetOfPlan } from '../model/rollback-header.ts';
import { liveRelease } from '../model/state.ts';
import { chooseReleasedTag } from './choose-tag.ts';
import { chooseEnvironment, targetOf, type CommandContext } from './context.ts';
import { call } from './run.ts';
import { say } from '../say.ts';

export async function previewRollback(context: CommandContext, given: unknown): Promise<RollbackPlan> {
  const { tag: named, ...target } = targetOf(context, given);
  const chosen = await chooseEnvironment(
    context,
    target,
    vscode.l10n.t('Preview a rollback: of which environment?'),
    (one) => liveRelease(one) !== null,
  );
  const { folder, state } = chosen;
  const { environment } = state.facts;
  const tag = named ?? (await chooseReleasedTag(context, chosen)).tag;
  const plan = await call(context, {
    title: vscode.l10n.t('Looking at what a rollback of {0} to {1} would do', environment, tag),
    method: 'rollbackPlan',
    params: { folder, environment, tag },
  });
  const previewed: Target = { folder, environment, tag };
  if (plan.outcome === 'unchanged')
    void say('info', vscode.l10n.t('{0} runs {1} already.', environment, targetOfPlan(plan)));
  else await context.preview.show(previewed, plan);
  return plan;
}

/** By the command that every rollback to a tag goes through: it asks what has to be asked. */
export async function rollbackPreviewed(context: CommandContext, given: unknown): Promise<unknown> {
  const { preview } = context;
  const { target } = preview;
  const { flags } = targetOf(context, given);
  if (target === undefined)
    throw new Error(vscode.l10n.t('There is no preview of a rollback: ask for one first.'));
  const result: unknown = await vscode.commands.executeCommand(commands.rollbackToTag, {
    ...target,
    ...(flags !== undefined && { flags }),
  });
  // Declined or failed: what is to be looked at stays.
  if (result !== undefined) await preview.close();
  return result;
}

export async function closePreview({ preview }: CommandContext): Promise<void> {
  await preview.close();
}
