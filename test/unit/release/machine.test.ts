import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import {
  effectOf,
  firstState,
  phaseName,
  transition,
  type RolloutEvent,
} from '../../../agent/release/machine.ts';
import { isEnded, rolloutState, type RolloutHead } from '../../../agent/swarm/ledger/rollout.ts';
import { aState, events, headNamed, headNames, phases, tableText } from './machine-table.ts';

const golden = new URL('machine.golden.txt', import.meta.url);
const anEvent = fc.constantFrom(...events);
const aHead = fc.constantFrom(...headNames).map(headNamed);

describe('the state machine of a rollout', () => {
  it('leads where the table says, for every state and every event', async () => {
    assert.equal(tableText(), await readFile(golden, 'utf8'));
  });

  for (const phase of phases)
    it(`defines every event in ${phaseName(phase)}`, () => {
      for (const head of headNames.map(headNamed))
        for (const moved of [false, true])
          for (const event of events) {
            const state = aState(phase, moved);
            const next = transition(head, state, event, 5);
            assert.deepEqual(rolloutState.parse(next.state), next.state);
            assert.equal(next.changed, next.state !== state);
            assert.deepEqual(next.effect, effectOf(head, next.state));
          }
    });

  it('grows its trail with every change and with nothing else', () => {
    walk((_head, state, _event, next) => {
      if (!next.changed) {
        assert.equal(next.state, state);
        return;
      }
      assert.deepEqual(next.state.trail.slice(0, -1), state.trail);
      assert.deepEqual(next.state.trail.at(-1), { phase: phaseName(next.state.phase), at: next.state.since });
    });
  });

  it('has a reason whenever it goes back or has ended', () => {
    walk((_head, _state, _event, { state }) => {
      if (['settling', 'done', 'aborting', 'aborted', 'partial'].includes(state.phase.name))
        assert.notEqual(state.reason, null, phaseName(state.phase));
    });
  });

  it('leaves an end to no event', () => {
    walk((_head, state, _event, next) => {
      if (isEnded(state)) assert.equal(next.changed, false);
    });
  });

  it('remembers for ever that traffic was moved', () => {
    walk((_head, state, _event, next) => {
      if (state.moved) assert.equal(next.state.moved, true);
      if (next.state.phase.name === 'promoted') assert.equal(next.state.moved, true);
    });
  });

  it('never forgets the release it made', () => {
    walk((_head, state, event, next) => {
      if (state.release !== null && event.type !== 'built') assert.equal(next.state.release, state.release);
    });
  });

  it('drains a slot that had traffic before it takes it away', () => {
    walk((head, state, _event, next) => {
      const takesAway = next.effect.do === 'empty' && next.changed;
      if (!takesAway) return;
      const before = effectOf(head, state).do;
      assert.ok(before === 'drain' || before === 'keep-warm' || !state.moved, `${before} > empty`);
    });
  });

  it('comes to an end out of every state when edges answer', () => {
    for (const head of headNames.map(headNamed))
      for (const phase of phases) {
        let state = aState(phase, true);
        const help: readonly RolloutEvent[] = events.filter(
          ({ type }) => !['failed', 'abort', 'unacknowledged', 'superseded'].includes(type),
        );
        for (let round = 0; round < 30 && !isEnded(state); round += 1)
          for (const event of help) {
            const next = transition(head, state, event, 1);
            if (next.changed) state = next.state;
          }
        assert.ok(isEnded(state), `${phaseName(phase)} got stuck in ${phaseName(state.phase)}`);
      }
  });

  it('with suites to run once it is live is not done before they passed, unless edges were missing', () => {
    walk((head, state, event, next) => {
      if (!head.liveSuites || !next.changed || next.state.phase.name !== 'settling') return;
      if (state.phase.name === 'settling') return;
      if (state.phase.name === 'partial') assert.match(next.state.detail, /have not run/);
      else assert.deepEqual([state.phase.name, event.type], ['testing-live', 'tested']);
    });
  });

  it('names steps and stages', () => {
    assert.equal(phaseName({ name: 'shifting', step: 0, stage: 'holding' }), 'shifting 1: holding');
    assert.equal(phaseName({ name: 'settling', stage: 'warm' }), 'settling: warm');
    assert.equal(phaseName({ name: 'partial', toward: 'aborting' }), 'partial (aborting)');
    assert.equal(phaseName({ name: 'placing' }), 'placing');
    assert.equal(new Set(phases.map(phaseName)).size, phases.length);
  });
});

type Look = (
  head: RolloutHead,
  state: ReturnType<typeof firstState>,
  event: RolloutEvent,
  next: ReturnType<typeof transition>,
) => void;

/** Looks at every transition of random walks from the first state. */
function walk(look: Look): void {
  fc.assert(
    fc.property(aHead, fc.array(anEvent, { minLength: 100, maxLength: 300 }), (head, path) => {
      let state = firstState(0);
      path.forEach((event, index) => {
        const next = transition(head, state, event, index + 1);
        look(head, state, event, next);
        state = next.state;
      });
    }),
    { numRuns: 100 },
  );
}
