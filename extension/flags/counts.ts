/**
 * How often flags are evaluated, for whoever points at one: all flags of an environment in one question, kept for some
 * seconds. Nobody points at any: nothing is asked.
 */
import type { AgentApi } from '../../agent/protocol/methods.ts';
import type { Clock } from '../agent/clock.ts';
import { ask } from '../agent/quiet.ts';
import type { KnownCounts } from '../model/flag-counts.ts';
import { troubleOf } from '../project/environment-watch.ts';

/** Each question goes through the ledger. */
export const keptMs = 15_000;
/** A tooltip that takes longer is not waited for; what comes later is there for the next one. */
const patienceMs = 1_000;

export interface CountsDeps {
  readonly agent: () => AgentApi | undefined;
  readonly clock: Clock;
}

export class FlagCounts {
  readonly #deps: CountsDeps;
  readonly #asked = new Map<string, Promise<KnownCounts>>();
  readonly #listeners = new Set<() => void>();
  readonly #end = new AbortController();

  constructor(deps: CountsDeps) {
    this.#deps = deps;
  }

  /** What was told before is old: an answer came late, or its seconds are over. */
  onOld(listener: () => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  async of(folder: string, environment: string): Promise<KnownCounts> {
    const key = `${folder}#${environment}`;
    let asked = this.#asked.get(key);
    if (asked === undefined) {
      asked = this.#ask(folder, environment);
      this.#asked.set(key, asked);
      void this.#forgetLater(key, asked);
    }
    const patience = new AbortController();
    const late = this.#deps.clock.sleep(patienceMs, patience.signal).then(() => undefined);
    const known = await Promise.race([asked, late]);
    patience.abort();
    if (known !== undefined) return known;
    void asked.then(() => this.#tellOld());
    return { kind: 'waiting' };
  }

  dispose(): void {
    this.#end.abort();
    this.#listeners.clear();
  }

  async #ask(folder: string, environment: string): Promise<KnownCounts> {
    const agent = this.#deps.agent();
    if (agent === undefined) return { kind: 'waiting' };
    try {
      const params = { folder, environment, key: null };
      return { kind: 'counted', counts: await ask(agent, 'flags.counts', params, this.#end.signal) };
    } catch (error) {
      return { kind: 'trouble', message: troubleOf(error).message };
    }
  }

  async #forgetLater(key: string, asked: Promise<KnownCounts>): Promise<void> {
    await asked;
    await this.#deps.clock.sleep(keptMs, this.#end.signal);
    this.#asked.delete(key);
    this.#tellOld();
  }

  #tellOld(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
