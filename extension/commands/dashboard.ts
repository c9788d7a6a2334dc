import * as vscode from 'vscode';
import { chooseEnvironment, targetOf, type CommandContext } from './context.ts';

/** In a tab of its own, or the one that is open already. */
export async function openDashboard(context: CommandContext, given: unknown): Promise<void> {
  const { folder, state } = await chooseEnvironment(
    context,
    targetOf(context, given),
    vscode.l10n.t('Dashboard of which environment?'),
  );
  context.dashboards.open({ folder, environment: state.facts.environment });
}
