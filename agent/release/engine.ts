/** What every part of the release engine works with. */
import type { Clock } from '../common/clock.ts';
import type { Log } from '../common/log.ts';
import type { Changes } from '../swarm/changes.ts';
import type { Ledger } from '../swarm/ledger/ledger.ts';
import type { ReleaseRecord } from '../swarm/ledger/release.ts';
import type { ReleaseCommand, RolloutHead, RolloutState } from '../swarm/ledger/rollout.ts';
import type { Routes } from '../swarm/ledger/routes.ts';
import type { Stored, Swarm, Task } from '../swarm/port.ts';

export interface ReleaseEngine {
  readonly swarm: Swarm;
  readonly ledger: Ledger;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
  /** Who drives, as it is written into journals: no spaces, no colons. */
  readonly driver: string;
  readonly leaseSeconds: number;
  readonly limits: Limits;
}

/** How long the parts of a rollout may take that are not the application's business, milliseconds. */
export interface Limits {
  /** For every edge to acknowledge a route. */
  readonly acknowledge: number;
  /** For a probe through every edge to be answered by the new digest, once users are sent to it. */
  readonly prove: number;
  /** The same before any user is: long enough for a control that died meanwhile to be started again. */
  readonly verify: number;
  /** For a slot's tasks to be gone, on top of their stop grace. */
  readonly empty: number;
  /** For somebody else's lock to be released. */
  readonly lock: number;
  /** That a task without a health check has to run to count as one that runs. */
  readonly steady: number;
}

export const defaultLimits: Limits = {
  acknowledge: 10_000,
  prove: 10_000,
  verify: 30_000,
  empty: 30_000,
  lock: 15_000,
  steady: 3_000,
};

/** Makes the content of a release: builds its images, or takes them from an earlier release. */
export type MakeRelease = (head: RolloutHead, signal: AbortSignal) => Promise<Omit<ReleaseRecord, 'number'>>;

export type SuiteStage = 'build' | 'preview' | 'live';

/** Test suites of the release that is brought in. Only an agent has them: they are run out of the commit. */
export interface Suites {
  has(stage: SuiteStage, head: RolloutHead): boolean;
  /** One after the other, up to the first that fails. `detail`: which, which of its tests, and why. */
  run(
    stage: SuiteStage,
    /** `release`: its number. */
    rollout: { readonly head: RolloutHead; readonly release: number | null },
    signal: AbortSignal,
  ): Promise<{ readonly passed: true } | { readonly passed: false; readonly detail: string }>;
}

/** What release commands write. Only an agent has somebody to show it to. */
export interface CommandOutput {
  /**
   * From its first line on, once its task has a container. Gives its last lines when it has ended or the signal aborts; never
   * rejects.
   */
  follow(command: ReleaseCommand, task: Task, signal: AbortSignal): Promise<readonly string[]>;
}

/** One rollout while it is being driven. */
export interface Rollout {
  readonly engine: ReleaseEngine;
  readonly head: RolloutHead;
  state: RolloutState;
  /** Epoch of the lock while we hold it. */
  epoch: number | undefined;
  /** The routes that gave us claim and lock in one, as long as we have written no others. */
  claimed?: Stored<Routes> | undefined;
}
