/** Tells the walkthrough which of its steps are done, whoever did them and from where. */
import * as vscode from 'vscode';
import { milestoneKey } from './ids.ts';
import { reached, type Milestone } from './model/milestones.ts';
import type { Store } from './project/store.ts';

/** A step that was done stays done, also when the environment is gone. */
export function tellMilestones(store: Store): void {
  const told = new Set<Milestone>();
  store.onChange((state) => {
    for (const milestone of reached(state)) {
      if (told.has(milestone)) continue;
      told.add(milestone);
      void vscode.commands.executeCommand('setContext', milestoneKey(milestone), true);
    }
  });
}
