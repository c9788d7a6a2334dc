/** What `rollbackPlan` tells: what going back would do, and what differs. Nothing is changed for it. */
import type { FlagSwitch } from './flag-settling.ts';
import type { ReleaseName } from './methods.ts';

export interface RollbackPlan {
  readonly environment: string;
  readonly stack: string;
  /** `unchanged`: all of it runs already. */
  readonly outcome: 'changes' | 'unchanged';
  /** As `rollback` takes it; `null`: the release before the one that is live. */
  readonly tag: string | null;
  readonly from: ReleaseName | null;
  /** `number: null`: it was never released here. */
  readonly to: { readonly number: number | null; readonly tag: string | null; readonly commit: string };
  /**
   * `warm`: its slots run and see health checks, all traffic at once; `placed`: they are started anew first; `built`:
   * no release here carries the tag, its images are built or found first.
   */
  readonly how: 'warm' | 'placed' | 'built';
  readonly services: readonly ReturningService[];
  /** Configs and secrets that it mounts, by their names in the Swarm. */
  readonly mounted: readonly MountedState[];
  /** The newest rollout of that kind; `null`: there was none. */
  readonly lastTime: LastTime | null;
  /** Why it would be refused right now, one sentence each. */
  readonly refused: readonly string[];
  /** What differs besides the code, as texts to be compared; only those that differ. */
  readonly documents: readonly TextPair[];
  /** What `withFlags` would switch. */
  readonly flagStates: FlagStatesPlan;
  readonly code: CodeChanges;
}

export interface FlagStatesPlan {
  /** Why nobody can tell what flags were when it was live; `null`: it is known. */
  readonly unknown: string | null;
  readonly changes: readonly FlagStateChange[];
}

export interface FlagStateChange {
  readonly key: string;
  readonly from: FlagSwitch;
  readonly to: FlagSwitch;
}

export interface ReturningService {
  readonly service: string;
  readonly from: 'blue' | 'green' | null;
  readonly to: 'blue' | 'green';
  readonly image: string;
  /** `unknown`: a registry does not answer. Of a tag that is built: whether it has to be. */
  readonly imageState: 'there' | 'gone' | 'unknown' | 'to-build';
}

export interface MountedState {
  readonly kind: 'config' | 'secret';
  readonly name: string;
  readonly isThere: boolean;
}

export interface LastTime {
  readonly at: string;
  readonly by: string;
  readonly ref: string;
  readonly kind: 'deploy' | 'rollback';
  readonly tookMs: number;
}

/** `before` is what runs; `null`: not there. */
export interface TextPair {
  /** `web/environment`, `web/configs/app`, `flags.yaml`: for people, and unique. */
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface CodeChanges {
  /** Why the two commits cannot be compared here; `null`: they can. */
  readonly unknown: string | null;
  readonly total: number;
  /** Those that look like migrations first, then by path; at most `mostFiles`. */
  readonly files: readonly FileChange[];
  /** Paths that look like changes of a database; all of them. */
  readonly migrations: readonly string[];
}

/** More than that nobody reads through, and an editor gets slow. */
export const mostFiles = 300;

export interface FileChange {
  /** From the repository's root. */
  readonly path: string;
  readonly action: 'added' | 'changed' | 'removed';
  /** Ids of blobs, for `blob`; `null`: not there, or a submodule. */
  readonly before: string | null;
  readonly after: string | null;
  readonly looksLikeMigration: boolean;
}

/** A file's content as an editor can show it. */
export interface BlobResult {
  readonly bytes: number;
  /** `null`: `why`. */
  readonly text: string | null;
  readonly why: 'binary' | 'too-large' | null;
}
