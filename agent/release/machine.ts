/**
 * The rollout's state machine: pure. `transition` says where an event leads, `effectOf` what has to be done in
 * a state. A driver writes the state to the journal, does its effect, and feeds the resulting event back in;
 * whoever finds the journal of a dead driver starts again with the effect of the state it finds, since effects
 * are idempotent.
 *
 *   planned > building > testing > releasing > placing > verifying > shifting > replacing > promoted > testing-live
 *   > settling > done
 *   any of them before settling > aborting > aborted
 *   promoted, aborting > partial (an edge did not acknowledge: both slots stay) > settling, aborting
 */
import type { Phase, Reason, RolloutHead, RolloutState } from '../swarm/ledger/rollout.ts';
import type { Effect, RolloutEvent } from './events.ts';

export type { Effect, RolloutEvent };

export interface Transition {
  readonly state: RolloutState;
  /** What is to be done in that state. */
  readonly effect: Effect;
  /** False: the event means nothing in this state, and the state is the same object. */
  readonly changed: boolean;
}

interface Next {
  readonly phase: Phase;
  readonly reason?: Reason;
  readonly detail?: string;
  readonly release?: number;
  readonly closed?: number;
  /** False: what the phase before meant to move was not moved. */
  readonly moved?: false;
}

export function firstState(now: number): RolloutState {
  return {
    phase: { name: 'planned' },
    reason: null,
    detail: '',
    release: null,
    moved: false,
    closed: 0,
    since: now,
    trail: [{ phase: 'planned', at: now }],
  };
}

/** Total: every event is defined in every state; most mean nothing in most. `now`: milliseconds, wall clock. */
export function transition(
  head: RolloutHead,
  state: RolloutState,
  event: RolloutEvent,
  now: number,
): Transition {
  const next = nextOf(head, state, event);
  if (!next) return { state, effect: effectOf(head, state), changed: false };
  const moved =
    next.moved ?? (state.moved || next.phase.name === 'promoted' || shareOf(head, next.phase) > 0);
  const after: RolloutState = {
    phase: next.phase,
    reason: next.reason ?? state.reason,
    detail: next.detail ?? state.detail,
    release: next.release ?? state.release,
    moved,
    closed: state.closed + (next.closed ?? 0),
    since: now,
    trail: [...state.trail, { phase: phaseName(next.phase), at: now }],
  };
  return { state: after, effect: effectOf(head, after), changed: true };
}

export function effectOf(head: RolloutHead, { phase }: RolloutState): Effect {
  switch (phase.name) {
    case 'planned':
      return { do: 'claim' };
    case 'building':
      return { do: 'build' };
    case 'testing':
      return { do: 'test', stage: 'build' };
    case 'releasing':
      return { do: 'run-command', command: phase.command };
    case 'placing':
      return { do: 'place' };
    case 'verifying':
      return { do: 'verify' };
    case 'shifting':
      return phase.stage === 'moving'
        ? { do: 'shift', share: shareOf(head, phase) }
        : { do: 'hold', ms: head.steps[phase.step]?.holdMs ?? null };
    case 'replacing':
      return { do: 'replace' };
    case 'promoted':
      return { do: 'promote' };
    case 'testing-live':
      return { do: 'test', stage: 'live' };
    case 'settling':
      return settlingEffect(phase.stage);
    case 'aborting':
      return abortingEffect(phase.stage);
    case 'partial':
      return { do: 'await-edges', toward: phase.toward };
    case 'done':
    case 'aborted':
      return { do: 'finish' };
  }
}

/** How the phase is written in trails, events and messages: `shifting 25%`, `settling: warm`. */
export function phaseName(phase: Phase): string {
  switch (phase.name) {
    case 'shifting':
      return `shifting ${phase.step + 1}: ${phase.stage}`;
    case 'releasing':
      return `releasing ${phase.command + 1}`;
    case 'settling':
    case 'aborting':
      return `${phase.name}: ${phase.stage}`;
    case 'partial':
      return `partial (${phase.toward})`;
    default:
      return phase.name;
  }
}

type Settling = Extract<Phase, { name: 'settling' }>['stage'];
type Aborting = Extract<Phase, { name: 'aborting' }>['stage'];

function settlingEffect(stage: Settling): Effect {
  if (stage === 'retiring') return { do: 'retire' };
  if (stage === 'draining') return { do: 'drain', slots: 'old' };
  return stage === 'warm' ? { do: 'keep-warm' } : { do: 'empty', slots: 'old' };
}

function abortingEffect(stage: Aborting): Effect {
  if (stage === 'ending-command') return { do: 'end-command' };
  if (stage === 'reverting') return { do: 'revert' };
  if (stage === 'restoring') return { do: 'restore' };
  return stage === 'draining' ? { do: 'drain', slots: 'new' } : { do: 'empty', slots: 'new' };
}

/** Share of the new slot that a phase means, in basis points. */
function shareOf(head: RolloutHead, phase: Phase): number {
  return phase.name === 'shifting' ? (head.steps[phase.step]?.share ?? 0) : 0;
}

const reverting: Phase = { name: 'aborting', stage: 'reverting' };
const endingCommand: Phase = { name: 'aborting', stage: 'ending-command' };

function nextOf(head: RolloutHead, state: RolloutState, event: RolloutEvent): Next | undefined {
  switch (state.phase.name) {
    case 'planned':
    case 'building':
    case 'testing':
    case 'placing':
    case 'verifying':
    case 'shifting':
    case 'replacing':
    case 'promoted':
    case 'testing-live':
      return forward(head, state.phase, event) ?? backward(head, event);
    case 'releasing':
      return forward(head, state.phase, event) ?? withoutCommand(backward(head, event));
    case 'settling':
      return settle(head, state.phase.stage, event);
    case 'aborting':
      return abort(head, state, state.phase.stage, event);
    case 'partial':
      return resolvePartial(head, state, state.phase.toward, event);
    case 'done':
    case 'aborted':
      return undefined;
  }
}

/** The way back, open from every phase before settling. */
function backward(head: RolloutHead, event: RolloutEvent): Next | undefined {
  switch (event.type) {
    case 'failed': {
      const untouched = event.beforeSwap === true && !head.steps.some((step) => step.share > 0);
      const back: Next = { phase: reverting, reason: event.reason, detail: event.detail };
      return untouched ? { ...back, moved: false } : back;
    }
    case 'abort':
      return { phase: reverting, reason: event.reason, detail: event.detail };
    case 'unacknowledged':
      return { phase: reverting, reason: 'edges-unacknowledged', detail: event.detail };
    default:
      return undefined;
  }
}

/** Nothing goes back under a command that runs: it would go on with what it changes. */
function withoutCommand(back: Next | undefined): Next | undefined {
  return back && { ...back, phase: endingCommand };
}

function forward(head: RolloutHead, phase: Phase, event: RolloutEvent): Next | undefined {
  switch (phase.name) {
    case 'planned':
      return event.type === 'claimed' ? { phase: { name: 'building' } } : undefined;
    case 'building':
      if (event.type !== 'built') return undefined;
      return { phase: head.warm ? swap(head) : { name: 'testing' }, release: event.release };
    case 'testing':
      return event.type === 'tested' ? { phase: commandOrPlace(head, 0) } : undefined;
    case 'releasing':
      return event.type === 'command-done' ? { phase: commandOrPlace(head, phase.command + 1) } : undefined;
    case 'placing':
      return event.type === 'placed' ? { phase: { name: 'verifying' } } : undefined;
    case 'verifying':
      return event.type === 'verified' ? { phase: stepOrPromote(head, 0) } : undefined;
    case 'shifting':
      return shift(head, phase.step, phase.stage, event);
    case 'replacing':
      return event.type === 'replaced' ? { phase: { name: 'promoted' } } : undefined;
    case 'promoted':
      if (event.type === 'unacknowledged')
        return {
          phase: { name: 'partial', toward: 'promoted' },
          reason: 'edges-unacknowledged',
          detail: event.detail,
        };
      if (event.type !== 'proven') return undefined;
      return head.liveSuites ? { phase: { name: 'testing-live' } } : live(head);
    case 'testing-live':
      return event.type === 'tested' ? live(head) : undefined;
    default:
      return undefined;
  }
}

/** Nobody asked for the end of the command: its driver is gone. */
export function waitsForCommand({ reason }: Pick<RolloutState, 'reason'>): boolean {
  return reason === 'interrupted' || reason === 'lease-expired';
}

function commandOrPlace({ commands = [] }: RolloutHead, command: number): Phase {
  return command < commands.length ? { name: 'releasing', command } : { name: 'placing' };
}

function stepOrPromote(head: RolloutHead, step: number): Phase {
  return step < head.steps.length ? { name: 'shifting', step, stage: 'moving' } : swap(head);
}

/** Workers take work as soon as they run, so theirs are exchanged last: just before everything is swapped. */
function swap(head: RolloutHead): Phase {
  return { name: hasWorkers(head) ? 'replacing' : 'promoted' };
}

function hasWorkers(head: RolloutHead): boolean {
  return head.moves.some((move) => move.worker !== undefined);
}

function shift(
  head: RolloutHead,
  step: number,
  stage: 'moving' | 'holding',
  event: RolloutEvent,
): Next | undefined {
  if (event.type === 'promote') return { phase: swap(head) };
  if (stage === 'moving')
    return event.type === 'shifted' ? { phase: { name: 'shifting', step, stage: 'holding' } } : undefined;
  return event.type === 'held' ? { phase: stepOrPromote(head, step + 1) } : undefined;
}

/** Two copies of a worker would take jobs twice: the old one goes first. */
function live(head: RolloutHead, detail = ''): Next {
  const old = head.moves.filter((move) => move.from !== null);
  const phase: Phase = old.some((move) => move.worker !== undefined)
    ? { name: 'settling', stage: 'retiring' }
    : afterWorkers(head);
  return { phase, reason: 'completed', detail };
}

/** A first deploy has no old slot: nothing drains, nothing stays warm. */
function afterWorkers({ moves }: RolloutHead): Phase {
  return moves.some((move) => move.from !== null && move.worker === undefined)
    ? { name: 'settling', stage: 'draining' }
    : { name: 'done' };
}

/** Failures while settling change nothing: control tries again. */
function settle(head: RolloutHead, stage: Settling, event: RolloutEvent): Next | undefined {
  // Old workers go in any case: should the newer rollout be aborted, nobody else would end them.
  if (event.type === 'superseded' && (stage === 'draining' || stage === 'warm'))
    return { phase: { name: 'done' }, reason: 'superseded' };
  switch (stage) {
    case 'retiring':
      return event.type === 'retired' ? { phase: afterWorkers(head) } : undefined;
    case 'draining':
      return event.type === 'drained'
        ? { phase: { name: 'settling', stage: 'warm' }, closed: event.closed }
        : undefined;
    case 'warm':
      return event.type === 'warm-over' ? { phase: { name: 'settling', stage: 'emptying' } } : undefined;
    case 'emptying':
      return event.type === 'emptied' ? { phase: { name: 'done' } } : undefined;
  }
}

function abort(
  head: RolloutHead,
  state: RolloutState,
  stage: Aborting,
  event: RolloutEvent,
): Next | undefined {
  const next: Phase = { name: 'aborting', stage: state.moved ? 'draining' : 'emptying' };
  switch (stage) {
    case 'ending-command':
      if (event.type === 'abort' && event.reason === 'aborted-by-user' && waitsForCommand(state))
        return { phase: endingCommand, reason: event.reason, detail: event.detail };
      if (event.type !== 'command-ended') return undefined;
      return event.detail === undefined
        ? { phase: reverting }
        : { phase: reverting, detail: `${state.detail}; ${event.detail}` };
    case 'reverting':
      if (event.type === 'reverted')
        return { phase: hasWorkers(head) ? { name: 'aborting', stage: 'restoring' } : next };
      if (event.type !== 'unacknowledged') return undefined;
      return { phase: { name: 'partial', toward: 'aborting' }, detail: event.detail };
    case 'restoring':
      if (event.type !== 'restored') return undefined;
      return event.detail === undefined ? { phase: next } : { phase: next, detail: event.detail };
    case 'draining':
      return event.type === 'drained'
        ? { phase: { name: 'aborting', stage: 'emptying' }, closed: event.closed }
        : undefined;
    case 'emptying':
      return event.type === 'emptied' ? { phase: { name: 'aborted' } } : undefined;
  }
}

const untested = 'its suites of stage "live" have not run: not every edge had given its word';

function resolvePartial(
  head: RolloutHead,
  state: RolloutState,
  toward: 'promoted' | 'aborting',
  event: RolloutEvent,
): Next | undefined {
  if (toward === 'aborting')
    return event.type === 'reverted' ? abort(head, state, 'reverting', event) : undefined;
  // Whoever could run its suites has gone home, and users have had it ever since: it stays, with a mark.
  if (event.type === 'proven') return live(head, head.liveSuites ? untested : '');
  return event.type === 'abort'
    ? { phase: reverting, reason: event.reason, detail: event.detail }
    : undefined;
}
