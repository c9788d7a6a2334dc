/** Calling the agent for somebody: progress, cancelling, and an end that is never waited for. */
import * as vscode from 'vscode';
import type { AgentEvent, Method, Params, Results, RolloutResult } from '../../agent/protocol/methods.ts';
import { isProgress } from '../../agent/protocol/progress.ts';
import { hasCode, messageOf, TidegateError } from '../../agent/protocol/errors.ts';
import { commands, views } from '../ids.ts';
import { hintForEditor } from '../model/hints.ts';
import { endMessage, nextTitle, withoutLinks, type NextStep } from '../model/messages.ts';
import type { Target } from '../model/node.ts';
import { reportedWords } from '../model/words.ts';
import { Declined, NoFlags, NoProject, type CommandContext } from './context.ts';
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
          const text = write(output, event);
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

/** Writes it down; what is worth showing while it runs comes back. */
function write(output: vscode.LogOutputChannel, event: AgentEvent): string | undefined {
  switch (event.kind) {
    case 'note':
      if (event.level === 'warning') output.warn(event.text);
      else output.info(event.text);
      return event.text;
    case 'phase':
      output.info(`${event.phase}${event.detail === '' ? '' : `: ${event.detail}`}`);
      return reportedWords(event.phase);
    case 'line':
      output.debug(`[${event.source}] ${event.text}`);
      return undefined;
    case 'suite':
      if (event.outcome === 'failed') output.error(event.text);
      else output.info(event.text);
      return event.text;
    case 'problem':
      output.error(`${event.file}:${event.line}:${event.column} ${event.message}`);
      return undefined;
    case 'tests':
      for (const { name, status, message } of event.tests)
        if (status === 'failed') output.error(`${event.suite}: ${name}: ${message}`);
      return undefined;
    case 'watch':
    case 'traffic':
    case 'local':
    case 'serving':
      return undefined;
  }
}

/** A message with buttons; what they do happens when they are pressed, if ever. */
export function tell(
  context: CommandContext,
  result: RolloutResult,
  target: Target & { readonly isRollback: boolean },
): void {
  const { level, text, next } = endMessage(result, target);
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
      if (result.from?.tag) await run(commands.rollbackToTag, { ...target, tag: result.from.tag });
      return;
    case 'Show Details': {
      const known = store
        .environment(folder, environment)
        ?.history?.some(({ rollout }) => rollout === result.rollout);
      if (known === true && result.rollout !== null)
        await run(commands.showRelease, { ...target, rollout: result.rollout });
      else await documents.show(`${environment} ${result.reason}`, `${result.message}\n`);
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

function complain({ output }: CommandContext, error: unknown): void {
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
  const { environment, method } = error instanceof TidegateError ? error.data : {};
  const about = typeof environment === 'string' && method === undefined ? { environment } : undefined;
  const [title, id, ...given] = wayOut(error, about);
  // Beside a button that mends it nobody needs the command for a terminal.
  void say('error', id === commands.showOutput ? text : messageOf(error), title).then((pressed) => {
    if (pressed !== undefined) void vscode.commands.executeCommand(id, ...given);
  });
}

/** The button below an error: what it says, and the command it calls. */
function wayOut(error: unknown, about: object | undefined): readonly [string, string, ...unknown[]] {
  if (hasCode(error, 'environment.not-set-up'))
    return [vscode.l10n.t('Set Up'), commands.setUpEnvironment, about];
  if (hasCode(error, 'swarm.inactive')) return [vscode.l10n.t('Turn On Swarm Mode…'), commands.startSwarm];
  if (hasCode(error, 'config.invalid'))
    return [vscode.l10n.t('Show Problems'), 'workbench.actions.view.problems'];
  if (error instanceof NoProject) return [vscode.l10n.t('Set Up This Project'), commands.setUpProject];
  if (error instanceof NoFlags) return [vscode.l10n.t('Create Flag…'), commands.createFlag];
  return [vscode.l10n.t('Show Output'), commands.showOutput];
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
