/** The suites of a commit, for the driver of its rollout. */
import { failure } from '../../common/errors.ts';
import type { Suite } from '../../config/model.ts';
import type { Call } from '../../protocol/methods.ts';
import type { Suites, SuiteStage } from '../../release/engine.ts';
import { cannotBeRestored } from '../../release/failures.ts';
import { removeLeftRuns } from '../../release/left-runs.ts';
import { failureDetail } from '../../suites/wording.ts';
import type { ReleaseRecord } from '../../swarm/ledger/release.ts';
import type { RolloutHead } from '../../swarm/ledger/rollout.ts';
import type { Place } from '../place.ts';
import type { Source } from '../source.ts';
import { runOne } from './run-one.ts';
import { tell } from './tell.ts';

interface SuitesOptions {
  readonly source: Source;
  readonly call: Call;
}

/** Those of services that move: what has not changed was tested when it came. */
export function suitesOf(place: Place, { source, call }: SuitesOptions): Suites {
  const chosen = (stage: SuiteStage, head: RolloutHead): readonly Suite[] =>
    source.project.suites.filter(
      (suite) => suite.stage === stage && head.moves.some((move) => move.service === suite.service),
    );
  return {
    has: (stage, head) => chosen(stage, head).length > 0,
    run: async (stage, { head, release }, signal) => {
      await clearAway(place);
      const record = stage === 'build' ? undefined : await recordOf(place, release);
      for (const suite of chosen(stage, head)) {
        const owner = { rollout: head.id };
        const outcome = await runOne(place, { source, call, suite, record, owner, signal });
        tell(call, outcome);
        if (!outcome.passed) return { passed: false, detail: failureDetail(outcome) };
      }
      return { passed: true };
    },
  };
}

/** What dead agents left of suites, on this engine and in the Swarm. */
export async function clearAway({ connection, engine }: Pick<Place, 'connection' | 'engine'>): Promise<void> {
  await removeLeftRuns(engine, connection.containers);
}

async function recordOf({ engine }: Place, release: number | null): Promise<ReleaseRecord> {
  if (release === null)
    throw failure('internal', { message: 'A suite is to ask a release that has not been made.' });
  const record = await engine.ledger.releases.get(release);
  if (!record) throw cannotBeRestored(release, 'its record is not in the ledger any more');
  return record;
}
