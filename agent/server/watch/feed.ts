/**
 * What is known about one environment, as a sequence of numbered changes: the newest of them are kept, so that a
 * client that lost its connection can go on where it was. Effects are elsewhere; this only remembers and tells.
 */
import { canonicalJson } from '../../common/canonical.ts';
import type { EnvironmentStatus, ProgressEvent } from '../../protocol/methods.ts';
import type {
  RolloutProgress,
  WatchChange,
  WatchedRollout,
  WatchSnapshot,
  WatchUpdate,
} from '../../protocol/watch.ts';

/** What is kept; what is older is dropped, and said to be. */
export const keeps = { changes: 5_000, events: 500, endedRollouts: 5 } as const;

/** A change before it has its number; distributes over the union. */
type Unnumbered = WatchChange extends infer C ? (C extends WatchChange ? Omit<C, 'sequence'> : never) : never;

interface Kept {
  progress: RolloutProgress | null;
  events: ProgressEvent[];
  dropped: number;
}

export class Feed {
  readonly id: string;
  readonly #changes: WatchChange[] = [];
  readonly #rollouts = new Map<string, Kept>();
  readonly #listeners = new Set<(change: WatchChange) => void>();
  #sequence = 0;
  #status: EnvironmentStatus | undefined;

  constructor(id: string) {
    this.id = id;
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** Ids of the rollouts that have not ended, as far as is known here. */
  get open(): readonly string[] {
    return [...this.#rollouts].flatMap(([id, { progress }]) => (progress?.ended === true ? [] : [id]));
  }

  /** Told when it differs from what was told last. */
  setStatus(status: EnvironmentStatus): void {
    if (this.#status !== undefined && canonicalJson(this.#status) === canonicalJson(status)) return;
    this.#status = status;
    this.#tell({ type: 'status', status });
  }

  setProgress(progress: RolloutProgress): void {
    const kept = this.#kept(progress.id);
    if (canonicalJson(kept.progress) === canonicalJson(progress)) return;
    kept.progress = progress;
    this.#forgetOldest();
    this.#tell({ type: 'rollout', progress });
  }

  addEvent(rollout: string, event: ProgressEvent): void {
    const kept = this.#kept(rollout);
    kept.events.push(event);
    if (kept.events.length > keeps.events) {
      // Some at once: taking the first one off for each new one would move the whole list each time.
      const surplus = Math.ceil(keeps.events / 10);
      kept.events.splice(0, surplus);
      kept.dropped += surplus;
    }
    this.#tell({ type: 'event', rollout, event });
  }

  /**
   * What a client needs to know first: the changes behind `since`, when all of them are still kept; else the whole.
   * Throws when no status was ever set.
   */
  opening(since: { readonly feed: string; readonly sequence: number } | null): readonly WatchUpdate[] {
    if (since === null) return [this.#snapshot('asked')];
    const oldest = this.#sequence - this.#changes.length;
    const known = since.feed === this.id && since.sequence <= this.#sequence && since.sequence >= oldest;
    return known ? this.#changes.slice(since.sequence - oldest) : [this.#snapshot('again')];
  }

  /** Calls for every change from now on; returns how to stop. */
  listen(listener: (change: WatchChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #snapshot(because: WatchSnapshot['because']): WatchSnapshot {
    if (this.#status === undefined) throw new Error('the environment has not been looked at yet');
    const rollouts = [...this.#rollouts].map(([id, { progress, events, dropped }]): WatchedRollout => ({
      id,
      progress,
      events: [...events],
      dropped,
    }));
    return { type: 'snapshot', sequence: this.#sequence, because, status: this.#status, rollouts };
  }

  #kept(id: string): Kept {
    const kept = this.#rollouts.get(id) ?? { progress: null, events: [], dropped: 0 };
    this.#rollouts.set(id, kept);
    return kept;
  }

  #forgetOldest(): void {
    const ended = [...this.#rollouts].filter(([, { progress }]) => progress?.ended === true);
    for (const [id] of ended.slice(0, -keeps.endedRollouts)) this.#rollouts.delete(id);
  }

  #tell(change: Unnumbered): void {
    this.#sequence += 1;
    const numbered: WatchChange = { ...change, sequence: this.#sequence };
    this.#changes.push(numbered);
    if (this.#changes.length > keeps.changes) this.#changes.splice(0, Math.ceil(keeps.changes / 10));
    for (const listener of [...this.#listeners]) listener(numbered);
  }
}
