/**
 * Drives a rollout from the state its journal is in: does the state's effect, feeds the event into the
 * machine, writes the next state before its effect begins. The agent drives until the release is live; control
 * drives what is left behind it, and what a dead agent left.
 */
import { hasCode, messageOf } from '../common/errors.ts';
import type { ErrorCode } from '../protocol/codes.ts';
import { phaseName, effectOf, transition, type Effect, type RolloutEvent } from './machine.ts';
import { isEnded, type Reason, type RolloutHead, type RolloutState } from '../swarm/ledger/rollout.ts';
import { lostEngine } from '../swarm/reach/failures.ts';
import { build } from './effects/build.ts';
import { claim } from './effects/claim.ts';
import { endCommand, runCommand } from './effects/commands.ts';
import { place } from './effects/place.ts';
import { drain, empty, finish, lookAgain } from './effects/settle.ts';
import { test } from './effects/test.ts';
import { replace, restore, retire } from './effects/workers.ts';
import { promote, revert, shift } from './effects/traffic.ts';
import { verify } from './effects/verify.ts';
import type { CommandOutput, MakeRelease, ReleaseEngine, Rollout, Suites } from './engine.ts';
import { JournalWriter } from './journal-writer.ts';
import { releaseLock } from './lock.ts';
import { nextRequest } from './requests.ts';
import { unclaimAll } from './routes-changes.ts';

export interface Drive {
  readonly head: RolloutHead;
  readonly state: RolloutState;
  /** The lease's counter in the journal. */
  readonly counter: number;
  /** Fed into the machine before anything else: a takeover's `abort`, somebody's `promote`. */
  readonly first?: RolloutEvent;
  readonly makeRelease: MakeRelease | undefined;
  readonly suites?: Suites;
  readonly commandOutput?: CommandOutput;
  /** True for effects this driver does not wait for: it leaves the journal to control, or to nobody. */
  readonly leaves: (effect: Effect) => boolean;
  /** Cancelling asks for an abort; the drive goes on until everything is back. */
  readonly signal: AbortSignal;
  readonly onPhase: (state: RolloutState) => void;
}

/** Gives the state in which the rollout was left: ended, or somebody else's business. */
export async function drive(engine: ReleaseEngine, options: Drive): Promise<RolloutState> {
  const { head } = options;
  const rollout: Rollout = { engine, head, state: options.state, epoch: undefined };
  const journal = new JournalWriter(engine, head.id, options.state, options.counter);
  try {
    if (options.first) await advance(rollout, journal, options.first, options);
    for (;;) {
      const effect = effectOf(head, rollout.state);
      if (effect.do === 'finish') await finish(rollout);
      if (effect.do === 'finish' || options.leaves(effect)) break;
      const event = await attempt(rollout, journal, effect, options);
      if (!(await advance(rollout, journal, event, options))) break;
    }
    if (!isEnded(rollout.state)) await leaveRoutes(rollout);
    await journal.leave(rollout.state);
    return rollout.state;
  } finally {
    journal.stop();
  }
}

/** Settling claims nothing: whoever wants to go back at once need not wait until somebody goes on with it. */
function leaveRoutes(rollout: Rollout): Promise<void> {
  const { head, state } = rollout;
  return releaseLock(rollout, (routes) =>
    state.phase.name === 'settling' ? unclaimAll(routes, head.id) : routes,
  );
}

/** Moves the machine on and writes the journal; false when the event means nothing in this state. */
async function advance(
  rollout: Rollout,
  journal: JournalWriter,
  event: RolloutEvent,
  { onPhase }: Drive,
): Promise<boolean> {
  const { engine, head } = rollout;
  const next = transition(head, rollout.state, event, engine.clock.now());
  if (!next.changed) return false;
  engine.log.info({ rollout: head.id, phase: phaseName(next.state.phase), event: event.type }, 'rollout');
  await journal.write(next.state);
  rollout.state = next.state;
  onPhase(next.state);
  return true;
}

/**
 * One effect, until it is done, failed, or somebody wants something else: a cancelled call, a request that was
 * written into the journal, or a driver that took over.
 */
async function attempt(
  rollout: Rollout,
  journal: JournalWriter,
  effect: Effect,
  options: Drive,
): Promise<RolloutEvent> {
  const interrupt = new AbortController();
  const signal = AbortSignal.any([interrupt.signal, journal.fenced]);
  let wish: RolloutEvent | undefined;
  const wanted = (event: RolloutEvent): void => {
    // What would change nothing in this state is not worth an interruption.
    if (!transition(rollout.head, rollout.state, event, 0).changed) return;
    wish = event;
    interrupt.abort();
  };
  const stop = nextRequest(rollout, options.signal, wanted);
  try {
    const event = await perform(rollout, effect, options, signal);
    // The swap itself is never interrupted half-way: a wish that came too late is still a wish for the way back.
    return wish ?? event;
  } catch (error) {
    journal.fenced.throwIfAborted();
    if (wish) return wish;
    return failed(rollout, error);
  } finally {
    stop();
  }
}

function perform(
  rollout: Rollout,
  effect: Effect,
  { makeRelease, suites, commandOutput }: Drive,
  signal: AbortSignal,
): Promise<RolloutEvent> {
  switch (effect.do) {
    case 'claim':
      return claim(rollout, signal);
    case 'build':
      return build(rollout, makeRelease, signal);
    case 'test':
      return test(rollout, { stage: effect.stage, suites }, signal);
    case 'run-command':
      return runCommand(rollout, { command: effect.command, output: commandOutput }, signal);
    case 'end-command':
      return endCommand(rollout, signal);
    case 'place':
      return place(rollout, signal);
    case 'verify':
      return verify(rollout, suites, signal);
    case 'shift':
      return shift(rollout, effect.share, signal);
    case 'hold':
      return hold(rollout, effect.ms, signal);
    case 'replace':
      return replace(rollout, signal);
    case 'promote':
      return promote(rollout, signal);
    case 'revert':
      return revert(rollout);
    case 'restore':
      return restore(rollout, signal);
    case 'retire':
      return retire(rollout);
    case 'drain':
      return drain(rollout, effect.slots, signal);
    case 'keep-warm':
      return Promise.resolve({ type: 'warm-over' });
    case 'empty':
      return empty(rollout, effect.slots);
    case 'await-edges':
      return lookAgain(rollout, effect.toward);
    case 'finish':
      return finish(rollout).then(() => ({ type: 'emptied' }));
  }
}

/** Nothing is changed while a share is held, so the lock is given back for that time. */
async function hold(rollout: Rollout, ms: number | null, signal: AbortSignal): Promise<RolloutEvent> {
  await releaseLock(rollout);
  await rollout.engine.clock.sleep(ms ?? 0, signal);
  return { type: 'held' };
}

/**
 * What an error of an effect means. On the way forward it is the end of the rollout, and everything goes back;
 * on the way back, and while settling, the error goes to the caller and the journal stays as it is: the next
 * driver tries again. So does a lost engine: nobody knows what it did.
 */
function failed({ state }: Rollout, error: unknown): RolloutEvent {
  const forward = !['aborting', 'settling', 'partial'].includes(state.phase.name);
  if (!forward || hasCode(error, 'ledger.fenced', 'ledger.corrupt', ...lostEngine)) throw error;
  const reason: Reason = hasCode(error, ...buildFailures) ? 'build-failed' : 'effect-failed';
  const hint = hasCode(error, 'build.failed') || !(error instanceof Error) ? '' : hintOf(error);
  return { type: 'failed', reason, detail: `${messageOf(error)}${hint}` };
}

const buildFailures: readonly ErrorCode[] = [
  'build.failed',
  'build.unsupported',
  'image.missing',
  'registry.denied',
  'registry.unreachable',
  'registry.login-failed',
];

function hintOf(error: Error): string {
  const { hint } = error as { hint?: unknown };
  return typeof hint === 'string' ? ` ${hint}` : '';
}
