import type { Clock } from '../../agent/common/clock.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

/** Lets everything run that waits for nothing but its turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Time that passes only when a test says so; what is due together fires in the order it was asked for. */
export class FakeClock implements Clock {
  #time = 0;
  #order = 0;
  readonly #start: number;
  readonly #timers: Timer[] = [];

  constructor(start = Date.parse('2026-01-01T00:00:00Z')) {
    this.#start = start;
  }

  now(): number {
    return this.#start + this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  /** Sleepers that have neither woken nor been aborted. */
  get waiting(): number {
    return this.#timers.length;
  }

  at(ms: number, fire: () => void): () => void {
    this.#order += 1;
    const timer: Timer = { at: this.#time + Math.max(0, ms), order: this.#order, fire };
    const later = this.#timers.findIndex((other) => other.at > timer.at);
    this.#timers.splice(later < 0 ? this.#timers.length : later, 0, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        cancel();
        reject(signal?.reason as Error);
      };
      const cancel = this.at(ms, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Lets `ms` pass, one timer after the other, with everything run in between that they set going. */
  async advance(ms: number): Promise<void> {
    const end = this.#time + ms;
    await turn();
    while (await this.#step(end));
    this.#time = end;
    await turn();
  }

  /** Lets time pass until the promise settles; throws when `limitMs` are over before. */
  async until<T>(promise: Promise<T>, limitMs = 600_000): Promise<T> {
    let over = false;
    const settled = (): void => {
      over = true;
    };
    promise.then(settled, settled);
    const end = this.#time + limitMs;
    await turn();
    while (!isSet(over)) {
      if (!(await this.#step(end))) throw new Error(`nothing came of it within ${limitMs} ms of fake time`);
    }
    return promise;
  }

  async #step(end: number): Promise<boolean> {
    const next = this.#timers[0];
    if (!next || next.at > end) return false;
    this.#timers.shift();
    this.#time = next.at;
    next.fire();
    await turn();
    return true;
  }
}

/** Reads a variable that a callback sets while we await (the compiler cannot see that). */
function isSet(value: boolean): boolean {
  return value;
}
