/** The agent that this extension brings along: the link to it, and the tokens that it is handed as it connects. */
import * as vscode from 'vscode';
import type { AgentLink } from './agent/link.ts';
import { openLink } from './agent/open-link.ts';
import { FlagServerTokens } from './flag-server/tokens.ts';

export interface BundledAgent {
  readonly version: string;
  readonly link: AgentLink;
  readonly flagTokens: FlagServerTokens;
  readonly opened: vscode.Disposable;
}

export function openBundledAgent(
  extension: Pick<vscode.ExtensionContext, 'asAbsolutePath' | 'secrets' | 'extension'>,
  output: vscode.LogOutputChannel,
  on: {
    /** Another window has set a token. */
    readonly tokens: () => void;
  },
): BundledAgent {
  const { version } = extension.extension.packageJSON as { version: string };
  const link: AgentLink = openLink({
    program: extension.asAbsolutePath('dist/tidegate.js'),
    version,
    env: process.env,
    trusted: () => vscode.workspace.isTrusted,
    log: (level, text) => output[level === 'warning' ? 'warn' : 'info'](text),
    greeted: (remote) => flagTokens.handTo(remote),
  });
  const flagTokens = new FlagServerTokens({
    secrets: extension.secrets,
    agent: () => link.agent,
    log: (text) => output.warn(text),
    onChange: on.tokens,
  });
  return { version, link, flagTokens, opened: vscode.Disposable.from(flagTokens, link) };
}
