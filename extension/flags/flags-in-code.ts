/** Flags where they are used: what is registered starts nothing before an editor shows code that evaluates one. */
import * as vscode from 'vscode';
import type { AgentLink } from '../agent/link.ts';
import type { Store } from '../project/store.ts';
import { FlagKnowledge } from './knowledge.ts';
import { registerFlagProviders } from './providers.ts';
import { FlagReferences } from './references.ts';
import { UnknownKeys } from './unknown-keys.ts';

export interface FlagsInCode {
  readonly link: AgentLink;
  readonly store: Store;
  readonly output: vscode.LogOutputChannel;
  readonly onSeen: (isSeen: boolean) => void;
}

export function flagsInCode({ link, store, output, onSeen }: FlagsInCode): vscode.Disposable {
  const knowledge = new FlagKnowledge(link, store, onSeen);
  const references = new FlagReferences((text) => output.warn(text));
  const warnings = new UnknownKeys(knowledge);
  const providers = registerFlagProviders({ knowledge, references });
  return vscode.Disposable.from(providers, warnings, references, knowledge);
}
