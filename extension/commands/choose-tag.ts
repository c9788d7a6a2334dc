/** The second step of Roll Back to Tag: which. */
import * as vscode from 'vscode';
import { ask } from '../agent/quiet.ts';
import type { EnvironmentState } from '../model/state.ts';
import { liveRelease } from '../model/state.ts';
import { tagItems, type TagItem } from '../model/tag-items.ts';
import { Declined, ready, type CommandContext } from './context.ts';

interface Chosen {
  readonly tag: string;
  /** Without looking at what differs first. */
  readonly isAtOnce: boolean;
}

interface Item extends vscode.QuickPickItem {
  readonly tag: string;
}

const atOnce: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('discard'),
  tooltip: vscode.l10n.t('Roll back at once, without a preview'),
};

/** Releases that users had here, newest first, each once; then the other tags. */
export async function chooseReleasedTag(
  context: CommandContext,
  { folder, state }: { readonly folder: string; readonly state: EnvironmentState },
): Promise<Chosen> {
  await ready(context);
  const { environment } = state.facts;
  const agent = await context.link.connected();
  const [{ rollouts }, refs] = await Promise.all([
    ask(agent, 'history', { folder, environment }),
    ask(agent, 'refs', { folder }),
  ]);
  const current = liveRelease(state)?.tag ?? null;
  const items = tagItems(rollouts, refs.tags, current);
  if (items.length === 0) throw new Error(noTag(environment));
  const pick = vscode.window.createQuickPick<Item>();
  Object.assign(pick, {
    title: vscode.l10n.t('Roll {0} back to a tag', environment),
    placeholder:
      current === null
        ? vscode.l10n.t('Tag')
        : vscode.l10n.t('Tag ({0} is live); what differs is shown first', current),
    ignoreFocusOut: true,
  });
  pick.matchOnDescription = true;
  pick.items = items.map(itemOf);
  pick.show();
  try {
    return await answer(pick);
  } finally {
    pick.dispose();
  }
}

function noTag(environment: string): string {
  return vscode.l10n.t(
    'There is no tag that {0} could go back to. Roll Back goes back one release, with or without a tag.',
    environment,
  );
}

function itemOf({ tag, icon, description }: TagItem): Item {
  return { label: `$(${icon}) ${tag}`, description, tag, buttons: [atOnce] };
}

function answer(pick: vscode.QuickPick<Item>): Promise<Chosen> {
  return new Promise((resolve, reject) => {
    pick.onDidAccept(() => {
      const tag = pick.selectedItems[0]?.tag;
      if (tag !== undefined) resolve({ tag, isAtOnce: false });
    });
    pick.onDidTriggerItemButton(({ item }) => resolve({ tag: item.tag, isAtOnce: true }));
    pick.onDidHide(() => reject(new Declined()));
  });
}
