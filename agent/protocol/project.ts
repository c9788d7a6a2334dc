/** What a client shows before anything is asked of a cluster: the project, its references, its past. */
import type { FlagServerName } from './flag-server.ts';
import type { ReleaseName } from './methods.ts';

export interface ProjectResult {
  readonly project: string;
  /** Absolute path of the folder that holds tidegate.yaml. */
  readonly folder: string;
  readonly environments: readonly ProjectEnvironment[];
}

export interface ProjectEnvironment {
  readonly environment: string;
  readonly stack: string;
  /** What changes it has to be confirmed. */
  readonly protected: boolean;
  /** `null`: the default one. */
  readonly dockerContext: string | null;
  /** Where people open it, as far as that can be told from here. */
  readonly url: string;
  /** Names of `edge.tls`; missing: it has none. */
  readonly certificates?: readonly string[];
  /** Who holds its flags; missing: Tidegate. */
  readonly flagServer?: FlagServerName;
}

/** What can be deployed. */
export interface RefsResult {
  readonly head: RefEntry | null;
  /** Newest first. */
  readonly tags: readonly RefEntry[];
  /** The one used last first; local ones only. */
  readonly branches: readonly RefEntry[];
  /** How many older ones of each are left out. */
  readonly more: { readonly tags: number; readonly branches: number };
  /** True: the working tree differs from HEAD, and what differs is not deployed. `null`: it could not be told. */
  readonly dirty: boolean | null;
}

export interface RefEntry {
  /** As it can be deployed: `v1.2.0`, `main`, `HEAD`. */
  readonly ref: string;
  readonly commit: string;
  readonly subject: string;
  /** Of the tag or commit (ISO). */
  readonly at: string;
}

/** Everything the ledger remembers of an environment's rollouts, newest first. */
export interface HistoryResult {
  readonly stack: string;
  readonly rollouts: readonly PastRollout[];
}

export interface PastRollout {
  readonly rollout: string;
  readonly kind: 'deploy' | 'rollback';
  readonly by: string;
  /** When it began (ISO). */
  readonly at: string;
  /** As it was asked for. */
  readonly ref: string;
  /** What was live in what it moved; `null`: nothing. */
  readonly from: ReleaseName | null;
  /** `number: null`: it ended before there was a release. */
  readonly to: { readonly number: number | null; readonly tag: string | null; readonly commit: string };
  readonly services: readonly string[];
  /** `live`: users got it. `failed`: they saw nothing of it; `reverted`: some did. */
  readonly outcome: 'running' | 'live' | 'failed' | 'reverted' | 'partial';
  /** `null` while it runs. */
  readonly reason: string | null;
  readonly detail: string;
  /** Until users had it, or had it no more; `null` while it runs. */
  readonly tookMs: number | null;
  readonly trail: readonly { readonly phase: string; readonly at: string }[];
}

/** A link to the slot that is prepared or held; only who has it sees that slot. */
export interface PreviewResult {
  readonly url: string;
  readonly release: ReleaseName;
}
