/** Flags where they are used: what is registered starts nothing before an editor shows code that evaluates one. */
import * as vscode from 'vscode';
import type { AgentLink } from '../agent/link.ts';
import type { Store } from '../project/store.ts';
import { registerFlagActions } from './flag-actions.ts';
import type { FlagCounts } from './counts.ts';
import { FlagsAssist } from './flags-assist.ts';
import { FlagKnowledge } from './knowledge.ts';
import { registerFlagProviders } from './providers.ts';
import type { FlagReferences } from './references.ts';
import { UnknownKeys } from './unknown-keys.ts';

export interface FlagsInCode {
  readonly link: AgentLink;
  readonly store: Store;
  readonly references: FlagReferences;
  readonly counts: FlagCounts;
  readonly onSeen: (isSeen: boolean) => void;
}

export function flagsInCode({ link, store, references, counts, onSeen }: FlagsInCode): vscode.Disposable {
  const knowledge = new FlagKnowledge(link, store, onSeen);
  const warnings = new UnknownKeys(knowledge);
  const providers = registerFlagProviders({ knowledge, references, counts });
  const actions = registerFlagActions(knowledge);
  const assist = new FlagsAssist(link, knowledge).register();
  return vscode.Disposable.from(providers, warnings, actions, assist, knowledge);
}
