import { hasCode } from '../common/errors.ts';
import { Mutex } from '../common/mutex.ts';
import type { RolloutState } from '../swarm/ledger/rollout.ts';
import type { ReleaseEngine } from './engine.ts';

/**
 * The journal of a rollout while we drive it: writes one after the other, and keeps the lease alive in
 * between. A write that finds somebody else as the driver throws `ledger.fenced`; so does every later one.
 */
export class JournalWriter {
  readonly #engine: ReleaseEngine;
  readonly #rollout: string;
  readonly #mutex = new Mutex();
  readonly #fenced = new AbortController();
  readonly #stopped = new AbortController();
  #last: RolloutState;
  #counter: number;

  /** `counter`: the lease's counter in the journal as we found or created it. */
  constructor(engine: ReleaseEngine, rollout: string, state: RolloutState, counter: number) {
    this.#engine = engine;
    this.#rollout = rollout;
    this.#last = state;
    this.#counter = counter;
    void this.#keepLease();
  }

  /** Aborts when somebody else took over. */
  get fenced(): AbortSignal {
    return this.#fenced.signal;
  }

  write(state: RolloutState): Promise<void> {
    return this.#mutex.run(() => this.#put(state, 'staying'));
  }

  /** The last write: nobody drives the rollout from here on. */
  async leave(state: RolloutState): Promise<void> {
    this.stop();
    await this.#mutex.run(() => this.#put(state, 'leaving'));
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #put(state: RolloutState, as: 'leaving' | 'staying'): Promise<void> {
    const { ledger, driver: name, leaseSeconds } = this.#engine;
    this.#fenced.signal.throwIfAborted();
    this.#counter += 1;
    const driver = as === 'leaving' ? undefined : { name, leaseSeconds, counter: this.#counter };
    try {
      await ledger.journals.write(this.#rollout, name, { state, driver });
      this.#last = state;
    } catch (error) {
      if (hasCode(error, 'ledger.fenced')) this.#fenced.abort(error);
      throw error;
    }
  }

  /** Three times within a lease, so that one lost write does not end it. */
  async #keepLease(): Promise<void> {
    const { clock, leaseSeconds, log } = this.#engine;
    for (;;) {
      await clock.sleep((leaseSeconds * 1000) / 3, this.#stopped.signal).catch(() => undefined);
      if (this.#stopped.signal.aborted || this.#fenced.signal.aborted) return;
      const renewal = this.#mutex.run(async () => {
        if (!this.#stopped.signal.aborted) await this.#put(this.#last, 'staying');
      });
      // An engine that is away for a moment is no reason to give up: the next round tries again.
      await renewal.catch((error: unknown) => {
        log.warn({ rollout: this.#rollout, error: String(error) }, 'the lease could not be renewed');
      });
    }
  }
}
