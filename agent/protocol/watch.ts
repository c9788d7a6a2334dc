/** What the method `watch` reports: one environment as it is, and then what changes, numbered. */
import type { EnvironmentStatus, ProgressEvent, RolloutStatus } from './methods.ts';

/** A rollout as its journal has it, whoever drives it. */
export interface RolloutProgress extends RolloutStatus {
  readonly ended: boolean;
  /** Every phase it was in, oldest first, with the time it began (ISO). */
  readonly trail: readonly { readonly phase: string; readonly at: string }[];
}

export interface WatchedRollout {
  readonly id: string;
  /** `null` until the journal has been read for the first time. */
  readonly progress: RolloutProgress | null;
  /** What it reported here, if this agent drives it: the newest of it, oldest first. */
  readonly events: readonly ProgressEvent[];
  /** How many older events are not kept any more. */
  readonly dropped: number;
}

export interface WatchSnapshot {
  readonly type: 'snapshot';
  readonly sequence: number;
  /** `again`: what came after the sequence number the client gave is not known any more; what it has is void. */
  readonly because: 'asked' | 'again';
  readonly status: EnvironmentStatus;
  /** Those that run, and the last few that ended while somebody watched. */
  readonly rollouts: readonly WatchedRollout[];
}

/** What a client applies to the snapshot it has; each whole, none a difference. */
export type WatchChange =
  | { readonly type: 'status'; readonly sequence: number; readonly status: EnvironmentStatus }
  | { readonly type: 'rollout'; readonly sequence: number; readonly progress: RolloutProgress }
  | {
      readonly type: 'event';
      readonly sequence: number;
      readonly rollout: string;
      readonly event: ProgressEvent;
    };

export type WatchUpdate = WatchSnapshot | WatchChange;

export interface WatchEvent {
  readonly kind: 'watch';
  /** Sequence numbers count within one feed; an agent that was started anew has another. */
  readonly feed: string;
  /** In order, without a gap in their numbers; what comes together is told together. */
  readonly updates: readonly WatchUpdate[];
}
