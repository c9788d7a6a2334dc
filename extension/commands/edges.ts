/** What is done to the edges of an environment as they stand: brought up to date, covered by a page, given up. */
import * as vscode from 'vscode';
import type { Results } from '../../agent/protocol/methods.ts';
import { commands } from '../ids.ts';
import type { EnvironmentState } from '../model/state.ts';
import { say } from '../say.ts';
import { confirm } from './ask.ts';
import { chooseEnvironment, targetOf, type CommandContext } from './context.ts';
import { pick } from './pick.ts';
import { call } from './run.ts';

/** Asked for everywhere: no other command interrupts traffic. */
export async function upgradeEdge(context: CommandContext, given: unknown): Promise<Results['setup']> {
  const question = vscode.l10n.t('Upgrade the edge of which environment?');
  const { folder, state } = await chooseEnvironment(context, targetOf(context, given), question);
  const { environment } = state.facts;
  const confirmed = await confirm({
    change: 'upgradeEdge',
    facts: state.facts,
    what: vscode.l10n.t('edge and control'),
    from: vscode.l10n.t('what runs'),
    to: vscode.l10n.t('what tidegate.yaml and this version of Tidegate say'),
    strategy: vscode.l10n.t('interrupts traffic for some seconds on each node, where the edge differs'),
  });
  const result = await call(context, {
    title: vscode.l10n.t('Upgrading the edge of {0}', environment),
    method: 'setup',
    params: { folder, environment, upgradeEdge: true, ...(confirmed && { confirmed }) },
  });
  for (const line of [...result.changes, ...result.pending]) context.output.info(line);
  const text =
    result.outcome === 'done'
      ? vscode.l10n.t('The edge of {0} is upgraded.', environment)
      : vscode.l10n.t('The edge of {0} is what it should be already.', environment);
  void say('info', text);
  return result;
}

export function maintenanceOn(context: CommandContext, given: unknown): Promise<Results['maintenance']> {
  const question = vscode.l10n.t('Put up the maintenance page: in which environment?');
  return maintain(context, given, { on: true, question });
}

export function maintenanceOff(context: CommandContext, given: unknown): Promise<Results['maintenance']> {
  const question = vscode.l10n.t('Take the maintenance page away: in which environment?');
  return maintain(context, given, { on: false, question });
}

async function maintain(
  context: CommandContext,
  given: unknown,
  { on, question }: { readonly on: boolean; readonly question: string },
): Promise<Results['maintenance']> {
  const fits = ({ status }: EnvironmentState): boolean =>
    status?.state === 'ready' && (status.maintenance === null) === on;
  const { folder, state } = await chooseEnvironment(context, targetOf(context, given), question, fits);
  const { environment } = state.facts;
  const [application, page] = [vscode.l10n.t('the application'), vscode.l10n.t('the maintenance page')];
  const confirmed = await confirm({
    change: on ? 'maintenanceOn' : 'maintenanceOff',
    facts: state.facts,
    what: vscode.l10n.t('all that users reach through the edge'),
    from: on ? application : page,
    to: on ? page : application,
    strategy: vscode.l10n.t('at once, for all users; previews and probes still pass'),
  });
  const result = await call(context, {
    title: on
      ? vscode.l10n.t('Putting up the maintenance page of {0}', environment)
      : vscode.l10n.t('Taking the maintenance page of {0} away', environment),
    method: 'maintenance',
    params: { folder, environment, on, ...(confirmed && { confirmed }) },
  });
  sayMaintained(result, { folder, environment });
  return result;
}

function sayMaintained(
  { outcome, maintenance, missing }: Results['maintenance'],
  target: { readonly folder: string; readonly environment: string },
): void {
  const { environment } = target;
  const isOn = maintenance === 'on';
  const now = isOn
    ? vscode.l10n.t('Users of {0} get the maintenance page.', environment)
    : vscode.l10n.t('Users of {0} get the application.', environment);
  const late =
    missing.length === 0
      ? []
      : [
          vscode.l10n.t(
            'Not every edge has said so yet, and they follow by themselves: {0}',
            missing.join('; '),
          ),
        ];
  const undo = vscode.l10n.t('Undo');
  void say(
    outcome === 'partial' ? 'warning' : 'info',
    [now, ...late].join(' '),
    ...(outcome === 'unchanged' ? [] : [undo]),
  ).then((pressed) => {
    if (pressed === undo)
      void vscode.commands.executeCommand(isOn ? commands.maintenanceOff : commands.maintenanceOn, target);
  });
}

/** Of a node that is gone for good. Asked everywhere: there is no command that takes it back. */
export async function forgetEdge(context: CommandContext, given: unknown): Promise<Results['forgetEdge']> {
  const target = targetOf(context, given);
  const question = vscode.l10n.t('Forget an edge: of which environment?');
  const { folder, state } = await chooseEnvironment(context, target, question, (one) => late(one).length > 0);
  const { environment } = state.facts;
  const node = target.node ?? (await chooseNode(state));
  const confirmed = await confirm({
    change: 'forgetEdge',
    facts: state.facts,
    what: node,
    from: vscode.l10n.t('rollouts wait for its word'),
    to: vscode.l10n.t('nobody waits for it any more, whatever it still serves'),
    strategy: vscode.l10n.t('at once; only for a node that is gone for good'),
  });
  const result = await call(context, {
    title: vscode.l10n.t('Forgetting the edge on {0} in {1}', node, environment),
    method: 'forgetEdge',
    params: { folder, environment, node, ...(confirmed && { confirmed }) },
  });
  void say('info', vscode.l10n.t('The edge on {0} is not waited for any more.', result.node));
  return result;
}

async function chooseNode(state: EnvironmentState): Promise<string> {
  const { environment } = state.facts;
  const edges = late(state);
  if (edges.length === 0)
    throw new Error(
      vscode.l10n.t(
        'Every edge of {0} has acknowledged what is wanted: there is none to forget.',
        environment,
      ),
    );
  const items = edges.map(({ node, detail }) => ({ label: node, detail }));
  const title = vscode.l10n.t('Forget an edge of {0}', environment);
  return (await pick(items, { title, placeHolder: vscode.l10n.t('A node that is gone for good') })).label;
}

/** The internal edge belongs to no node. */
function late({ status }: EnvironmentState): EnvironmentEdges {
  return (status?.edges ?? []).filter(
    ({ node, state }) => node !== 'inside' && (state === 'behind' || state === 'missing'),
  );
}

type EnvironmentEdges = NonNullable<EnvironmentState['status']>['edges'];
