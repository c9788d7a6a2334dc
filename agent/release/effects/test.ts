import { failure } from '../../common/errors.ts';
import type { Rollout, Suites } from '../engine.ts';
import { releaseLock } from '../lock.ts';
import type { RolloutEvent } from '../machine.ts';

/**
 * The suites of stage `build`, before anything is placed. A release that is brought back has passed its own. They may
 * take minutes in which nothing of the environment is changed, so the lock is given back for that time.
 */
export async function test(
  rollout: Rollout,
  suites: Suites | undefined,
  signal: AbortSignal,
): Promise<RolloutEvent> {
  const { head } = rollout;
  if (head.restores !== null) return { type: 'tested' };
  if (!suites)
    throw failure('internal', {
      message: `The suites of the rollout ${head.id} have to run, which only an agent can.`,
    });
  if (!suites.has('build', head)) return { type: 'tested' };
  await releaseLock(rollout);
  const verdict = await suites.run('build', head, signal);
  if (verdict.passed) return { type: 'tested' };
  return { type: 'failed', reason: 'suite-failed', detail: verdict.detail };
}
