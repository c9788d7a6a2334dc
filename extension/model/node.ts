/** A row of a tree as a plain object: what `views/` turns into the editor's own kind. Pure, as is all of `model/`. */
import type { CommandId } from '../ids.ts';

export interface TreeNode {
  /** Stable: the same thing keeps its id, whatever becomes of it. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Words that menus go by: `environment ready held`. */
  readonly kinds: readonly string[];
  /** A codicon. Never the only thing that tells a state. */
  readonly icon: { readonly id: string; readonly colour?: 'good' | 'warn' | 'bad' };
  /** Markdown; what comes from outside is escaped. */
  readonly tooltip: string;
  /** What a screen reader says instead of label and description. */
  readonly spoken: string;
  readonly children: readonly TreeNode[];
  /** Its children, which it has or may get, are seen at first. */
  readonly open: boolean;
  /** What a command is about when it is called on this row. */
  readonly target: RowTarget | undefined;
  /** What a click does. */
  readonly click?: CommandId;
}

/** What commands work on; also what keybindings, tasks and other extensions pass. */
export interface Target {
  readonly folder: string;
  readonly environment: string;
  readonly service?: string;
  readonly tag?: string;
  readonly flag?: string;
  /** Whom an override is for; without it: everybody. */
  readonly user?: string;
  /** What a flag is to be overridden with. */
  readonly value?: string;
  /** `then`: a rollback switches flags to what they were when that release was live. */
  readonly flags?: string;
  readonly rollout?: string;
  readonly suite?: string;
  /** A compose file, seen from the folder. */
  readonly compose?: string;
  /** Name of a node of the Swarm: of its edge. */
  readonly node?: string;
}

/** Of a row: it may be about all environments, or all projects. */
export type RowTarget = Partial<Target>;

/** Text from a repository or a cluster inside Markdown. */
export function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~$&]/g, '\\$&');
}

export function findNode(nodes: readonly TreeNode[], id: string): TreeNode | undefined {
  for (const node of nodes) {
    if (node.id === id) return node;
    const below = findNode(node.children, id);
    if (below !== undefined) return below;
  }
  return undefined;
}
