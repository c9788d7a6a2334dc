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
    'Set up which environment?',
    ({ status }) => status?.state === 'not-set-up',
  );
  const { environment } = state.facts;
  const confirmed = await confirm({
    change: 'setUp',
    facts: state.facts,
    what: 'edge and control',
    from: state.status?.state === 'not-set-up' ? 'nothing' : 'what is there',
    to: 'an environment that can be deployed to',
    strategy: 'what is there already stays as it is',
  });
  const result = await call(context, {
    title: `Setting up ${environment}`,
    method: 'setup',
    params: { folder, environment, upgradeEdge: false, ...(confirmed && { confirmed }) },
  });
  for (const line of [...result.changes, ...result.pending]) context.output.info(line);
  const text = result.outcome === 'done' ? `${environment} is set up.` : `${environment} was set up already.`;
  void say('info', text, 'Deploy…').then((pressed) => {
    if (pressed !== undefined) void vscode.commands.executeCommand(commands.deploy, { folder, environment });
  });
  return result;
}

/** Somebody wants to deploy to what is not there yet: once they say yes, it is brought in first. */
export async function setUpFirst(context: CommandContext, target: Target, ref: string): Promise<void> {
  const { environment } = target;
  const yes = 'Set Up and Deploy';
  const answer = await vscode.window.showWarningMessage(
    `Set up ${environment} first?`,
    {
      modal: true,
      detail: `${environment} is not there yet: an edge, which takes its requests, and control have to be brought into it once. Then ${ref} is deployed.`,
    },
    yes,
  );
  if (answer !== yes) throw new Declined();
  const { changes, pending } = await call(context, {
    title: `Setting up ${environment}`,
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
    'Turn Swarm mode on for which environment?',
    ({ status, trouble }) => (trouble?.code ?? status?.problemCode) === 'swarm.inactive',
  );
  const { environment, dockerContext } = state.facts;
  const yes = 'Turn On';
  const answer = await vscode.window.showWarningMessage(
    `Turn on Swarm mode for ${environment}?`,
    {
      modal: true,
      detail: [
        `Docker (${dockerContext === null ? 'the context in use' : `context ${dockerContext}`}) becomes a cluster of one node.`,
        'On this machine nobody else can reach it. What runs there goes on running.',
      ].join('\n'),
    },
    yes,
  );
  if (answer !== yes) throw new Declined();
  const result = await call(context, {
    title: `Turning on Swarm mode for ${environment}`,
    method: 'startSwarm',
    params: { folder, environment, confirmed: true },
  });
  void context.store.reload();
  void say('info', result.message, 'Deploy…').then((pressed) => {
    if (pressed !== undefined) void vscode.commands.executeCommand(commands.deploy, { folder, environment });
  });
  return result;
}

/** For a command that failed because of it. */
export function offerSetUp({ output }: CommandContext, target: Target, error: Error): void {
  output.warn(messageOf(error));
  const text = `${target.environment} is not set up yet: edge and control have to be brought into it once.`;
  void say('warning', text, 'Set Up').then((pressed) => {
    if (pressed !== undefined) void vscode.commands.executeCommand(commands.setUpEnvironment, target);
  });
}

export async function takeDown(context: CommandContext, given: unknown): Promise<Results['down']> {
  const { folder, state } = await chooseEnvironment(
    context,
    targetOf(context, given),
    'Take which environment down?',
    ({ status }) => status?.state === 'ready',
  );
  const { environment } = state.facts;
  const live = liveRelease(state);
  const services = (state.status?.services ?? []).map(({ service }) => service);
  const confirmed = await confirm({
    change: 'takeDown',
    facts: state.facts,
    what: services.join(', ') || 'none',
    from: live === null ? 'nothing deployed' : nameOf(live),
    to: 'nothing: services, edge, control and the record of releases are removed',
    strategy: 'at once; volumes stay',
  });
  const result = await call(context, {
    title: `Taking ${environment} down`,
    method: 'down',
    params: { folder, environment, volumes: false, ...(confirmed && { confirmed }) },
  });
  for (const line of result.removed) context.output.info(`removed ${line}`);
  void say('info', `${environment} is taken down.`);
  return result;
}
