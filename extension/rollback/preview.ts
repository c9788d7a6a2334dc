/**
 * What a rollback would do: a few lines of text above the editor's own diff of everything that differs. The button is
 * a lens on the text, and in the title of both editors.
 */
import * as vscode from 'vscode';
import { messageOf } from '../../agent/protocol/errors.ts';
import type { RollbackPlan } from '../../agent/protocol/rollback-plan.ts';
import type { AgentLink } from '../agent/link.ts';
import { ask } from '../agent/quiet.ts';
import { scheme, type Documents } from '../documents.ts';
import { commands, previewKey } from '../ids.ts';
import { blobText, comparedIn, type Side } from '../model/compared.ts';
import { limited } from '../model/limited.ts';
import type { Target } from '../model/node.ts';
import { headerText, targetOfPlan } from '../model/rollback-header.ts';

interface Shown {
  readonly target: Target;
  readonly plan: RollbackPlan;
  readonly title: string;
  readonly header: vscode.Uri;
  readonly sides: readonly vscode.Uri[];
}

/** Blobs that are asked for at once. */
const mostAtOnce = 16;

export class RollbackPreview implements vscode.CodeLensProvider {
  readonly #documents: Documents;
  readonly #link: AgentLink;
  readonly #limited = limited(mostAtOnce);
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #listening: readonly vscode.Disposable[];
  #shown: Shown | undefined;
  /** Whose diff has been seen open: one that is still opening has no tab yet. */
  #wasOpen: Shown | undefined;
  #count = 0;

  constructor(documents: Documents, link: AgentLink) {
    this.#documents = documents;
    this.#link = link;
    const { tabGroups } = vscode.window;
    this.#listening = [
      vscode.languages.registerCodeLensProvider({ scheme, pattern: '**/*.rollback' }, this),
      tabGroups.onDidChangeTabs(() => this.#look()),
      tabGroups.onDidChangeTabGroups(() => this.#look()),
    ];
  }

  /** What is previewed, with what the command has to be called with. */
  get target(): Target | undefined {
    return this.#shown?.target;
  }

  async show(target: Target, plan: RollbackPlan): Promise<void> {
    await this.close();
    this.#count += 1;
    const title = vscode.l10n.t('Roll {0} back to {1}', plan.environment, targetOfPlan(plan));
    const version = String(this.#count);
    const header = this.#documents.keep(`${title.replaceAll('/', '-')}.rollback`, headerText(plan), version);
    const pairs = this.#pairs(target, plan, version);
    const sides = pairs.flatMap(([, before, after]) => [before, after]).filter((uri) => uri !== undefined);
    this.#shown = { target, plan, title: vscode.l10n.t('{0}: what differs', title), header, sides };
    await showAbove(header);
    await vscode.commands.executeCommand('vscode.changes', this.#shown.title, pairs);
    this.#changed.fire();
    this.#look();
  }

  /** Whatever of it is still open. */
  async close(): Promise<void> {
    const shown = this.#shown;
    this.#shown = undefined;
    if (shown === undefined) return;
    const tabs = allTabs().filter((tab) => isDiff(tab, shown) || isHeader(tab, shown));
    await vscode.window.tabGroups.close(tabs);
    this.#documents.forget([shown.header, ...shown.sides]);
    await vscode.commands.executeCommand('setContext', previewKey, false);
  }

  provideCodeLenses({ uri }: vscode.TextDocument): vscode.CodeLens[] {
    const shown = this.#shown;
    if (shown === undefined || shown.header.toString() !== uri.toString()) return [];
    const top = new vscode.Range(0, 0, 0, 0);
    const name = targetOfPlan(shown.plan);
    const lens = (title: string, command: string, given?: object): vscode.CodeLens =>
      new vscode.CodeLens(top, { title, command, ...(given && { arguments: [given] }) });
    return [
      ...(shown.plan.refused.length === 0
        ? [
            lens(`$(discard) ${vscode.l10n.t('Roll Back to {0}', name)}`, commands.rollbackPreviewed),
            ...(shown.plan.flagStates.changes.length === 0
              ? []
              : [lens(vscode.l10n.t('With Its Flags'), commands.rollbackPreviewed, { flags: 'then' })]),
          ]
        : [
            lens(
              `$(refresh) ${vscode.l10n.t('Refused now: Look Again')}`,
              commands.previewRollback,
              shown.target,
            ),
          ]),
      lens(`$(close) ${vscode.l10n.t('Close')}`, commands.closePreview),
    ];
  }

  dispose(): void {
    for (const one of this.#listening) one.dispose();
    this.#changed.dispose();
  }

  #pairs(
    { folder }: Target,
    plan: RollbackPlan,
    version: string,
  ): readonly (readonly [vscode.Uri, vscode.Uri | undefined, vscode.Uri | undefined])[] {
    const from = plan.from?.tag ?? vscode.l10n.t('live');
    const keep = (path: string, side: Side | undefined, of: string): vscode.Uri | undefined =>
      side && this.#documents.keep(path, this.#text(folder, side), `${of} ${version}`);
    return comparedIn(plan).map(({ path, before, after }) => {
      const pair = [keep(path, before, from), keep(path, after, targetOfPlan(plan))] as const;
      return [pair[1] ?? pair[0] ?? vscode.Uri.from({ scheme, path: `/${path}` }), ...pair] as const;
    });
  }

  #text(folder: string, side: Side): string | (() => Promise<string>) {
    if (side.kind === 'text') return side.text;
    const { blob } = side;
    return () =>
      this.#limited(async () => {
        try {
          const agent = await this.#link.connected();
          return blobText(blob, await ask(agent, 'blob', { folder, blob }));
        } catch (error) {
          // One file that cannot be read is no reason to show none.
          return `${vscode.l10n.t('(cannot be read: {0})', messageOf(error))}\n`;
        }
      });
  }

  /** The title's button is there while one of the two is looked at; the text goes with its diff. */
  #look(): void {
    const shown = this.#shown;
    if (shown === undefined) return;
    const active = vscode.window.tabGroups.activeTabGroup.activeTab;
    const isLookedAt = active !== undefined && (isDiff(active, shown) || isHeader(active, shown));
    const canBeDone = isLookedAt && shown.plan.refused.length === 0;
    void vscode.commands.executeCommand('setContext', previewKey, canBeDone);
    const isDiffOpen = allTabs().some((tab) => isDiff(tab, shown));
    if (isDiffOpen) this.#wasOpen = shown;
    else if (this.#wasOpen === shown) void this.close();
  }
}

function allTabs(): readonly vscode.Tab[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs);
}

/** The editor's interface has no word for a diff of several files: its title tells it, with their number behind it. */
function isDiff({ label, input }: vscode.Tab, { title }: Shown): boolean {
  return label.startsWith(title) && !(input instanceof vscode.TabInputText);
}

function isHeader({ input }: vscode.Tab, { header }: Shown): boolean {
  return input instanceof vscode.TabInputText && input.uri.toString() === header.toString();
}

/** In a low group of its own above what is active, which is active again afterwards. */
async function showAbove(header: vscode.Uri): Promise<void> {
  const run = (id: string, ...args: unknown[]): Thenable<unknown> =>
    vscode.commands.executeCommand(id, ...args);
  const isOnly = vscode.window.tabGroups.all.length === 1;
  await run('workbench.action.newGroupAbove');
  const document = await vscode.workspace.openTextDocument(header);
  await vscode.window.showTextDocument(document, { preview: false, viewColumn: vscode.ViewColumn.Active });
  // Where somebody has arranged several groups, their sizes are theirs.
  if (isOnly) await run('vscode.setEditorLayout', { orientation: 1, groups: [{ size: 0.3 }, { size: 0.7 }] });
  await run('workbench.action.focusBelowGroup');
}
