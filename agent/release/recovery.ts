/** Before an agent changes an environment: finish what a dead one left, and refuse what a living one does. */
import { hasCode } from '../common/errors.ts';
import type { Ledger } from '../swarm/ledger/ledger.ts';
import { isEnded, type JournalEntry } from '../swarm/ledger/rollout.ts';
import type { Routes } from '../swarm/ledger/routes.ts';
import type { Stored } from '../swarm/port.ts';
import type { ReleaseEngine } from './engine.ts';
import { interruptedNotOver, rolloutOpen } from './failures.ts';
import { phaseName, type RolloutEvent } from './machine.ts';
import { releaseOrphanedClaims } from './orphans.ts';
import { agentLeaves, takeOver } from './takeover.ts';

export interface RecoveryOptions {
  /** `dead`: the driver is a process of this machine that is gone; `unknown`: only its lease can tell. */
  readonly driverState: (driver: string) => 'alive' | 'dead' | 'unknown';
  readonly signal: AbortSignal;
  readonly onNote: (text: string) => void;
}

/** What it looks at first. What is old in it does no harm: everything that is written out of it is a compare-and-swap. */
export interface LedgerSeen {
  readonly routes: Promise<Stored<Routes>>;
  readonly journals: Promise<readonly Stored<JournalEntry>[]>;
}

/** Side by side. Who gets no answer is told by whoever waits for it. */
export function lookAtLedger({ routes, journals }: Ledger): LedgerSeen {
  const seen = { routes: routes.read(), journals: journals.list() };
  for (const one of Object.values(seen)) one.catch(() => undefined);
  return seen;
}

/** True when there was something to do: what was read before may be out of date. */
export async function recover(
  engine: ReleaseEngine,
  options: RecoveryOptions,
  seen = lookAtLedger(engine.ledger),
): Promise<boolean> {
  let acted = (await releaseOrphanedClaims(engine, await seen.routes)).length > 0;
  for (const entry of await seen.journals) {
    if (isAtRest(entry.value, options.driverState)) continue;
    acted = true;
    const open = await settledEntry(engine, entry, options);
    if (open) await resolve(engine, open, options);
  }
  return acted;
}

/** The entry when it is somebody's business before we may begin; waits for a driver whose state nobody knows. */
async function settledEntry(
  engine: ReleaseEngine,
  entry: Stored<JournalEntry>,
  { driverState, signal, onNote }: RecoveryOptions,
): Promise<Stored<JournalEntry> | undefined> {
  const { driver, lease, head } = entry.value;
  if (isAtRest(entry.value, driverState)) return undefined;
  if (isBackground(entry.value)) return entry;
  if (driver === undefined || driverState(driver) === 'dead') return entry;
  if (driverState(driver) === 'alive') throw interruptedNotOver(head.id, driver);
  const seconds = lease?.seconds ?? engine.leaseSeconds;
  onNote(`waiting up to ${seconds} s for a sign of ${driver}, who drives the rollout ${head.id}`);
  const changed = await engine.changes.until(
    async () => {
      const now = await engine.ledger.journals.get(head.id);
      return now?.version === entry.version ? undefined : { now };
    },
    { limitMs: seconds * 1000, pollMs: 500, signal },
  );
  if (!changed) return entry;
  if (changed.now && changed.now.value.driver === driver && !isBackground(changed.now.value))
    throw interruptedNotOver(head.id, driver);
  return changed.now && settledEntry(engine, changed.now, { driverState, signal, onNote });
}

/** Ended, or settling: nobody has to wait for it. */
function isBackground({ state }: JournalEntry): boolean {
  return isEnded(state) || state.phase.name === 'settling';
}

/** Nobody has to wait for a rollout that settles; but a dead driver's claim and lock would be in the way. */
function isAtRest(entry: JournalEntry, driverState: RecoveryOptions['driverState']): boolean {
  const { state, driver } = entry;
  if (!isBackground(entry)) return false;
  return state.phase.name !== 'settling' || driver === undefined || driverState(driver) !== 'dead';
}

async function resolve(
  engine: ReleaseEngine,
  entry: Stored<JournalEntry>,
  options: RecoveryOptions,
): Promise<void> {
  const { head, state, driver } = entry.value;
  const { phase } = state;
  if (phase.name === 'partial')
    throw rolloutOpen(
      head.id,
      head.by,
      phaseName(phase),
      `Missing: ${state.detail}. It ends when those edges are back, with "tidegate edge forget ENV NODE", or with "tidegate abort ENV".`,
    );
  if (driver === undefined && phase.name === 'shifting')
    throw rolloutOpen(
      head.id,
      head.by,
      phaseName(phase),
      'Finish it with "tidegate promote ENV" or "tidegate abort ENV".',
    );
  options.onNote(`finishing the interrupted rollout ${head.id} of ${head.by} (${phaseName(phase)})`);
  // The route may have been swapped already: then forward is the shorter way. Everything before goes back, and so does
  // what its suites have not said yes to: they are run out of a commit that is not ours.
  const forward =
    ['settling', 'aborting'].includes(phase.name) || (phase.name === 'promoted' && !head.liveSuites);
  const interrupted: RolloutEvent = {
    type: 'abort',
    reason: 'interrupted',
    detail: `its driver ${driver ?? '?'} is gone`,
  };
  try {
    const end = await takeOver(engine, {
      entry,
      leaves: agentLeaves,
      signal: options.signal,
      onPhase: () => undefined,
      ...(forward ? {} : { first: interrupted }),
    });
    options.onNote(`the rollout ${head.id} is ${phaseName(end.phase)} now`);
  } catch (error) {
    if (!hasCode(error, 'ledger.fenced')) throw error;
    options.onNote(`somebody else goes on with the rollout ${head.id}`);
  }
}
