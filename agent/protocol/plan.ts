/** What `plan` tells: what a deploy of this commit would do. Nothing is changed for it. */
import type { ReleaseName } from './methods.ts';

export interface PlanResult {
  readonly environment: string;
  readonly stack: string;
  /** `unchanged`: all of it runs already. */
  readonly outcome: 'changes' | 'unchanged';
  readonly ref: string;
  readonly commit: string;
  readonly tag: string | null;
  readonly subject: string;
  readonly live: ReleaseName | null;
  readonly services: readonly PlannedService[];
  /** What it changes of the definitions of flags; their state stays. */
  readonly flags: readonly PlannedFlag[];
  /** Shares of the traffic one after the other, in percent; `holdMs` `null`: until somebody promotes. */
  readonly steps: readonly { readonly share: number; readonly holdMs: number | null }[];
  /** What does not come back as it was, one sentence each. */
  readonly cannotBeUndone: readonly string[];
  /** Why a deploy would be refused right now; `null`: nothing known. */
  readonly blocked: string | null;
}

export interface PlannedService {
  readonly service: string;
  /**
   * `build`: placed, its image has to be built; `pull`: placed, its image has to be pulled; `reuse`: placed, with an
   * image that is there; `untouched`: runs as it is wanted; `left`: runs, is not in this commit, and stays.
   */
  readonly action: 'build' | 'pull' | 'reuse' | 'untouched' | 'left';
  readonly reason: string;
  readonly from: 'blue' | 'green' | null;
  readonly to: 'blue' | 'green' | null;
  readonly differences: readonly Difference[];
}

export interface PlannedFlag {
  readonly key: string;
  readonly action: 'added' | 'changed' | 'removed';
  readonly differences: readonly Difference[];
}

/** One field of what runs against what would run; `null`: not there. Values of secrets are masked. */
export interface Difference {
  /** `environment.LOG_LEVEL`, `image`, `spec.TaskTemplate.Resources.Limits.MemoryBytes`. */
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}
