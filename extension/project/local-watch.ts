/** Follows what is overridden and served on this machine, of every project, while there is an agent. Knows no editor. */
import type { AgentApi } from '../../agent/protocol/methods.ts';
import { messageOf } from '../../agent/protocol/errors.ts';
import type { Store } from './store.ts';

export interface LocalWatchDeps {
  readonly store: Store;
  readonly agent: () => AgentApi | undefined;
  readonly log: (text: string) => void;
}

export class LocalWatch {
  readonly #deps: LocalWatchDeps;
  /** By the folder of a project; also of those that could not be followed, until somebody says again. */
  readonly #followed = new Map<string, AbortController>();
  readonly #listening: { dispose(): void };
  #agent: AgentApi | undefined;

  constructor(deps: LocalWatchDeps) {
    this.#deps = deps;
    this.#listening = deps.store.onChange(() => this.#look());
  }

  /** A file has changed: what could not be followed may be now. */
  again(): void {
    this.#stop();
    this.#look();
  }

  dispose(): void {
    this.#listening.dispose();
    this.#stop();
  }

  #look(): void {
    const { agent, store } = this.#deps;
    const now = agent();
    if (now !== this.#agent) this.#stop();
    this.#agent = now;
    if (now === undefined) return;
    const folders = new Set((store.state.projects ?? []).map(({ folder }) => folder));
    for (const [folder, stop] of this.#followed)
      if (!folders.has(folder)) {
        stop.abort();
        this.#followed.delete(folder);
      }
    for (const folder of folders) if (!this.#followed.has(folder)) this.#follow(now, folder);
  }

  #follow(agent: AgentApi, folder: string): void {
    const { store, log } = this.#deps;
    const stop = new AbortController();
    this.#followed.set(folder, stop);
    const call = {
      signal: stop.signal,
      onEvent: (event: Parameters<Parameters<AgentApi['request']>[2]['onEvent']>[0]) => {
        if (event.kind === 'local' && !stop.signal.aborted) store.setLocal(folder, { local: event.flags });
      },
    };
    agent.request('flags.local', { folder, follow: true }, call).catch((error: unknown) => {
      if (!stop.signal.aborted) log(`${folder}: ${messageOf(error)}`);
    });
  }

  #stop(): void {
    for (const stop of this.#followed.values()) stop.abort();
    this.#followed.clear();
  }
}
