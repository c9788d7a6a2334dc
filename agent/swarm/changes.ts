/** Waiting for the cluster to become something, without guessing how long it takes. */
import type { Clock } from '../common/clock.ts';
import type { ClusterEvent, Swarm } from './port.ts';

export interface UntilOptions {
  readonly limitMs: number;
  /** How often to look even when no event tells of a change (task states have no events). */
  readonly pollMs: number;
  readonly signal?: AbortSignal | undefined;
  /** False: the event is none that `check` could find something out by. Default: any may be. */
  readonly concerns?: ((event: ClusterEvent) => boolean) | undefined;
}

export interface Changes {
  /**
   * Calls `check` now, after every event that concerns it and every `pollMs`, never twice at once, until it gives something
   * other than `undefined`; gives `undefined` itself when `limitMs` is over. Rejects with the signal's reason
   * and with what `check` throws.
   */
  until<T>(check: () => Promise<T | undefined>, options: UntilOptions): Promise<T | undefined>;
  /** Calls `listener` after every event; returns how to stop. */
  listen(listener: (event: ClusterEvent | undefined) => void): () => void;
  close(): void;
}

export function openChanges(swarm: Swarm, clock: Clock): Changes {
  const listeners = new Set<(event: ClusterEvent | undefined) => void>();
  const tell = (event: ClusterEvent | undefined): void => {
    for (const listener of [...listeners]) listener(event);
  };
  const stop = swarm.watch(tell, () => tell(undefined));
  const listen = (listener: (event: ClusterEvent | undefined) => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };

  async function until<T>(
    check: () => Promise<T | undefined>,
    options: UntilOptions,
  ): Promise<T | undefined> {
    const end = clock.monotonic() + options.limitMs;
    let wake: () => void = () => undefined;
    let news = false;
    const stopListening = listen((event) => {
      if (event && options.concerns?.(event) === false) return;
      news = true;
      wake();
    });
    try {
      for (;;) {
        options.signal?.throwIfAborted();
        news = false;
        const found = await check();
        if (found !== undefined) return found;
        const left = end - clock.monotonic();
        if (left <= 0) return undefined;
        // Something may have happened while we looked: then look again at once.
        if (!isSet(news))
          await nap(Math.min(options.pollMs, left), options.signal, (awake) => (wake = awake));
      }
    } finally {
      stopListening();
    }
  }

  async function nap(
    ms: number,
    signal: AbortSignal | undefined,
    onWake: (wake: () => void) => void,
  ): Promise<void> {
    const stopNap = new AbortController();
    const either = signal ? AbortSignal.any([signal, stopNap.signal]) : stopNap.signal;
    onWake(() => stopNap.abort());
    await clock.sleep(ms, either).catch(() => undefined);
    signal?.throwIfAborted();
  }

  return { until, listen, close: stop };
}

/** Reads a variable that a listener sets while we await (the compiler cannot see that). */
function isSet(value: boolean): boolean {
  return value;
}
