import { failure } from '../../common/errors.ts';
import type { Rollout, Suites, SuiteStage } from '../engine.ts';
import { releaseLock } from '../lock.ts';
import type { RolloutEvent } from '../machine.ts';

/**
 * The suites of a stage. A release that is brought back has passed its own. They may take minutes in which nothing of
 * the environment is changed, so the lock is given back for that time.
 */
export async function test(
  rollout: Rollout,
  { stage, suites }: { readonly stage: SuiteStage; readonly suites: Suites | undefined },
  signal: AbortSignal,
): Promise<Extract<RolloutEvent, { type: 'tested' | 'failed' }>> {
  const { head, state } = rollout;
  if (head.restores !== null) return { type: 'tested' };
  if (!suites)
    throw failure('internal', {
      message: `The suites of the rollout ${head.id} have to run, which only an agent can.`,
    });
  if (!suites.has(stage, head)) return { type: 'tested' };
  await releaseLock(rollout);
  const verdict = await suites.run(stage, { head, release: state.release }, signal);
  if (verdict.passed) return { type: 'tested' };
  return { type: 'failed', reason: 'suite-failed', detail: verdict.detail };
}
