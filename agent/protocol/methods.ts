/**
 * The contract between the agent and its clients (the CLI, and editors): methods, what they take, what they
 * give back, and the events they report while they run. JSON only. Nothing can be done by one client that
 * cannot be done by another.
 */
import * as z from 'zod';
import type { BackingResult } from './backing.ts';
import type { ErrorCode } from './codes.ts';
import type { DoctorResult } from './doctor.ts';
import type { CertificateResult, MaintenanceResult } from './door.ts';
import { fileParams, type FileResults } from './files.ts';
import { flagEditingParams, type FlagEditingResults } from './flag-editing.ts';
import { flagParams, type FlagResults } from './flag-methods.ts';
import {
  localFlagParams,
  type LocalFlagResults,
  type LocalFlagsEvent,
  type ServingEvent,
} from './local-flags.ts';
import type { PlanResult } from './plan.ts';
import type { HistoryResult, PreviewResult, ProjectResult, RefsResult } from './project.ts';
import type { FlagLeft } from './flag-settling.ts';
import type { FlagStateChange, RollbackPlan } from './rollback-plan.ts';
import type { SuiteTest } from './suite-test.ts';
import type { ProblemEvent } from './validate.ts';
import type { TrafficEvent } from './traffic.ts';
import type { WatchEvent } from './watch.ts';

export type { FlagSetResult, FlagsResult, FlagStatus } from './flag-methods.ts';

const environment = z.string().min(1);

/** The folder a client stands in; the agent finds the repository from there. */
const place = { folder: z.string().min(1) };

/** A protected environment is only changed with `confirmed: true`: somebody was asked, and said yes. */
const changed = { ...place, confirmed: z.boolean().optional() };

export const params = {
  setup: z.strictObject({ ...changed, environment, upgradeEdge: z.boolean() }),
  deploy: z.strictObject({ ...changed, environment, ref: z.string().min(1), hold: z.boolean() }),
  promote: z.strictObject({ ...changed, environment }),
  abort: z.strictObject({ ...changed, environment }),
  /** Without a tag: the release before the one that is live. */
  rollback: z.strictObject({
    ...changed,
    environment,
    tag: z.string().min(1).nullable(),
    /** Flags are switched to what they were when that release was live. Left out: they stay as they are. */
    withFlags: z.boolean().optional(),
  }),
  /** What `rollback` would do. */
  rollbackPlan: z.strictObject({ ...place, environment, tag: z.string().min(1).nullable() }),
  /** `ref`: the commit whose suite it is. Without it: HEAD; for what is live, that one's own commit. */
  suite: z.strictObject({
    ...changed,
    environment,
    suite: z.string().min(1),
    ref: z.string().min(1).nullable(),
  }),
  status: z.strictObject({ ...place, environment: environment.nullable() }),
  releases: z.strictObject({ ...place, environment }),
  /** Turns Swarm mode on for the engine of the environment, if it is off: this engine as the only manager. */
  startSwarm: z.strictObject({ ...changed, environment }),
  logs: z.strictObject({
    ...place,
    environment,
    service: z.string().min(1).nullable(),
    tail: z.int().nonnegative(),
    follow: z.boolean(),
  }),
  down: z.strictObject({ ...changed, environment, volumes: z.boolean() }),
  forgetEdge: z.strictObject({ ...changed, environment, node: z.string().min(1) }),
  plan: z.strictObject({ ...place, environment, ref: z.string().min(1) }),
  ...fileParams,
  /** Asks no cluster. */
  project: z.strictObject(place),
  refs: z.strictObject(place),
  history: z.strictObject({ ...place, environment }),
  preview: z.strictObject({ ...place, environment }),
  doctor: z.strictObject({ ...place, environment: environment.nullable() }),
  /** Runs until it is cancelled. `since`: what the client saw last, to go on from there. */
  watch: z.strictObject({
    ...place,
    environment,
    since: z.strictObject({ feed: z.string(), sequence: z.int().nonnegative() }).nullable(),
  }),
  /** Runs until it is cancelled. */
  traffic: z.strictObject({ ...place, environment }),
  ...flagParams,
  ...flagEditingParams,
  ...localFlagParams,
  maintenance: z.strictObject({ ...changed, environment, on: z.boolean() }),
  /** Whatever the environment: changed only when it was confirmed. */
  'backing.apply': z.strictObject({
    ...changed,
    environment,
    service: z.string().min(1),
    ref: z.string().min(1),
  }),
  /** The two are paths of files on the agent's machine: a key does not travel in a message. */
  setCertificate: z.strictObject({
    ...changed,
    environment,
    name: z.string().min(1),
    certificateFile: z.string().min(1),
    keyFile: z.string().min(1),
  }),
} as const;

export type Method = keyof typeof params;
export type Params<M extends Method> = z.infer<(typeof params)[M]>;

/** How a method that changes something ended. The CLI's exit code follows from it. */
export type Outcome = 'done' | 'unchanged' | 'held' | 'failed' | 'reverted' | 'partial';

export interface ReleaseName {
  readonly number: number;
  readonly tag: string | null;
  readonly commit: string;
}

/** What a deploy, promote, abort or rollback did. */
export interface RolloutResult {
  readonly outcome: Outcome;
  /** Reason code out of the closed list (`swarm/ledger/rollout.ts`). */
  readonly reason: string;
  /** One sentence for a person: what happened, why, and what to do next. */
  readonly message: string;
  readonly rollout: string | null;
  readonly from: ReleaseName | null;
  readonly to: ReleaseName | null;
  readonly services: readonly ServiceMoveResult[];
  /** Milliseconds from the request to the outcome. */
  readonly tookMs: number;
  /** Link to look at a held release; only the holder of the link sees it. */
  readonly preview: string | null;
  /** Only of a rollback with flags. */
  readonly flags?: { readonly changed: readonly FlagStateChange[]; readonly left: readonly FlagLeft[] };
}

export interface ServiceMoveResult {
  readonly service: string;
  readonly from: string | null;
  readonly to: string;
}

export interface SetupResult {
  readonly outcome: 'done' | 'unchanged';
  readonly stack: string;
  /** What was created or changed, one line each. */
  readonly changes: readonly string[];
  /** Differences left alone, since changing an edge interrupts traffic (`--upgrade-edge`). */
  readonly pending: readonly string[];
  readonly url: string;
}

export interface SlotStatus {
  readonly colour: 'blue' | 'green';
  readonly state: 'active' | 'warm' | 'preparing' | 'empty';
  readonly release: ReleaseName | null;
  /** Share of the traffic in percent. */
  readonly share: number;
  /** Servers the edges see as healthy (the least of all edges), and how many there should be. */
  readonly healthy: number;
  readonly desired: number;
  /** What the newest probe through every edge was answered by; `null`: nothing answered. */
  readonly answering: { readonly release: number; readonly digest: string; readonly status: number } | null;
}

export interface ServiceStatus {
  readonly service: string;
  /** Missing: it has a route. No edge asks a worker: `healthy` counts its tasks that run. */
  readonly kind?: 'worker';
  readonly slots: readonly SlotStatus[];
}

export interface BackingStatus {
  readonly service: string;
  /** As the compose file says it. */
  readonly image: string;
  /** Tasks that run, and how many there should be; `null`: one on every node. */
  readonly running: number;
  readonly desired: number | null;
}

export interface EdgeStatus {
  /** Name of the node; `inside`: the internal edge, wherever it runs. */
  readonly node: string;
  readonly state: 'current' | 'behind' | 'missing' | 'forgotten';
  readonly detail: string;
}

export type RolloutStage =
  | 'planned'
  | 'building'
  | 'testing'
  | 'releasing'
  | 'placing'
  | 'verifying'
  | 'shifting'
  | 'replacing'
  | 'promoted'
  | 'testing-live'
  | 'settling'
  | 'done'
  | 'aborting'
  | 'aborted'
  | 'partial';

export interface RolloutStatus {
  readonly id: string;
  readonly kind: 'deploy' | 'rollback';
  readonly ref: string;
  readonly by: string;
  /** `shifting 25%`, `settling: warm`, … */
  readonly phase: string;
  /** The same without its step: `shifting`, `settling`, … */
  readonly stage: RolloutStage;
  readonly reason: string | null;
  readonly since: string;
  /** When the phase ends by itself (ISO); `null`: with what it waits for, or when somebody promotes. */
  readonly until: string | null;
  readonly services: readonly string[];
  readonly driver: string | null;
}

export interface EnvironmentStatus {
  readonly environment: string;
  readonly stack: string;
  readonly state: 'ready' | 'not-set-up' | 'unreachable' | 'corrupt' | 'going-down';
  /** What is wrong and what to do, when `state` is not `ready`. */
  readonly problem: string | null;
  readonly problemCode: ErrorCode | null;
  readonly services: readonly ServiceStatus[];
  /** Databases, brokers; missing: there are none. */
  readonly backing?: readonly BackingStatus[];
  readonly edges: readonly EdgeStatus[];
  readonly rollouts: readonly RolloutStatus[];
  /** Who put up the maintenance page; `null`: users get the application. */
  readonly maintenance: string | null;
  /** Another one: somebody may have switched a flag. `null`: nobody ever has. */
  readonly flagsVersion: string | null;
}

export interface ReleaseEntry extends ReleaseName {
  readonly at: string;
  readonly by: string;
  readonly kind: 'deploy' | 'rollback';
  readonly restores: number | null;
  readonly state: 'live' | 'warm' | 'kept' | 'failed' | 'running';
  readonly reason: string | null;
  readonly services: readonly string[];
}

export interface SuiteResult {
  readonly outcome: 'done' | 'failed';
  readonly suite: string;
  readonly stage: 'build' | 'preview' | 'live';
  /** Its own; not always that of the release. */
  readonly commit: string;
  /** What it asked; `null` for stage `build`. */
  readonly release: ReleaseName | null;
  readonly message: string;
  /** All of them. */
  readonly tests: readonly SuiteTest[];
  readonly tookMs: number;
}

export interface Results extends FileResults, FlagResults, FlagEditingResults, LocalFlagResults {
  setup: SetupResult;
  deploy: RolloutResult;
  promote: RolloutResult;
  abort: RolloutResult;
  rollback: RolloutResult;
  rollbackPlan: RollbackPlan;
  suite: SuiteResult;
  status: { readonly environments: readonly EnvironmentStatus[] };
  releases: { readonly stack: string; readonly releases: readonly ReleaseEntry[] };
  startSwarm: { readonly outcome: 'done' | 'unchanged'; readonly message: string };
  logs: { readonly lines: number };
  down: { readonly stack: string; readonly removed: readonly string[]; readonly kept: readonly string[] };
  maintenance: MaintenanceResult;
  'backing.apply': BackingResult;
  setCertificate: CertificateResult;
  forgetEdge: { readonly node: string; readonly forgotten: readonly string[] };
  plan: PlanResult;
  project: ProjectResult;
  refs: RefsResult;
  history: HistoryResult;
  preview: PreviewResult;
  doctor: DoctorResult;
  /** Where to go on with `since`. */
  watch: { readonly feed: string; readonly sequence: number };
  /** How many points were told. */
  traffic: { readonly points: number };
}

/** Reported while a method runs. */
export type AgentEvent = ProgressEvent | WatchEvent | TrafficEvent | LocalFlagsEvent | ServingEvent;

export type ProgressEvent =
  | ProblemEvent
  /** Something worth a line: a release was chosen, a warning, a wait for somebody else. */
  | { readonly kind: 'note'; readonly level: 'info' | 'warning'; readonly text: string }
  /** A rollout entered a phase. */
  | { readonly kind: 'phase'; readonly rollout: string; readonly phase: string; readonly detail: string }
  /** A line of a build or of a container. */
  | {
      readonly kind: 'line';
      readonly source: string;
      readonly stream: 'stdout' | 'stderr';
      readonly text: string;
    }
  /** Tests of a suite that has ended, as its report has them; several of these for a large one. */
  | {
      readonly kind: 'tests';
      readonly suite: string;
      readonly stage: 'build' | 'preview' | 'live';
      readonly tests: readonly SuiteTest[];
    }
  /** A test suite has ended; its retries are over. After its `tests`. */
  | {
      readonly kind: 'suite';
      readonly suite: string;
      readonly stage: 'build' | 'preview' | 'live';
      readonly outcome: 'passed' | 'failed';
      /** All of it in one line for a person. */
      readonly text: string;
      /** How many tests its report has of each. */
      readonly passed: number;
      readonly failed: number;
      readonly skipped: number;
      /** The first hundred that failed or are flaky. */
      readonly tests: readonly SuiteTest[];
      readonly tookMs: number;
    };

export interface Call {
  readonly signal: AbortSignal;
  readonly onEvent: (event: AgentEvent) => void;
}

/** The agent, whether it is in this process or behind a connection. Rejects with TidegateError. */
export interface AgentApi {
  request<M extends Method>(method: M, params: Params<M>, call: Call): Promise<Results[M]>;
}
