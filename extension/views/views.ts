/** The three views of the side bar, and the one key that their welcome views go by. */
import * as vscode from 'vscode';
import { onlyStaleKey, overallKey, views, type ViewId } from '../ids.ts';
import { environmentsTree } from '../model/environments-tree.ts';
import { flagsTree, type FlagRows } from '../model/flags-tree.ts';
import type { RowTarget, TreeNode } from '../model/node.ts';
import { isKnown, overallOf, type Overall } from '../model/overall.ts';
import { releasesTree } from '../model/releases-tree.ts';
import type { StaleFlags } from '../flags/stale-flags.ts';
import { openRollout, type State } from '../model/state.ts';
import type { Store } from '../project/store.ts';
import { Tree } from './tree.ts';

/** Rows that count down do so by the second. */
const tickMs = 1_000;
/** What is not known by then is painted as such. */
const knownWithinMs = 500;

export class Views {
  readonly #store: Store;
  readonly #trees: readonly Tree[];
  readonly #onLook: () => void;
  #overall: Overall | undefined;
  #tick: NodeJS.Timeout | undefined;
  readonly #whenKnown: (() => void)[] = [];
  #onlyStale = false;

  /** `onLook`: one of the views was shown or hidden; `flags`: why one may be taken out. */
  constructor(store: Store, onLook: () => void, flags: StaleFlags) {
    this.#store = store;
    this.#onLook = onLook;
    const stale: FlagRows['stale'] = (project, key) => flags.in(project, key);
    const tree = (id: ViewId, nodes: (state: State) => readonly TreeNode[]): Tree =>
      new Tree({
        id,
        nodes: () => (overallOf(store.state) === 'ready' ? nodes(store.state) : []),
        onVisible: () => this.#onLook(),
        known: () => this.#known(),
      });
    this.#trees = [
      tree(views.environments, ({ projects = [] }) => environmentsTree(projects, Date.now())),
      tree(views.releases, ({ projects = [] }) => releasesTree(projects)),
      tree(views.flags, ({ projects = [] }) =>
        flagsTree(projects, Date.now(), { stale, onlyStale: this.#onlyStale }),
      ),
    ];
    flags.onChange(() => this.update(store.state));
  }

  update(state: State): void {
    const overall = overallOf(state);
    if (overall !== this.#overall) {
      this.#overall = overall;
      void vscode.commands.executeCommand('setContext', overallKey, overall);
    }
    if (isKnown(state)) for (const tell of this.#whenKnown.splice(0)) tell();
    for (const tree of this.#trees) tree.update();
    this.#keepTicking(state);
  }

  targetOfRow(id: string): RowTarget | undefined {
    const [node] = this.#trees.flatMap((tree) => tree.node(id) ?? []);
    return node && (node.target ?? {});
  }

  /** Of the view "Flags": only those that may be taken out. */
  async showStale(only: boolean): Promise<void> {
    this.#onlyStale = only;
    await vscode.commands.executeCommand('setContext', onlyStaleKey, only);
    const flags = this.#trees.find(({ id }) => id === views.flags);
    if (flags) flags.view.message = only ? vscode.l10n.t('Only flags that may be taken out.') : '';
    this.update(this.#store.state);
  }

  /** `view`: `environments`, `releases` or `flags`. */
  nodes(view: string): readonly TreeNode[] {
    const tree = this.#trees.find(({ id }) => id === `tidegate.${view}`);
    return tree?.rows() ?? [];
  }

  get anyVisible(): boolean {
    return this.#trees.some(({ view }) => view.visible);
  }

  #known(): Promise<void> {
    if (isKnown(this.#store.state)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenKnown.push(resolve);
      setTimeout(resolve, knownWithinMs);
    });
  }

  dispose(): void {
    clearInterval(this.#tick);
    for (const tree of this.#trees) tree.dispose();
  }

  #keepTicking({ projects = [] }: State): void {
    const counts = projects.some(({ environments }) =>
      environments.some((one) => {
        const rollout = openRollout(one);
        return rollout?.until !== null && rollout?.until !== undefined;
      }),
    );
    if (counts && this.#tick === undefined)
      this.#tick = setInterval(() => this.update(this.#store.state), tickMs);
    if (!counts) {
      clearInterval(this.#tick);
      this.#tick = undefined;
    }
  }
}
