/** One suite: its image, its container, its output. */
import { masker } from '../../build/mask.ts';
import type { Suite } from '../../config/model.ts';
import type { Call } from '../../protocol/methods.ts';
import { masked } from '../../suites/masked.ts';
import { runSuite, type SuiteOutcome } from '../../suites/run-suite.ts';
import type { ReleaseRecord } from '../../swarm/ledger/release.ts';
import { buildImage } from '../images.ts';
import type { Place } from '../place.ts';
import type { Source } from '../source.ts';
import { suiteLabels, whereToRun } from './where.ts';

export interface OneSuite {
  readonly source: Source;
  readonly call: Call;
  readonly suite: Suite;
  /** The release it asks; `undefined` for stage `build`. */
  readonly record: ReleaseRecord | undefined;
  readonly owner: Parameters<typeof suiteLabels>[2];
  readonly signal: AbortSignal;
}

export async function runOne(place: Place, one: OneSuite): Promise<SuiteOutcome> {
  const { source, call, suite, record, owner, signal } = one;
  const { environment, engine } = place;
  const registry = suite.hasOwnTarget ? undefined : environment.registry;
  const image = await buildImage(place, {
    source,
    service: suite.service,
    image: suite.source,
    what: suite.name,
    registry,
    call,
    signal,
  });
  // The released image itself may be in the registry alone: another machine built it.
  if (registry !== undefined && !(await engine.swarm.images.get(image.ref)))
    await engine.swarm.images.pull(image.ref, signal);
  try {
    const { runner, env, secrets } = await whereToRun(place, suite, record);
    const args = suite.source.kind === 'build' ? suite.source.args : {};
    const mask = masker({ ...args, ...secrets });
    const outcome = await runSuite(
      { runner, clock: engine.clock, log: engine.log },
      {
        suite,
        image: image.ref,
        env,
        labels: suiteLabels(suite, environment.stack, owner),
        signal,
        onLine: (text, stream) =>
          call.onEvent({ kind: 'line', source: `suite ${suite.name}`, stream, text: mask(text) }),
        onRetry: ({ why }, next) =>
          call.onEvent({
            kind: 'note',
            level: 'warning',
            text: `suite ${suite.name}: it ${mask(why)}; try ${next} of ${suite.retries + 1}`,
          }),
      },
    );
    return masked(outcome, mask);
  } finally {
    if (suite.hasOwnTarget && image.built) await dropImage(place, image.ref);
  }
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
