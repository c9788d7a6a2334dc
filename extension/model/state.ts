/** Everything the views show, as one value; changes make a new one. */
import type { ErrorCode } from '../../agent/protocol/codes.ts';
import type { EnvironmentStatus, FlagsResult, RolloutStatus } from '../../agent/protocol/methods.ts';
import type { LocalFlags, ServingEvent } from '../../agent/protocol/local-flags.ts';
import type { ExpectedFlag } from './server-flags.ts';
import type { PastRollout, ProjectEnvironment } from '../../agent/protocol/project.ts';
import type { RolloutProgress, WatchUpdate } from '../../agent/protocol/watch.ts';

export interface Trouble {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
}

export interface EnvironmentState {
  readonly facts: ProjectEnvironment;
  /** `undefined`: not heard of yet. */
  readonly status: EnvironmentStatus | undefined;
  readonly rollouts: ReadonlyMap<string, RolloutProgress>;
  /** Newest first; `undefined`: not read yet. */
  readonly history: readonly PastRollout[] | undefined;
  readonly flags: FlagsResult | undefined;
  /** Why they cannot be read from the server that holds them; `flags` are those seen last. */
  readonly serverTrouble?: Trouble | undefined;
  /** Flags that are being switched, by key. */
  readonly expected?: ReadonlyMap<string, ExpectedFlag>;
  /** Why they could not be read the last time; `flags` are those from before. */
  readonly flagsTrouble: string | undefined;
  /** Why it cannot be watched. */
  readonly trouble: Trouble | undefined;
}

export interface ProjectState {
  /** Absolute path of the folder of its tidegate.yaml. */
  readonly folder: string;
  readonly name: string;
  readonly environments: readonly EnvironmentState[];
  /** What is overridden and served on this machine; missing: not heard of yet. */
  readonly local?: LocalFlags;
  /** What this window has served. */
  readonly serving?: readonly ServingEvent[];
  /** What is wrong with its tidegate.yaml. The environments are those it had before. */
  readonly trouble: Trouble | undefined;
}

export type LinkState =
  /** Nobody has asked for it yet. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly version: string; readonly pid: number }
  | { readonly kind: 'other-version'; readonly version: string; readonly pid: number }
  | { readonly kind: 'failed'; readonly why: string };

export interface State {
  readonly link: LinkState;
  readonly trusted: boolean;
  /** `undefined`: not looked for yet. */
  readonly projects: readonly ProjectState[] | undefined;
}

export const nothingYet: State = { link: { kind: 'idle' }, trusted: true, projects: undefined };

export function newEnvironment(facts: ProjectEnvironment): EnvironmentState {
  return {
    facts,
    status: undefined,
    rollouts: new Map(),
    history: undefined,
    flags: undefined,
    flagsTrouble: undefined,
    trouble: undefined,
  };
}

/** What `watch` told, applied. Ended rollouts are kept no longer: the history has them. */
export function applyUpdates(
  state: EnvironmentState,
  updates: readonly WatchUpdate[],
): { readonly state: EnvironmentState; readonly ended: readonly RolloutProgress[] } {
  let { status } = state;
  let rollouts = new Map(state.rollouts);
  const ended: RolloutProgress[] = [];
  const put = (progress: RolloutProgress): void => {
    if (progress.ended && rollouts.delete(progress.id)) ended.push(progress);
    if (!progress.ended) rollouts.set(progress.id, progress);
  };
  for (const update of updates)
    switch (update.type) {
      case 'snapshot':
        ({ status } = update);
        rollouts = new Map();
        for (const { progress } of update.rollouts) if (progress !== null) put(progress);
        break;
      case 'status':
        ({ status } = update);
        break;
      case 'rollout':
        put(update.progress);
        break;
      case 'event':
        break;
    }
  // What was taken down took its past and its flags along, but not those that another server holds.
  const isGone = status?.state === 'not-set-up';
  const gone = { history: [], ...(state.facts.flagServer === undefined && { flags: undefined }) };
  return { state: { ...state, status, rollouts, trouble: undefined, ...(isGone && gone) }, ended };
}

/** The rollout that somebody may promote or abort: settling ones have let go of their services. */
export function openRollout(state: EnvironmentState): RolloutStatus | undefined {
  const all = state.rollouts.size > 0 ? [...state.rollouts.values()] : (state.status?.rollouts ?? []);
  return all.find(({ stage }) => stage !== 'settling' && stage !== 'done' && stage !== 'aborted');
}

export function isHeld(rollout: RolloutStatus | undefined): boolean {
  return rollout?.stage === 'shifting' && rollout.phase.endsWith('holding');
}

/** The newest release that has traffic anywhere in it. */
export function liveRelease(
  state: EnvironmentState,
): { number: number; tag: string | null; commit: string } | null {
  const active = (state.status?.services ?? []).flatMap(({ slots }) =>
    slots.filter((slot) => slot.state === 'active').flatMap(({ release }) => release ?? []),
  );
  return active.sort((a, b) => b.number - a.number)[0] ?? null;
}

/** Every service that has traffic runs what this names. */
export function runsOnly(
  { status }: EnvironmentState,
  { tag, commit }: { readonly tag: string | null; readonly commit: string },
): boolean {
  const active = (status?.services ?? []).flatMap(({ slots }) =>
    slots.filter((slot) => slot.state === 'active').map(({ release }) => release),
  );
  return active.length > 0 && active.every((one) => one?.tag === tag && one.commit === commit);
}
