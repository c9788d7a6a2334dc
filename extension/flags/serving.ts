/** Flags that this window has its agent serve on this machine, until it is told to stop or closes. */
import type { AgentLink } from '../agent/link.ts';
import type { Params } from '../../agent/protocol/methods.ts';
import type { ServingEvent } from '../../agent/protocol/local-flags.ts';
import { hasCode } from '../../agent/protocol/errors.ts';
import type { Store } from '../project/store.ts';

export type ServeParams = Params<'flags.serve'>;

interface Kept {
  readonly folder: string;
  readonly environment: string | null;
  readonly stop: AbortController;
  event: ServingEvent | undefined;
}

export class FlagServing {
  readonly #link: AgentLink;
  readonly #store: Store;
  readonly #all = new Map<string, Kept>();

  constructor(link: AgentLink, store: Store) {
    this.#link = link;
    this.#store = store;
  }

  /** Resolves when they are served; one that serves them already goes on. */
  start(params: ServeParams): Promise<ServingEvent> {
    const { folder, environment, states } = params;
    const key = JSON.stringify([folder, environment, states]);
    const known = this.#all.get(key);
    if (known?.event) return Promise.resolve(known.event);
    const kept: Kept = { folder, environment, stop: new AbortController(), event: undefined };
    this.#all.set(key, kept);
    return new Promise<ServingEvent>((resolve, reject) => {
      this.#keep(params, kept, resolve).catch((error: unknown) => {
        this.#drop(key, kept);
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
  }

  /** How many ended. `environment`: left out, all of the project's. */
  stop(folder: string, environment: string | undefined): number {
    const found = [...this.#all].filter(
      ([, kept]) =>
        kept.folder === folder && (environment === undefined || kept.event?.environment === environment),
    );
    for (const [key, kept] of found) this.#drop(key, kept);
    return found.length;
  }

  dispose(): void {
    for (const { stop } of this.#all.values()) stop.abort();
  }

  /** Also over the end of an agent: the next one goes on at the same address. */
  async #keep(params: ServeParams, kept: Kept, onServed: (event: ServingEvent) => void): Promise<void> {
    const { signal } = kept.stop;
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      const agent = await this.#link.connected();
      try {
        await agent.request('flags.serve', params, {
          signal,
          onEvent: (event) => {
            if (event.kind !== 'serving' || isOver()) return;
            kept.event = event;
            onServed(event);
            this.#tell(params.folder);
          },
        });
        return;
      } catch (error) {
        if (isOver()) return;
        if (!hasCode(error, 'agent.disconnected')) throw error;
        await this.#nextAgent(signal);
      }
    }
  }

  #nextAgent(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const listening = this.#link.onState(({ kind }) => {
        if (kind === 'connected') done();
      });
      const done = (): void => {
        listening.dispose();
        resolve();
      };
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #drop(key: string, kept: Kept): void {
    kept.stop.abort();
    if (this.#all.get(key) === kept) this.#all.delete(key);
    this.#tell(kept.folder);
  }

  #tell(folder: string): void {
    const serving = [...this.#all.values()].flatMap((kept) =>
      kept.folder === folder && kept.event ? [kept.event] : [],
    );
    this.#store.setLocal(folder, { serving });
  }
}
