/**
 * Guards rollouts that nobody attends: takes over when a driver's lease runs out, and does what is left after
 * an agent has gone home (draining, keeping warm, emptying, waiting for a missing edge). Any number of controls
 * may guard the same stack: taking over is a compare-and-swap on the journal, so one of them does it.
 */
import { hasCode, messageOf } from '../common/errors.ts';
import { names } from '../common/names.ts';
import { missingEdges } from '../release/edges.ts';
import { liveAnswers } from '../release/effects/traffic.ts';
import type { ReleaseEngine } from '../release/engine.ts';
import type { Effect, RolloutEvent } from '../release/machine.ts';
import { removeLeftRuns } from '../release/left-runs.ts';
import { defaultRetention, prune } from '../release/retention.ts';
import { releaseOrphanedClaims } from '../release/orphans.ts';
import { takeOver } from '../release/takeover.ts';
import { isEnded, type JournalEntry } from '../swarm/ledger/rollout.ts';
import type { Containers } from '../swarm/containers.ts';
import type { Stored } from '../swarm/port.ts';
import { openLeaseWatch, type LeaseWatch } from './lease-watch.ts';

export interface Guard {
  stop(): void;
}

const tickMs = 500;
/** What fails (an engine that is away) is tried again after this long. */
const retryMs = 2_000;
const sweepMs = 5_000;
const pruneMs = 60_000;

/** What one look at a journal says: nothing, or take it over, with this event first. */
type Duty = { readonly first?: RolloutEvent } | undefined;

type NearContainers = Pick<Containers, 'list' | 'remove'>;

/** `containers`: of the engine it is next to; what dead agents left there of suites goes. */
export function openGuard(engine: ReleaseEngine, containers?: NearContainers): Guard {
  const guard = new Watchman(engine, containers);
  void guard.run();
  return { stop: () => guard.stop() };
}

class Watchman {
  readonly #engine: ReleaseEngine;
  readonly #containers: NearContainers | undefined;
  readonly #stopping = new AbortController();
  readonly #leases: LeaseWatch;
  readonly #attended = new Set<string>();
  readonly #stopListening: () => void;
  /** As last read, by id. */
  readonly #journals = new Map<string, Stored<JournalEntry>>();
  /** Those that may have changed since. */
  readonly #heard = new Set<string>();
  /** Any may have. */
  #stale = true;
  #lastSweep = Number.NEGATIVE_INFINITY;
  #lastPrune = Number.NEGATIVE_INFINITY;

  constructor(engine: ReleaseEngine, containers: NearContainers | undefined) {
    const prefix = names.rollout(engine.ledger.stack, '');
    this.#engine = engine;
    this.#containers = containers;
    this.#leases = openLeaseWatch(() => engine.clock.monotonic());
    this.#stopListening = engine.changes.listen((event) => {
      if (event === undefined) this.#stale = true;
      else if (event.name.startsWith(prefix)) this.#heard.add(event.name.slice(prefix.length));
    });
  }

  async run(): Promise<void> {
    const { clock, log } = this.#engine;
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#look();
        await this.#tidy();
      } catch (error) {
        this.#stale = true;
        if (!hasCode(error, 'environment.not-set-up'))
          log.warn({ error: messageOf(error) }, 'the guard could not look');
      }
      await clock.sleep(tickMs, this.#stopping.signal).catch(() => undefined);
    }
  }

  stop(): void {
    this.#stopListening();
    this.#stopping.abort();
  }

  async #look(): Promise<void> {
    await this.#read();
    for (const entry of this.#journals.values()) {
      const { head, state } = entry.value;
      if (isEnded(state) || this.#attended.has(head.id)) continue;
      const duty = await dutyOf(this.#engine, entry, this.#leases.isOver(entry));
      if (duty) void this.#attend(entry, duty);
    }
  }

  /** Only what may have changed: a rollout writes often, and edges wait for control to have time. */
  async #read(): Promise<void> {
    const { journals } = this.#engine.ledger;
    if (this.#stale) {
      this.#stale = false;
      this.#heard.clear();
      const all = await journals.list();
      this.#journals.clear();
      for (const entry of all) this.#journals.set(entry.value.head.id, entry);
    }
    for (const id of [...this.#heard]) {
      this.#heard.delete(id);
      const entry = await journals.get(id);
      if (entry) this.#journals.set(id, entry);
      else this.#journals.delete(id);
    }
  }

  async #attend(entry: Stored<JournalEntry>, { first }: { readonly first?: RolloutEvent }): Promise<void> {
    const { clock, log } = this.#engine;
    const { head, state } = entry.value;
    this.#attended.add(head.id);
    try {
      log.info({ rollout: head.id, phase: state.phase.name, first: first?.type }, 'taking over');
      const onPhase = (): void => undefined;
      await takeOver(this.#engine, {
        entry,
        leaves: controlLeaves,
        signal: never,
        onPhase,
        ...(first && { first }),
      });
    } catch (error) {
      log[hasCode(error, 'ledger.fenced') ? 'info' : 'error'](
        { rollout: head.id, error: messageOf(error) },
        'left the rollout',
      );
      await clock.sleep(retryMs, this.#stopping.signal).catch(() => undefined);
    } finally {
      this.#heard.add(head.id);
      this.#attended.delete(head.id);
    }
  }

  async #tidy(): Promise<void> {
    const now = this.#engine.clock.monotonic();
    if (now - this.#lastSweep > sweepMs) {
      this.#lastSweep = now;
      await releaseOrphanedClaims(this.#engine);
      if (this.#containers) await removeLeftRuns(this.#engine, this.#containers);
    }
    if (now - this.#lastPrune > pruneMs) {
      this.#lastPrune = now;
      await prune(this.#engine, defaultRetention);
    }
  }
}

/** A control that stops does not abort what it drives: its lease runs out and another goes on. */
const never = new AbortController().signal;

/** Control waits for people and for time without being the driver. */
function controlLeaves(effect: Effect): boolean {
  return (
    (effect.do === 'hold' && effect.ms === null) || effect.do === 'keep-warm' || effect.do === 'await-edges'
  );
}

async function dutyOf(engine: ReleaseEngine, entry: Stored<JournalEntry>, leaseOver: boolean): Promise<Duty> {
  const { state, driver } = entry.value;
  if (driver !== undefined) return leaseOver ? afterLease(entry.value) : undefined;
  switch (state.phase.name) {
    case 'settling':
      return settlingDuty(engine, entry.value, state.phase.stage);
    case 'partial':
      return partialDuty(engine, entry.value, state.phase.toward);
    case 'aborting':
      return {};
    default:
      return undefined;
  }
}

function settlingDuty(
  engine: ReleaseEngine,
  entry: JournalEntry,
  stage: 'retiring' | 'draining' | 'warm' | 'emptying',
): Duty {
  if (stage !== 'warm') return {};
  const warmFor = engine.clock.now() - Date.parse(entry.updatedAt);
  return warmFor >= entry.head.keepWarmMs ? { first: { type: 'warm-over' } } : undefined;
}

/** The edges' word came after all. */
async function partialDuty(
  engine: ReleaseEngine,
  { head, state }: JournalEntry,
  toward: 'promoted' | 'aborting',
): Promise<Duty> {
  const { ledger } = engine;
  const release = state.release === null ? undefined : await ledger.releases.get(state.release);
  const answers = toward === 'promoted' && release ? liveAnswers(head, release) : {};
  const missing = await missingEdges(engine, await ledger.routes.read(), { answers });
  if (missing.length > 0) return undefined;
  return { first: { type: toward === 'promoted' ? 'proven' : 'reverted' } };
}

/** Invariant 6: a deploy that nobody attends goes back by itself; a rollback goes on to where it was going. */
function afterLease({ head, state, driver }: JournalEntry): Duty {
  const { name } = state.phase;
  const forward = !['settling', 'aborting', 'partial'].includes(name);
  if (!forward) return {};
  if (head.unattended === 'hold') return undefined;
  const made = state.release !== null;
  if (head.unattended === 'finish' && made && name !== 'testing' && !head.liveSuites) return {};
  const detail = `${driver ?? 'its driver'} did not report for longer than its lease`;
  return { first: { type: 'abort', reason: 'lease-expired', detail } };
}
