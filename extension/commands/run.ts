/** Calling the agent for somebody: progress, cancelling, and an end that is never waited for. */
import * as vscode from 'vscode';
import type { AgentEvent, Method, Params, Results, RolloutResult } from '../../agent/protocol/methods.ts';
import { isProgress } from '../../agent/protocol/progress.ts';
import { hasCode, messageOf, TidegateError } from '../../agent/protocol/errors.ts';
import { commands, views } from '../ids.ts';
import { messageDocument } from '../model/documents.ts';
import { hintForEditor } from '../model/hints.ts';
import { endMessage, nextTitle, withoutLinks, type Ended, type NextStep } from '../model/messages.ts';
import type { Target } from '../model/node.ts';
import type { Store } from '../project/store.ts';
import { Declined, NoProject, type CommandContext } from './context.ts';
import { writeEvent } from '../rollout-log.ts';
import { say } from '../say.ts';

export interface Calling<M extends Method> {
  readonly title: string;
  readonly method: M;
  readonly params: Params<M>;
}

/** With a notification that can be cancelled; `$/cancelRequest` takes a rollout back. */
export async function call<M extends Method>(
  { link, output, running, hearing }: CommandContext,
  { title, method, params }: Calling<M>,
): Promise<Results[M]> {
  const agent = await link.connected();
  const bar = running.begin(title);
  output.info(title);
  const { folder, environment } = params as { folder: string; environment?: string | null };
  const heard = hearing.call({ folder, environment: environment ?? '' });
  try {
    return await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: withoutLinks(title), cancellable: true },
      async (progress, token) => {
        const controller = new AbortController();
        token.onCancellationRequested(() => controller.abort());
        const onEvent = (event: AgentEvent): void => {
          if (isProgress(event)) heard.event(event);
          const text = writeEvent(output, event);
          if (text === undefined) return;
          progress.report({ message: withoutLinks(text) });
          bar.say(`${title}: ${text}`);
        };
        return agent.request(method, params, { signal: controller.signal, onEvent });
      },
    );
  } catch (error) {
    heard.failed(error);
    throw error;
  } finally {
    bar.end();
  }
}

/** A message with buttons; what they do happens when they are pressed, if ever. */
export function tell(
  context: CommandContext,
  result: RolloutResult,
  { target, ended }: { readonly target: Target; readonly ended: Ended },
): void {
  const { level, text, next } = endMessage(result, ended);
  context.output[level === 'warning' ? 'warn' : level](text);
  const steps = new Map(next.map((step) => [nextTitle(step), step]));
  void say(level, text, ...steps.keys()).then((pressed) => {
    const step = steps.get(pressed ?? '');
    if (step !== undefined) void follow(step, context, result, target);
  });
}

async function follow(
  step: NextStep,
  { documents, store }: CommandContext,
  result: RolloutResult,
  { folder, environment }: Target,
): Promise<void> {
  const target: Target = { folder, environment };
  const run = (id: string, argument: object = target): Thenable<unknown> =>
    vscode.commands.executeCommand(id, argument);
  switch (step) {
    case 'Open App':
      await run(commands.openApp);
      return;
    case 'Open Preview':
      await run(commands.openPreview);
      return;
    case 'Promote':
      await run(commands.promote);
      return;
    case 'Abort':
      await run(commands.abort);
      return;
    case 'Roll Back':
      await run(commands.rollback);
      return;
    case 'Undo':
      // A rollback goes to a tag; what was deployed without one is deployed again: its slot is still warm.
      if (result.from?.tag) await run(commands.rollbackToTag, { ...target, tag: result.from.tag });
      else if (result.from) await run(commands.deploy, { ...target, tag: result.from.commit });
      return;
    case 'Show Details': {
      const known = store
        .environment(folder, environment)
        ?.history?.some(({ rollout }) => rollout === result.rollout);
      if (known === true && result.rollout !== null)
        await run(commands.showRelease, { ...target, rollout: result.rollout });
      else await documents.show(`${environment} ${result.reason}`, messageDocument(result));
    }
  }
}

/** The handler of a command: its failures become messages, and it does not wait for their buttons. */
export function handled(
  context: CommandContext,
  run: (given: unknown) => Promise<unknown>,
): (given?: unknown) => Promise<unknown> {
  return async (given) => {
    try {
      return await run(given);
    } catch (error) {
      if (!(error instanceof Declined)) complain(context, error);
      return undefined;
    }
  };
}

function complain({ output, store }: CommandContext, error: unknown): void {
  const hint = error instanceof TidegateError ? error.hint : undefined;
  if (error instanceof TidegateError && error.code === 'cancelled') {
    output.info(error.message);
    void say('info', error.message);
    return;
  }
  if (hasCode(error, 'agent.disconnected')) {
    output.warn(error.message);
    void sayLeft();
    return;
  }
  const text = [messageOf(error), hintForEditor(hint ?? '')].filter(Boolean).join(' ');
  output.error(text);
  const [title, id, ...given] = wayOut(error, store);
  // Beside a button that mends it nobody needs the command for a terminal.
  void say('error', id === commands.showOutput ? text : messageOf(error), title).then((pressed) => {
    if (pressed !== undefined) void vscode.commands.executeCommand(id, ...given);
  });
}

/** The button below an error: what it says, and the command it calls. */
function wayOut(error: unknown, store: Store): readonly [string, string, ...unknown[]] {
  if (hasCode(error, 'environment.not-set-up'))
    return [vscode.l10n.t('Set Up'), commands.setUpEnvironment, aboutOf(error, store)];
  if (hasCode(error, 'environment.outdated'))
    return [vscode.l10n.t('Upgrade Edge…'), commands.upgradeEdge, aboutOf(error, store)];
  if (hasCode(error, 'swarm.inactive')) return [vscode.l10n.t('Turn On Swarm Mode…'), commands.startSwarm];
  if (hasCode(error, 'config.invalid'))
    return [vscode.l10n.t('Show Problems'), 'workbench.actions.view.problems'];
  if (error instanceof NoProject) return [vscode.l10n.t('Set Up This Project'), commands.setUpProject];
  return [vscode.l10n.t('Show Output'), commands.showOutput];
}

/** The environment that an error is about, by its name or its stack; where neither is known, it is asked for. */
function aboutOf({ data }: TidegateError, { state: { projects = [] } }: Store): Partial<Target> | undefined {
  const { environment, stack, method } = data;
  if (typeof environment === 'string' && method === undefined) return { environment };
  const named = projects.flatMap(({ folder, environments }) =>
    environments
      .filter(({ facts }) => facts.stack === stack)
      .map(({ facts }) => ({ folder, environment: facts.environment })),
  );
  return named.length === 1 ? named[0] : undefined;
}

/** The agent is gone, and with it whoever could say how it ended; the next one shows that. */
async function sayLeft(): Promise<void> {
  const show = vscode.l10n.t('Show Environments');
  const text = vscode.l10n.t(
    'The agent ended before it answered. A rollout goes on, or is taken back, without it: the view Environments shows which.',
  );
  if ((await say('warning', text, show)) === show)
    await vscode.commands.executeCommand(`${views.environments}.focus`);
}
