/** The second step of Deploy: what. Tags newest first, the current one marked, HEAD and branches below. */
import * as vscode from 'vscode';
import type { RefsResult } from '../../agent/protocol/project.ts';
import { ask } from '../agent/quiet.ts';
import { refItems, refsPlaceholder } from '../model/ref-items.ts';
import { liveRelease, type EnvironmentState } from '../model/state.ts';
import { Declined, type CommandContext } from './context.ts';

interface Choosing {
  readonly folder: string;
  readonly state: EnvironmentState;
  readonly title: string;
  /** It is the second question: the first one can be asked again. */
  readonly isSecond?: boolean;
}

/** Somebody wants to answer the question before once more. */
export class Back extends Error {}

interface Item extends vscode.QuickPickItem {
  readonly ref?: string;
  /** What is made in the editor's own git, and then deployed. */
  readonly makes?: 'commit' | 'tag';
}

/** A name that is in no list (an abbreviated id, an older tag) may be typed. */
export async function chooseRef(context: CommandContext, choosing: Choosing): Promise<string> {
  const item = await pickRef(context, choosing);
  if (item.ref !== undefined) return item.ref;
  if (item.makes === 'tag') return newTag(context, choosing.folder);
  void vscode.commands.executeCommand('workbench.view.scm');
  throw new Declined();
}

async function pickRef(
  context: CommandContext,
  { folder, state, title, isSecond = false }: Choosing,
): Promise<Item> {
  const pick = vscode.window.createQuickPick<Item>();
  Object.assign(pick, {
    title,
    placeholder: vscode.l10n.t('Reading tags and branches …'),
    busy: true,
    ignoreFocusOut: true,
    ...(isSecond && { step: 2, totalSteps: 2, buttons: [vscode.QuickInputButtons.Back] }),
  });
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.show();
  try {
    const refs = await readRefs(context, folder);
    const items = itemsOf(refs, state);
    pick.items = items;
    pick.placeholder = refsPlaceholder(refs);
    pick.busy = false;
    let shown = items;
    pick.onDidChangeValue((value) => {
      const wanted = withTyped(items, value.trim());
      // Hundreds of rows are not sent again for every letter.
      if (wanted !== shown) pick.items = shown = wanted;
    });
    return await chosen(pick);
  } finally {
    pick.dispose();
  }
}

async function readRefs({ link }: CommandContext, folder: string): Promise<RefsResult> {
  return ask(await link.connected(), 'refs', { folder });
}

/** Named in the editor's own git; what is made there is what is meant. */
async function newTag(context: CommandContext, folder: string): Promise<string> {
  const before = new Set((await readRefs(context, folder)).tags.map(({ ref }) => ref));
  await vscode.commands.executeCommand('git.createTag', vscode.Uri.file(folder));
  const made = (await readRefs(context, folder)).tags.find(({ ref }) => !before.has(ref));
  if (made === undefined) throw new Declined();
  return made.ref;
}

function itemsOf(refs: RefsResult, state: EnvironmentState): readonly Item[] {
  return refItems(refs, liveRelease(state), state.facts.environment).map((item): Item => {
    if (item.kind === 'separator') return { label: item.label, kind: vscode.QuickPickItemKind.Separator };
    const { label, detail } = item;
    if (item.kind === 'make') return { label, detail, makes: item.makes };
    return { label, description: item.description, detail, ref: item.ref };
  });
}

function withTyped(items: readonly Item[], value: string): readonly Item[] {
  if (value === '' || items.some(({ ref }) => ref?.includes(value) === true)) return items;
  return [
    ...items,
    { label: value, description: vscode.l10n.t('as it is typed'), ref: value, alwaysShow: true },
  ];
}

function chosen(pick: vscode.QuickPick<Item>): Promise<Item> {
  return new Promise((resolve, reject) => {
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      if (item !== undefined) resolve(item);
    });
    // The only button there is.
    pick.onDidTriggerButton(() => reject(new Back()));
    pick.onDidHide(() => reject(new Declined()));
  });
}
