import { failure } from '../../common/errors.ts';
import type { MakeRelease, Rollout } from '../engine.ts';
import type { RolloutEvent } from '../machine.ts';

/** Makes the release's record: images built from git, or the content of an earlier release. */
export async function build(
  rollout: Rollout,
  makeRelease: MakeRelease | undefined,
  signal: AbortSignal,
): Promise<RolloutEvent> {
  if (!makeRelease)
    throw failure('internal', {
      message: `The rollout ${rollout.head.id} has to be built, which only an agent can.`,
    });
  const record = await makeRelease(rollout.head, signal);
  const { number } = await rollout.engine.ledger.releases.add(record, rollout.head.id);
  return { type: 'built', release: number };
}
