/** Show Logs: what the containers write, in an output channel of its own, until the next call or the end. */
import * as vscode from 'vscode';
import { TidegateError } from '../../agent/protocol/errors.ts';
import { projectNames } from '../model/project-names.ts';
import { chooseEnvironment, Declined, targetOf, type CommandContext } from './context.ts';

const newest = 200;

interface Following {
  readonly channel: vscode.OutputChannel;
  stop: AbortController;
}

export class LogFollower {
  readonly #following = new Map<string, Following>();

  async show(context: CommandContext, given: unknown): Promise<void> {
    const target = targetOf(context, given);
    const { folder, state } = await chooseEnvironment(
      context,
      target,
      vscode.l10n.t('Logs of which environment?'),
    );
    const { environment } = state.facts;
    const services = (state.status?.services ?? []).map(({ service }) => service);
    const service = target.service ?? (await chooseService(services, environment));
    const name = ['Tidegate:', ...projectOf(context, folder), environment, service ?? ''].join(' ').trimEnd();
    const following = this.#begin(name);
    following.channel.show(true);
    const agent = await context.link.connected();
    void agent
      .request(
        'logs',
        { folder, environment, service, tail: newest, follow: true },
        {
          signal: following.stop.signal,
          onEvent: (event) => {
            if (event.kind === 'line') following.channel.appendLine(`${event.source}  ${event.text}`);
          },
        },
      )
      .catch((error: unknown) => {
        if (error instanceof TidegateError && error.code === 'cancelled') return;
        following.channel.appendLine(vscode.l10n.t('(ended: {0})', String(error)));
      });
  }

  dispose(): void {
    for (const { channel, stop } of this.#following.values()) {
      stop.abort();
      channel.dispose();
    }
  }

  #begin(name: string): Following {
    const known = this.#following.get(name);
    known?.stop.abort();
    known?.channel.clear();
    const following = {
      channel: known?.channel ?? vscode.window.createOutputChannel(name, 'log'),
      stop: new AbortController(),
    };
    this.#following.set(name, following);
    return following;
  }
}

/** Two projects may both have a `dev`. */
function projectOf({ store }: CommandContext, folder: string): readonly string[] {
  const { projects = [] } = store.state;
  return projects.length > 1 ? [projectNames(projects).get(folder) ?? folder] : [];
}

/** `null`: all of them. */
async function chooseService(services: readonly string[], environment: string): Promise<string | null> {
  if (services.length < 2) return services[0] ?? null;
  const all = vscode.l10n.t('all services');
  const picked = await vscode.window.showQuickPick([all, ...services], {
    title: vscode.l10n.t('Logs of {0}', environment),
    placeHolder: vscode.l10n.t('Service'),
  });
  if (picked === undefined) throw new Declined();
  return picked === all ? null : picked;
}
