/** Which flags may be taken out, as far as is known: by their environments, and by the code where that has been read. */
import * as vscode from 'vscode';
import { settings } from '../ids.ts';
import { staleReasons, type StaleReason } from '../model/flag-stale.ts';
import type { ProjectState } from '../model/state.ts';
import type { Store } from '../project/store.ts';
import type { FlagReferences } from './references.ts';

const usualDays = 30;

export class StaleFlags {
  /** Something else may be stale now. */
  readonly onChange: vscode.Event<void>;
  readonly #store: Store;
  readonly #references: FlagReferences;

  constructor(store: Store, references: FlagReferences) {
    this.#store = store;
    this.#references = references;
    this.onChange = references.onChange;
  }

  of(folder: string, key: string): readonly StaleReason[] {
    const project = this.#store.state.projects?.find((one) => one.folder === folder);
    return project === undefined ? [] : this.in(project, key);
  }

  in({ environments }: ProjectState, key: string): readonly StaleReason[] {
    const set = vscode.workspace.getConfiguration(settings.section).get<number>(settings.staleAfter);
    const days = set ?? usualDays;
    return staleReasons(key, environments, { now: Date.now(), days, uses: this.#references.uses(key) });
  }
}
