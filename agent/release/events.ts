/** What happens to a rollout, and what its driver has to do: the words of the state machine. */
import type { Reason } from '../swarm/ledger/rollout.ts';

export type RolloutEvent =
  | { readonly type: 'claimed' }
  | { readonly type: 'built'; readonly release: number }
  | { readonly type: 'tested' }
  /** The release command that ran has ended well. */
  | { readonly type: 'command-done' }
  /** No release command runs any more; `detail`: how one ended that was waited for. */
  | { readonly type: 'command-ended'; readonly detail?: string }
  | { readonly type: 'placed' }
  /** Also by the suites of stage `preview`. */
  | { readonly type: 'verified' }
  /** The new tasks of the workers run. */
  | { readonly type: 'replaced' }
  /** Every edge acknowledged the share of this step. */
  | { readonly type: 'shifted' }
  /** The step's hold is over. */
  | { readonly type: 'held' }
  /** Every edge acknowledged the new route, and a probe through each was answered by the new digest. */
  | { readonly type: 'proven' }
  /** Every edge acknowledged the old route. */
  | { readonly type: 'reverted' }
  /** The new tasks of the workers are gone, the old ones run; `detail`: what is wrong with those. */
  | { readonly type: 'restored'; readonly detail?: string }
  /** The old tasks of the workers were told to end. */
  | { readonly type: 'retired' }
  | { readonly type: 'unacknowledged'; readonly detail: string }
  | { readonly type: 'drained'; readonly closed: number }
  | { readonly type: 'warm-over' }
  | { readonly type: 'emptied' }
  /** The effect of the present state failed for good. */
  | {
      readonly type: 'failed';
      readonly reason: Reason;
      readonly detail: string;
      /** The promotion stopped before its compare-and-swap: no traffic was moved by it. */
      readonly beforeSwap?: true;
    }
  | { readonly type: 'promote' }
  | { readonly type: 'abort'; readonly reason: Reason; readonly detail: string }
  /** A newer rollout of these services began while this one settled. */
  | { readonly type: 'superseded' };

export type Effect =
  | { readonly do: 'claim' }
  | { readonly do: 'build' }
  | { readonly do: 'test'; readonly stage: 'build' | 'live' }
  | { readonly do: 'run-command'; readonly command: number }
  | { readonly do: 'end-command' }
  | { readonly do: 'place' }
  | { readonly do: 'verify' }
  | { readonly do: 'shift'; readonly share: number }
  /** `null`: until somebody promotes or aborts. */
  | { readonly do: 'hold'; readonly ms: number | null }
  | { readonly do: 'replace' }
  | { readonly do: 'promote' }
  | { readonly do: 'revert' }
  | { readonly do: 'restore' }
  | { readonly do: 'retire' }
  | { readonly do: 'drain'; readonly slots: 'old' | 'new' }
  | { readonly do: 'keep-warm' }
  | { readonly do: 'empty'; readonly slots: 'old' | 'new' }
  /** Wait for the word of the edges that is missing. */
  | { readonly do: 'await-edges'; readonly toward: 'promoted' | 'aborting' }
  /** Give back claims and lock. */
  | { readonly do: 'finish' };
