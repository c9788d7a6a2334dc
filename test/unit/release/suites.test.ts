import assert from 'node:assert/strict';
import { hasCode } from '../../../agent/common/errors.ts';
import type { Rollout, Suites } from '../../../agent/release/engine.ts';
import { test } from '../../../agent/release/effects/test.ts';
import { writeRoutes } from '../../../agent/release/lock.ts';
import { firstState } from '../../../agent/release/machine.ts';
import type { RolloutHead } from '../../../agent/swarm/ledger/rollout.ts';
import { openBench } from './engine.ts';

const head: RolloutHead = {
  format: 1,
  id: 'r1',
  stack: 'shop-dev',
  kind: 'deploy',
  by: 'me',
  at: '2026-01-01T00:00:00.000Z',
  ref: 'v1',
  commit: 'c'.repeat(40),
  tag: 'v1',
  restores: null,
  warm: false,
  moves: [{ service: 'web', from: null, to: 'blue', fromRelease: null }],
  steps: [],
  drainMs: 1,
  keepWarmMs: 1,
  deadlineMs: 1,
  unattended: 'revert',
};
const signal = new AbortController().signal;

async function rolloutOf(some: Partial<RolloutHead> = {}): Promise<Rollout> {
  const { engine, clock } = await openBench();
  const rollout = {
    engine: engine('me'),
    head: { ...head, ...some },
    state: firstState(clock.now()),
    epoch: undefined,
  };
  await writeRoutes(rollout, (same) => same);
  return rollout;
}

const lockOf = async ({ engine }: Rollout): Promise<string | undefined> =>
  (await engine.ledger.routes.read()).value.lock.holder;

const never: Suites = {
  has: () => true,
  run: () => assert.fail('no suite is to run'),
};

describe('the suites of a release', () => {
  it('that fail end the rollout with their words', async () => {
    const suites: Suites = {
      has: () => true,
      run: () => Promise.resolve({ passed: false, detail: 'a is red' }),
    };
    assert.deepEqual(await test(await rolloutOf(), { stage: 'build', suites }, signal), {
      type: 'failed',
      reason: 'suite-failed',
      detail: 'a is red',
    });
  });

  it('run without the lock of the environment, which others may need meanwhile', async () => {
    const rollout = await rolloutOf();
    assert.notEqual(await lockOf(rollout), undefined);
    let during: string | undefined = 'not asked';
    const suites: Suites = {
      has: (stage) => stage === 'build',
      run: async () => {
        during = await lockOf(rollout);
        return { passed: true };
      },
    };
    assert.deepEqual(await test(rollout, { stage: 'build', suites }, signal), { type: 'tested' });
    assert.equal(during, undefined);
  });

  it('are none: nothing is given back, nothing runs', async () => {
    const rollout = await rolloutOf();
    assert.deepEqual(
      await test(rollout, { stage: 'build', suites: { ...never, has: () => false } }, signal),
      { type: 'tested' },
    );
    assert.notEqual(await lockOf(rollout), undefined);
  });

  it('are not run again for a release that is brought back', async () => {
    assert.deepEqual(await test(await rolloutOf({ restores: 3 }), { stage: 'live', suites: never }, signal), {
      type: 'tested',
    });
  });

  it('are never taken for passed by a driver that has none', async () => {
    await assert.rejects(test(await rolloutOf(), { stage: 'live', suites: undefined }, signal), (error) =>
      hasCode(error, 'internal'),
    );
  });
});
