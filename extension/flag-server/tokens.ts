/** Tokens for servers that hold flags: in the editor's secret storage, by address, handed to the agent as it connects. */
import type * as vscode from 'vscode';
import { messageOf } from '../../agent/protocol/errors.ts';
import type { AgentApi } from '../../agent/protocol/methods.ts';
import { ask } from '../agent/quiet.ts';

/** One entry for all of them: secret storage lists no keys. */
const entry = 'tidegate.flagServerTokens';

type Tokens = Readonly<Record<string, string>>;

export class FlagServerTokens {
  readonly #secrets: vscode.SecretStorage;
  readonly #agent: () => AgentApi | undefined;
  readonly #log: (text: string) => void;
  readonly #listening: vscode.Disposable;
  #handed: Tokens = {};

  constructor(deps: {
    readonly secrets: vscode.SecretStorage;
    readonly agent: () => AgentApi | undefined;
    readonly log: (text: string) => void;
    /** Another window may have set one. */
    readonly onChange: () => void;
  }) {
    this.#secrets = deps.secrets;
    this.#agent = deps.agent;
    this.#log = deps.log;
    this.#listening = deps.secrets.onDidChange(({ key }) => {
      const agent = this.#agent();
      if (key === entry && agent !== undefined) void this.handTo(agent).then(deps.onChange);
    });
  }

  /** `undefined` removes it. */
  async set(url: string, token: string | undefined): Promise<void> {
    const others = Object.fromEntries(Object.entries(await this.#read()).filter(([known]) => known !== url));
    const tokens = token === undefined ? others : { ...others, [url]: token };
    await this.#secrets.store(entry, JSON.stringify(tokens));
    const agent = this.#agent();
    if (agent !== undefined) await this.#hand(agent, tokens);
  }

  /** To an agent that has said hello. It goes on without them where they cannot be read, and says so. */
  async handTo(agent: AgentApi): Promise<void> {
    await this.#hand(agent, await this.#read());
  }

  async #hand(agent: AgentApi, tokens: Tokens): Promise<void> {
    const gone = Object.keys(this.#handed).filter((url) => !(url in tokens));
    this.#handed = tokens;
    const all = [...Object.entries(tokens), ...gone.map((url) => [url, null] as const)];
    await Promise.all(
      all.map(([url, token]) => ask(agent, 'flags.useToken', { folder: '.', url, token })),
    ).catch((error: unknown) => this.#log(messageOf(error)));
  }

  async #read(): Promise<Tokens> {
    try {
      const parsed: unknown = JSON.parse((await this.#secrets.get(entry)) ?? '{}');
      if (typeof parsed !== 'object' || parsed === null) return {};
      return Object.fromEntries(
        Object.entries(parsed).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
      );
    } catch (error) {
      this.#log(`the tokens of flag servers cannot be read: ${messageOf(error)}`);
      return {};
    }
  }

  dispose(): void {
    this.#listening.dispose();
  }
}
