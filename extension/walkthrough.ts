/** Tells the walkthrough which of its steps are done, whoever did them and from where. */
import * as vscode from 'vscode';
import { milestoneKey } from './ids.ts';
import { reached, type Milestone } from './model/milestones.ts';
import type { State } from './model/state.ts';

export class Walkthrough {
  readonly #told = new Set<Milestone>();

  /** A step that was done stays done, also when the environment is gone. */
  update(state: State): void {
    for (const milestone of reached(state)) {
      if (this.#told.has(milestone)) continue;
      this.#told.add(milestone);
      void vscode.commands.executeCommand('setContext', milestoneKey(milestone), true);
    }
  }
}
