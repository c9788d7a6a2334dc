/** A view over plain nodes: paints what changed, and only while somebody sees it. */
import * as vscode from 'vscode';
import type { ViewId } from '../ids.ts';
import { findNode, type TreeNode } from '../model/node.ts';
import { repaint } from '../model/repaint.ts';

export interface TreeSource {
  readonly id: ViewId;
  /** The rows as they are now. */
  readonly nodes: () => readonly TreeNode[];
  readonly onVisible: () => void;
  /** Resolves when the first rows are worth painting. */
  readonly known: () => Promise<void>;
}

/** Elements are the ids of nodes: the editor keeps them, nodes come and go. */
export class Tree implements vscode.TreeDataProvider<string> {
  readonly id: ViewId;
  readonly view: vscode.TreeView<string>;
  readonly #changed = new vscode.EventEmitter<string | readonly string[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event as vscode.Event<string | string[] | undefined>;
  readonly #source: TreeSource;
  #shown: readonly TreeNode[] = [];
  #isOpen = false;

  constructor(source: TreeSource) {
    this.#source = source;
    this.id = source.id;
    this.view = vscode.window.createTreeView(source.id, { treeDataProvider: this, showCollapseAll: true });
    this.view.onDidChangeVisibility(() => {
      source.onVisible();
      this.update();
    });
  }

  /** Whatever has changed is painted; nothing is while nobody looks. */
  update(): void {
    if (!this.view.visible || !this.#isOpen) return;
    const after = this.#source.nodes();
    const changed = repaint(this.#shown, after);
    this.#shown = after;
    if (changed === 'all') this.#changed.fire(undefined);
    else if (changed.length > 0) this.#changed.fire(changed);
  }

  node(id: string): TreeNode | undefined {
    return findNode(this.#shown, id);
  }

  /** As they are now. */
  rows(): readonly TreeNode[] {
    this.#shown = this.#source.nodes();
    return this.#shown;
  }

  /** The first rows may take a moment: painting nothing, and then each thing as it is heard of, takes longer. */
  async getChildren(id?: string): Promise<string[]> {
    if (id !== undefined) return (this.node(id)?.children ?? []).map((node) => node.id);
    if (!this.#isOpen) await this.#source.known();
    this.#isOpen = true;
    return this.rows().map((node) => node.id);
  }

  getTreeItem(id: string): vscode.TreeItem {
    const node = this.node(id);
    // Between a change and its painting the editor may ask for a row that is gone.
    return node === undefined ? new vscode.TreeItem('') : itemOf(node);
  }

  dispose(): void {
    this.view.dispose();
    this.#changed.dispose();
  }
}

const colours = {
  good: 'testing.iconPassed',
  warn: 'list.warningForeground',
  bad: 'list.errorForeground',
} as const;

function itemOf(node: TreeNode): vscode.TreeItem {
  const item = new vscode.TreeItem(node.label, collapsible(node));
  const { colour } = node.icon;
  item.id = node.id;
  item.description = node.description;
  item.contextValue = node.kinds.join(' ');
  item.iconPath = new vscode.ThemeIcon(
    node.icon.id,
    colour === undefined ? undefined : new vscode.ThemeColor(colours[colour]),
  );
  item.tooltip = new vscode.MarkdownString(node.tooltip);
  item.accessibilityInformation = { label: node.spoken };
  if (node.click !== undefined)
    item.command = { command: node.click, title: vscode.l10n.t('Show'), arguments: [node.id] };
  return item;
}

function collapsible({ children, open }: TreeNode): vscode.TreeItemCollapsibleState {
  // Also without children: a row that gets its first ones later would be closed, for the editor remembers it as a leaf.
  if (open) return vscode.TreeItemCollapsibleState.Expanded;
  return children.length > 0
    ? vscode.TreeItemCollapsibleState.Collapsed
    : vscode.TreeItemCollapsibleState.None;
}
