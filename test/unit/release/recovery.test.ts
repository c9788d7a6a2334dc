import assert from 'node:assert/strict';
import {
  lookAtLedger,
  recover,
  type LedgerSeen,
  type RecoveryOptions,
} from '../../../agent/release/recovery.ts';
import type { ReleaseEngine } from '../../../agent/release/engine.ts';
import type { Phase } from '../../../agent/swarm/ledger/rollout.ts';
import { aHead, aPhase, driver } from '../ledger/samples.ts';
import { openBench, type Bench } from './engine.ts';

describe('before an agent changes an environment', () => {
  let bench: Bench;
  let engine: ReleaseEngine;
  let notes: string[];

  beforeEach(async () => {
    bench = await openBench();
    engine = bench.engine('bob');
    notes = [];
  });

  async function journal(id: string, phase: Phase, by?: string): Promise<void> {
    const write = { state: aPhase(phase), driver: by === undefined ? undefined : driver(by) };
    await engine.ledger.journals.create(aHead({ id }), write);
  }

  function recovered(seen?: LedgerSeen): Promise<boolean> {
    const options: RecoveryOptions = {
      driverState: (name) => (name === 'ann' ? 'dead' : 'unknown'),
      signal: new AbortController().signal,
      onNote: (text) => notes.push(text),
    };
    return bench.clock.until(recover(engine, options, seen));
  }

  it('there is nothing to do where rollouts have ended or settle', async () => {
    await journal('r1', { name: 'done' });
    await journal('r2', { name: 'settling', stage: 'warm' });
    assert.equal(await recovered(), false);
    assert.deepEqual(notes, []);
  });

  it('claims of a rollout that has ended are given back, and that is something', async () => {
    await journal('r1', { name: 'done' });
    await engine.ledger.routes.change((routes) => ({ ...routes, claims: { web: 'r1' } }));
    assert.equal(await recovered(), true);
    assert.deepEqual((await engine.ledger.routes.read()).value.claims, {});
  });

  it('a claim is left alone whose rollout began after the journals were read', async () => {
    const { journals } = lookAtLedger(engine.ledger);
    await journals;
    await journal('r1', { name: 'building' }, 'cleo');
    await engine.ledger.routes.change((routes) => ({ ...routes, claims: { web: 'r1' } }));
    assert.equal(await recovered({ routes: engine.ledger.routes.read(), journals }), false);
    assert.deepEqual((await engine.ledger.routes.read()).value.claims, { web: 'r1' });
  });

  it('an interrupted rollout that somebody else took over since it was read is theirs', async () => {
    await journal('r1', { name: 'building' }, 'ann');
    const seen = lookAtLedger(engine.ledger);
    const [entry] = await seen.journals;
    assert.ok(entry, 'the journal');
    await bench.engine('cleo').ledger.journals.takeOver(entry, {
      state: aPhase({ name: 'aborted' }, { reason: 'interrupted' }),
      driver: undefined,
    });
    assert.equal(await recovered(seen), true);
    assert.match(notes.at(-1) ?? '', /^somebody else goes on with the rollout r1/);
    const now = (await engine.ledger.journals.get('r1'))?.value;
    assert.deepEqual([now?.state.phase.name, now?.driver], ['aborted', undefined]);
  });
});
