/** The feeds of all environments that this agent's clients watch, and of those that its own rollouts change. */
import { randomBytes } from 'node:crypto';
import type { EnvironmentStatus } from '../../protocol/methods.ts';
import type { RolloutProgress } from '../../protocol/watch.ts';
import { Feed } from './feed.ts';

/** Looks at an environment for as long as somebody watches. */
export interface Observer {
  /** Of the rollouts that are open, and of those that `known` names. */
  look(known: readonly string[]): Promise<{
    readonly status: EnvironmentStatus;
    readonly rollouts: readonly RolloutProgress[];
  }>;
  /** Resolves when it is worth looking again; also when the signal aborts. */
  news(signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface Watched {
  readonly feed: Feed;
  readonly leave: () => void;
}

export interface Feeds {
  /** The feed as it is now, kept up to date by `observer` (or another's, who came first) until it is left. */
  watch(key: string, observer: Observer): Promise<Watched>;
  /** For telling what happens; nobody has to watch. */
  feed(key: string): Feed;
  close(): void;
}

/** Feeds that nobody watches are kept, for clients that come back; but not more than these. */
const mostUnwatched = 32;

export function openFeeds(): Feeds {
  const all = new Map<string, Observed>();
  const of = (key: string): Observed => {
    const known = all.get(key) ?? new Observed();
    // The one used last stands last.
    all.delete(key);
    all.set(key, known);
    const unwatched = [...all].filter(([, { watched }]) => !watched);
    for (const [old] of unwatched.slice(0, -mostUnwatched)) all.delete(old);
    return known;
  };
  return {
    watch: (key, observer) => of(key).watch(observer),
    feed: (key) => of(key).feed,
    close: () => {
      for (const observed of all.values()) observed.close();
    },
  };
}

class Observed {
  readonly feed = new Feed(randomBytes(6).toString('hex'));
  readonly #observers = new Set<Observer>();
  #loop: AbortController | undefined;
  #first: Promise<void> | undefined;

  get watched(): boolean {
    return this.#observers.size > 0;
  }

  async watch(observer: Observer): Promise<Watched> {
    this.#observers.add(observer);
    const leave = (): void => {
      this.#observers.delete(observer);
      observer.close();
      if (this.#observers.size === 0) this.close();
    };
    try {
      // What was known when nobody watched may be long out of date.
      this.#first ??= this.#look();
      await this.#first;
      this.#start();
      return { feed: this.feed, leave };
    } catch (error) {
      this.#first = undefined;
      leave();
      throw error;
    }
  }

  close(): void {
    this.#loop?.abort();
    this.#loop = undefined;
    this.#first = undefined;
  }

  #start(): void {
    if (this.#loop !== undefined || this.#observers.size === 0) return;
    const loop = new AbortController();
    this.#loop = loop;
    void this.#run(loop.signal);
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#observer()?.news(signal);
      if (signal.aborted) return;
      // A defect of one look must not end all watching: the next look tells whether it stays.
      await this.#look().catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const seen = await this.#observer()?.look(this.feed.open);
    if (seen === undefined) return;
    for (const progress of seen.rollouts) this.feed.setProgress(progress);
    this.feed.setStatus(seen.status);
  }

  /** Any will do: they look at the same environment, each through its client's own connection. */
  #observer(): Observer | undefined {
    const [first] = this.#observers;
    return first;
  }
}
