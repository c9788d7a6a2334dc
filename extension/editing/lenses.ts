/** "Deploy" and "Plan" over each environment of tidegate.yaml, "Run" over each suite. */
import * as vscode from 'vscode';
import type { Named } from '../../agent/protocol/editing.ts';
import type { AgentLink } from '../agent/link.ts';
import { ask } from '../agent/quiet.ts';
import { commands, type CommandId } from '../ids.ts';
import { folderOf, signalOf } from './assist.ts';
import { rangeOf } from './ranges.ts';

export class Lenses implements vscode.CodeLensProvider {
  readonly #link: AgentLink;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(link: AgentLink) {
    this.#link = link;
  }

  /** The agent has come, or gone. */
  refresh(): void {
    this.#changed.fire();
  }

  async provideCodeLenses(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeLens[]> {
    const { agent } = this.#link;
    if (agent === undefined) return [];
    const folder = folderOf(document);
    const outline = await ask(agent, 'outline', { folder, text: document.getText() }, signalOf(token));
    const lens = ({ range }: Named, title: string, command: CommandId, argument: object): vscode.CodeLens =>
      new vscode.CodeLens(rangeOf(range), { title, command, arguments: [{ folder, ...argument }] });
    return [
      ...outline.environments.flatMap((named) => [
        lens(named, `$(rocket) ${vscode.l10n.t('Deploy')}`, commands.deploy, { environment: named.name }),
        lens(named, `$(list-tree) ${vscode.l10n.t('Plan')}`, commands.plan, { environment: named.name }),
      ]),
      ...outline.suites.map((named) =>
        lens(named, `$(beaker) ${vscode.l10n.t('Run')}`, commands.runSuite, { suite: named.name }),
      ),
    ];
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
