/** Bringing edge and control into an environment, and taking an environment away. */
import * as vscode from 'vscode';
import { messageOf } from '../../agent/protocol/errors.ts';
import type { Results } from '../../agent/protocol/methods.ts';
import { commands } from '../ids.ts';
import type { Target } from '../model/node.ts';
import { liveRelease } from '../model/state.ts';
import { nameOf } from '../model/words.ts';
import { confirm } from './ask.ts';
import { chooseEnvironment, Declined, targetOf, type CommandContext } from './context.ts';
import { call } from './run.ts';
import { say } from '../say.ts';

export async function setUpEnvironment(context: CommandContext, given: unknown): Promise<Results['setup']> {
  const { folder, state } = await chooseEnvironment(
    context,
    targetOf(context, given),
    vscode.l10n.t('Set up which environment?'),
    ({ status }) => status?.state === 'not-set-up',
  );
  const { environment } = state.facts;
  const confirmed = await confirm({
    change: 'setUp',
    facts: state.facts,
    what: vscode.l10n.t('edge and control'),
    from: state.status?.state === 'not-set-up' ? vscode.l10n.t('nothing') : vscode.l10n.t('what is there'),
    to: vscode.l10n.t('an environment that can be deployed to'),
    strategy: vscode.l10n.t('what is there already stays as it is'),
  });
  const result = await call(context, {
    title: vscode.l10n.t('Setting up {0}', environment),
    method: 'setup',
    params: { folder, environment, upgradeEdge: false, ...(confirmed && { confirmed }) },
  });
  for (const line of [...result.changes, ...result.pending]) context.output.info(line);
  const text =
    result.outcome === 'done'
      ? vscode.l10n.t('{0} is set up.', environment)
      : vscode.l10n.t('{0} was set up already.', environment);
  if (result.pending.length > 0) {
    sayPending(text, { folder, environment }, result.pending);
    return result;
  }
  void say('info', text, vscode.l10n.t('Deploy…')).then((pressed) => {
    if (pressed !== undefined) void vscode.commands.executeCommand(commands.deploy, { folder, environment });
  });
  return result;
}

/** What was left alone is for somebody to decide, who has to know of it. */
function sayPending(text: string, target: Target, pending: readonly string[]): void {
  const upgrade = vscode.l10n.t('Upgrade Edge…');
  const left = vscode.l10n.t('Left as it is, since changing it interrupts traffic: {0}', pending.join('; '));
  void say('warning', `${text} ${left}`, upgrade).then((pressed) => {
    if (pressed === upgrade) void vscode.commands.executeCommand(commands.upgradeEdge, target);
  });
}

/** Somebody wants to deploy to what is not there yet: once they say yes, it is brought in first. */
export async function setUpFirst(context: CommandContext, target: Target, ref: string): Promise<void> {
  const { environment } = target;
  const yes = vscode.l10n.t('Set Up and Deploy');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Set up {0} first?', environment),
    {
      modal: true,
      detail: vscode.l10n.t(
        '{0} is not there yet: an edge, which takes its requests, and control have to be brought into it once. Then {1} is deployed.',
        ...[environment, ref],
      ),
    },
    yes,
  );
  if (answer !== yes) throw new Declined();
  const { changes, pending } = await call(context, {
    title: vscode.l10n.t('Setting up {0}', environment),
    method: 'setup',
    params: { folder: target.folder, environment, upgradeEdge: false, confirmed: true },
  });
  for (const line of [...changes, ...pending]) context.output.info(line);
}

/** Of the engine of an environment, which has none. */
export async function startSwarm(context: CommandContext, given: unknown): Promise<Results['startSwarm']> {
  const { folder, state } = await chooseEnvironment(
    context,
    targetOf(context, given),
    vscode.l10n.t('Turn Swarm mode on for which environment?'),
    ({ status, trouble }) => (trouble?.code ?? status?.problemCode) === 'swarm.inactive',
  );
  const { environment, dockerContext } = state.facts;
  const yes = vscode.l10n.t('Turn On');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Turn on Swarm mode for {0}?', environment),
    {
      modal: true,
      detail: [
        dockerContext === null
          ? vscode.l10n.t('Docker (the context in use) becomes a cluster of one node.')
          : vscode.l10n.t('Docker (context {0}) becomes a cluster of one node.', dockerContext),
        vscode.l10n.t('On this machine nobody else can reach it. What runs there goes on running.'),
      ].join('\n'),
    },
    yes,
  );
  if (answer !== yes) throw new Declined();
  const result = await call(context, {
    title: vscode.l10n.t('Turning on Swarm mode for {0}', environment),
    method: 'startSwarm',
    params: { folder, environment, confirmed: true },
  });
  void context.store.reload();
  void say('info', result.message, vscode.l10n.t('Deploy…')).then((pressed) => {
    if (pressed !== undefined) void vscode.commands.executeCommand(commands.deploy, { folder, environment });
  });
  return result;
}

/** For a command that failed because of it. */
export function offerSetUp({ output }: CommandContext, target: Target, error: Error): void {
  output.warn(messageOf(error));
  const text = vscode.l10n.t(
    '{0} is not set up yet: edge and control have to be brought into it once.',
    target.environment,
  );
  void say('warning', text, vscode.l10n.t('Set Up')).then((pressed) => {
    if (pressed !== undefined) void vscode.commands.executeCommand(commands.setUpEnvironment, target);
  });
}

export async function takeDown(context: CommandContext, given: unknown): Promise<Results['down']> {
  const { folder, state } = await chooseEnvironment(
    context,
    targetOf(context, given),
    vscode.l10n.t('Take which environment down?'),
    ({ status }) => status?.state === 'ready',
  );
  const { environment } = state.facts;
  const live = liveRelease(state);
  const services = (state.status?.services ?? []).map(({ service }) => service);
  const confirmed = await confirm({
    change: 'takeDown',
    facts: state.facts,
    what: services.join(', ') || vscode.l10n.t('none'),
    from: live === null ? vscode.l10n.t('nothing deployed') : nameOf(live),
    to: vscode.l10n.t('nothing: services, edge, control and the record of releases are removed'),
    strategy: vscode.l10n.t('at once; volumes stay'),
  });
  const result = await call(context, {
    title: vscode.l10n.t('Taking {0} down', environment),
    method: 'down',
    params: { folder, environment, volumes: false, ...(confirmed && { confirmed }) },
  });
  for (const line of result.removed) context.output.info(`removed ${line}`);
  void say('info', vscode.l10n.t('{0} is taken down.', environment));
  return result;
}
