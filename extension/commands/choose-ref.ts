/** The second step of Deploy: what. Tags newest first, the current one marked, HEAD and branches below. */
import * as vscode from 'vscode';
import type { RefsResult } from '../../agent/protocol/project.ts';
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
  /** Leads to where a first commit is made. */
  readonly commits?: true;
}

/** A name that is in no list (an abbreviated id, an older tag) may be typed. */
export async function chooseRef(
  { link }: CommandContext,
  { folder, state, title, isSecond = false }: Choosing,
): Promise<string> {
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
    const agent = await link.connected();
    const signal = new AbortController().signal;
    const refs = await agent.request('refs', { folder }, { signal, onEvent: () => undefined });
    const items = hasNothing(refs) ? [toCommit()] : itemsOf(refs, state);
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

function hasNothing({ head, tags, branches }: RefsResult): boolean {
  return head === null && tags.length === 0 && branches.length === 0;
}

function toCommit(): Item {
  return {
    label: `$(source-control) ${vscode.l10n.t('Commit in Source Control…')}`,
    detail: vscode.l10n.t('What is committed can be deployed'),
    commits: true,
  };
}

function itemsOf(refs: RefsResult, state: EnvironmentState): readonly Item[] {
  return refItems(refs, liveRelease(state), state.facts.environment).map((item): Item => {
    if (item.kind === 'separator') return { label: item.label, kind: vscode.QuickPickItemKind.Separator };
    const { label, description, detail, ref } = item;
    return { label, description, detail, ref };
  });
}

function withTyped(items: readonly Item[], value: string): readonly Item[] {
  if (value === '' || items.some(({ ref }) => ref?.includes(value) === true)) return items;
  return [
    ...items,
    { label: value, description: vscode.l10n.t('as it is typed'), ref: value, alwaysShow: true },
  ];
}

function chosen(pick: vscode.QuickPick<Item>): Promise<string> {
  return new Promise((resolve, reject) => {
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      if (item?.ref !== undefined) resolve(item.ref);
      if (item?.commits !== true) return;
      pick.hide();
      void vscode.commands.executeCommand('workbench.view.scm');
    });
    // The only button there is.
    pick.onDidTriggerButton(() => reject(new Back()));
    pick.onDidHide(() => reject(new Declined()));
  });
}
