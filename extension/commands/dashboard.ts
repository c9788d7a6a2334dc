import { chooseEnvironment, targetOf, type CommandContext } from './context.ts';

/** In a tab of its own, or the one that is open already. */
export async function openDashboard(context: CommandContext, given: unknown): Promise<void> {
  const { folder, state } = await chooseEnvironment(
    context,
    targetOf(context, given),
    'Dashboard of which environment?',
  );
  context.dashboards.open({ folder, environment: state.facts.environment });
}
