import type { Method } from '../protocol/methods.ts';
import { changes } from '../protocol/reading.ts';

/** The part of `process` that tells of signals. */
export interface Signals {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}

export interface Reactions {
  /** Cancel; the command still ends by itself, with its result. */
  readonly cancel: () => void;
  readonly say: (text: string) => void;
  /** Leave at once. */
  readonly leave: () => void;
}

const watched: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * The first signal cancels, the second leaves: what was half done then stays to control in the cluster, which
 * reverts a rollout nobody drives. Returns how to stop watching.
 */
export function watchInterrupts(signals: Signals, method: Method, reactions: Reactions): () => void {
  let count = 0;
  const listener = (): void => {
    count += 1;
    if (count === 1) {
      if (method === 'flags.set')
        reactions.say('not waiting any longer for control to say that it serves it');
      else if (method === 'suite') reactions.say('stopping the suite');
      else if (changes(method)) {
        reactions.say('cancelling: putting everything back… press again to leave it to the cluster');
      }
      reactions.cancel();
      return;
    }
    if (changes(method) && method !== 'flags.set' && method !== 'suite') {
      reactions.say(
        'left it to the cluster: control puts everything back; "tidegate status" shows how far it is',
      );
    }
    reactions.leave();
  };
  for (const signal of watched) signals.on(signal, listener);
  return () => {
    for (const signal of watched) signals.off(signal, listener);
  };
}
