import { failure } from '../../common/errors.ts';
import type { ReleasedService, ReleaseRecord } from '../../swarm/ledger/release.ts';
import type { Rollout } from '../engine.ts';
import { cannotBeRestored } from '../failures.ts';

/** The record of the release this rollout brings in. */
export async function targetRelease({ engine, state, head }: Rollout): Promise<ReleaseRecord> {
  const number = state.release;
  const record = number === null ? undefined : await engine.ledger.releases.get(number);
  if (record) return record;
  if (number !== null) throw cannotBeRestored(number, 'its record is not in the ledger any more');
  throw failure('internal', { message: `The rollout ${head.id} places a release that has not been made.` });
}

export function contentOf(release: ReleaseRecord, service: string): ReleasedService {
  const content = release.services[service];
  if (!content) throw cannotBeRestored(release.number, `it has no service ${service}`);
  return content;
}
