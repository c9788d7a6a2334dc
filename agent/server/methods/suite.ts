import { suggestion } from '../../common/did-you-mean.ts';
import type { Suite } from '../../config/model.ts';
import type { Call, Params, SuiteResult } from '../../protocol/methods.ts';
import { activeSlot, readCurrent } from '../../release/current.ts';
import { failureDetail, resultLine } from '../../suites/wording.ts';
import type { ReleaseRecord } from '../../swarm/ledger/release.ts';
import type { Agent } from '../agent.ts';
import { nothingLiveToTest, unknownSuite } from '../failures.ts';
import { openPlace, type Place } from '../place.ts';
import { nameOf } from '../rollouts.ts';
import { readSource, type Source } from '../source.ts';
import { runOne } from '../suites/run-one.ts';
import { clearAway } from '../suites/suites.ts';
import { tell, testsOf } from '../suites/tell.ts';

/**
 * Runs one suite, outside of any rollout: one of stage `build` out of the commit that is asked for, the others against
 * what is live now, as its own commit has them unless another is asked for.
 */
export async function suite(agent: Agent, params: Params<'suite'>, call: Call): Promise<SuiteResult> {
  const place = await openPlace(agent, params.folder, params.environment);
  await clearAway(place);
  const asked = await readSource(agent, place, params.ref ?? 'HEAD', call);
  const named = suiteNamed(asked, params.suite);
  const record = named.stage === 'build' ? undefined : await liveRecord(place, named);
  const source = record && params.ref === null ? await readSource(agent, place, record.commit, call) : asked;
  const chosen = suiteNamed(source, params.suite);
  const owner = { until: place.engine.clock.now() + longestMs(chosen) };
  const outcome = await runOne(place, { source, call, suite: chosen, record, owner, signal: call.signal });
  tell(call, outcome);
  return {
    outcome: outcome.passed ? 'done' : 'failed',
    suite: chosen.name,
    stage: chosen.stage,
    commit: source.commit.oid,
    release: record ? nameOf(record) : null,
    message: outcome.passed ? resultLine(outcome) : failureDetail(outcome),
    tests: testsOf(outcome),
    tookMs: outcome.tookMs,
  };
}

function suiteNamed({ project, commit }: Source, name: string): Suite {
  const found = project.suites.find((candidate) => candidate.name === name);
  if (found) return found;
  const known = project.suites.map((candidate) => candidate.name);
  throw unknownSuite(name, commit.ref, known.length === 0 ? '' : suggestion(name, known));
}

/** The release that users of its service have. */
async function liveRecord({ engine, environment }: Place, { name, service }: Suite): Promise<ReleaseRecord> {
  const current = await readCurrent(engine.ledger);
  const slot = activeSlot(current, service);
  const record = slot && current.releases.get(slot.release);
  if (!record) throw nothingLiveToTest(name, service, environment.name);
  return record;
}

const slackMs = 120_000;

/** With every retry; starting included. */
function longestMs({ timeoutMs, retries }: Suite): number {
  return (timeoutMs + slackMs) * (retries + 1);
}
