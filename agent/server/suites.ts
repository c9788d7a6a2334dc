/** The suites of a commit, for the driver of its rollout: images, containers, and what is told about them. */
import { masker } from '../build/mask.ts';
import type { Suite } from '../config/model.ts';
import type { Call, SuiteTest } from '../protocol/methods.ts';
import type { Suites, SuiteStage } from '../release/engine.ts';
import { isEnded, type RolloutHead } from '../swarm/ledger/rollout.ts';
import { removeLeftSuites, suiteLabels } from '../suites/leftovers.ts';
import { masked } from '../suites/masked.ts';
import type { TestResult } from '../suites/results.ts';
import { runSuite, type SuiteOutcome } from '../suites/run-suite.ts';
import { failureDetail, resultLine } from '../suites/wording.ts';
import type { Place } from './place.ts';
import type { Source } from './source.ts';

interface SuitesOptions {
  readonly source: Source;
  readonly call: Call;
}

/** Those of services that move: what has not changed was tested when it came. */
export function suitesOf(place: Place, options: SuitesOptions): Suites {
  const chosen = (stage: SuiteStage, head: RolloutHead): readonly Suite[] =>
    options.source.project.suites.filter(
      (suite) => suite.stage === stage && head.moves.some((move) => move.service === suite.service),
    );
  return {
    has: (stage, head) => chosen(stage, head).length > 0,
    run: async (stage, head, signal) => {
      await clearAway(place);
      const built = new Set<string>();
      try {
        for (const suite of chosen(stage, head)) {
          const outcome = await runOne(place, { ...options, suite, head, signal, built });
          tell(options.call, outcome);
          if (!outcome.passed) return { passed: false, detail: failureDetail(outcome) };
        }
        return { passed: true };
      } finally {
        for (const ref of built) await dropImage(place, ref);
      }
    },
  };
}

/** Containers that a dead agent left: of rollouts that have ended, by themselves or when somebody recovered them. */
export async function clearAway({ connection, engine }: Pick<Place, 'connection' | 'engine'>): Promise<void> {
  await removeLeftSuites(connection.containers, engine.ledger.stack, async (rollout) => {
    const journal = await engine.ledger.journals.get(rollout);
    return journal !== undefined && !isEnded(journal.value.state);
  });
}

interface One extends SuitesOptions {
  readonly suite: Suite;
  readonly head: RolloutHead;
  readonly signal: AbortSignal;
  /** Gets the images that were built for suites alone. */
  readonly built: Set<string>;
}

async function runOne(
  place: Place,
  { source, call, suite, head, signal, built }: One,
): Promise<SuiteOutcome> {
  const { connection, environment, engine, repository } = place;
  const image = await connection.builder.build({
    repository,
    commit: source.commit,
    stack: environment.stack,
    project: source.project.name,
    service: suite.service,
    source: suite.source,
    signal,
    onLine: (text) => call.onEvent({ kind: 'line', source: `build ${suite.name}`, stream: 'stdout', text }),
  });
  if (suite.hasOwnTarget && image.built) built.add(image.ref);
  const mask = masker(suite.source.kind === 'build' ? suite.source.args : {});
  const deps = { runner: connection.containers, clock: engine.clock, log: engine.log };
  const { stack } = environment;
  const outcome = await runSuite(deps, {
    suite,
    image: image.ref,
    env: ['CI=true', `TIDEGATE_SUITE=${suite.name}`],
    labels: suiteLabels({ stack, rollout: head.id, service: suite.service, suite: suite.name }),
    signal,
    onLine: (text, stream) =>
      call.onEvent({ kind: 'line', source: `suite ${suite.name}`, stream, text: mask(text) }),
    onRetry: ({ why }, next) =>
      call.onEvent({
        kind: 'note',
        level: 'warning',
        text: `suite ${suite.name}: it ${mask(why)}; try ${next} of ${suite.retries + 1}`,
      }),
  });
  return masked(outcome, mask);
}

/** No release names the image of a stage for tests, so nothing else would ever remove it; the builder's cache stays. */
async function dropImage({ engine }: Place, ref: string): Promise<void> {
  const { images } = engine.swarm;
  try {
    for (const tag of (await images.get(ref))?.tags ?? []) await images.untag(tag);
  } catch (error) {
    engine.log.warn({ image: ref, error: String(error) }, 'the image of a suite could not be removed');
  }
}

const toldTests = 100;

function tell(call: Call, outcome: SuiteOutcome): void {
  const { suite, passed, tests, flaky, tookMs } = outcome;
  const count = (status: TestResult['status']): number =>
    tests.filter((test) => test.status === status).length;
  const failed = tests.filter(({ status }) => status === 'failed');
  call.onEvent({
    kind: 'suite',
    suite: suite.name,
    stage: suite.stage,
    outcome: passed ? 'passed' : 'failed',
    text: resultLine(outcome),
    passed: count('passed'),
    failed: failed.length,
    skipped: count('skipped'),
    tests: [
      ...failed.map((test) => testOf(test, 'failed')),
      ...flaky.map((test) => testOf(test, 'flaky')),
    ].slice(0, toldTests),
    tookMs,
  });
}

function testOf({ name, file, line, message }: TestResult, status: SuiteTest['status']): SuiteTest {
  return { name, file: file ?? null, line: line ?? null, status, message };
}
