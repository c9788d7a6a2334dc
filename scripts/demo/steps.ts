/** What the demo does, in order. */
import type { Outcome } from '../../agent/protocol/methods.ts';
import { environment } from './place.ts';

export interface Step {
  readonly kind: 'deploy' | 'rollback' | 'bad release' | 'killed agent' | 'flag';
  /** What happens and why, for a reader who knows nothing yet. */
  readonly story: string;
  /** For the table. */
  readonly title: string;
  /** Behind `tidegate`. */
  readonly args: readonly string[];
  /** The version of every answer once the step is over. */
  readonly live: string;
  readonly expected: Outcome | 'killed';
  /** Kill the agent with SIGKILL when it reports this phase. */
  readonly killAt?: string;
  /** What visitors must see of the flag afterwards. */
  readonly flag?: 'on' | 'off';
}

const deploy = (tag: string): Pick<Step, 'args' | 'title'> => ({
  title: `deploy ${tag}`,
  args: ['deploy', environment, tag],
});

const good = (tag: string, story: string): Step => ({
  ...deploy(tag),
  kind: 'deploy',
  story,
  live: tag.slice(1),
  expected: 'done',
});

/** Stopped before it gets a request; `live`: who goes on answering. */
const bad = (tag: string, live: string, story: string): Step => ({
  ...deploy(tag),
  kind: 'bad release',
  story,
  live,
  expected: 'failed',
});

const back = (tag: string | null, live: string, story: string): Step => ({
  kind: 'rollback',
  title: tag === null ? 'roll back' : `roll back to ${tag}`,
  args: ['rollback', environment, ...(tag === null ? [] : [tag])],
  story,
  live,
  expected: 'done',
});

const switched = (state: 'on' | 'off', live: string, story: string): Step => ({
  kind: 'flag',
  title: `switch free-delivery ${state}`,
  args: ['flags', state, environment, 'free-delivery'],
  story,
  live,
  expected: 'done',
  flag: state,
});

/** Before anybody visits the shop: there is nothing yet that could answer. */
export const opening = good('v1.0.0', 'The shop opens with its first version.');

export const steps: readonly Step[] = [
  good('v1.1.0', 'A new version: it is built and started beside the old one; then the traffic moves.'),
  switched(
    'on',
    '1.1.0',
    'Free delivery for everybody, by a feature flag: nothing is deployed, no task restarts.',
  ),
  switched('off', '1.1.0', 'And off again.'),
  back(null, '1.0.0', 'Back again. The old version is still warm: one compare-and-swap.'),
  good('v1.1.0', 'The new version once more; its image is there already.'),
  bad('v1.3.0', '1.1.0', 'A version that never becomes healthy: it is stopped, nobody sees it.'),
  bad('v1.4.0', '1.1.0', 'A version that does not build.'),
  bad('v1.5.0', '1.1.0', 'A version whose own tests fail: it is stopped before anything is started.'),
  back('v1.0.0', '1.0.0', 'Back to an older release, by its tag.'),
  {
    ...deploy('v1.1.0'),
    kind: 'killed agent',
    title: 'deploy v1.1.0, killed half way',
    story: 'The machine that deploys dies in the middle of it (SIGKILL).',
    live: '1.0.0',
    expected: 'killed',
    killAt: 'placing',
  },
  good('v1.1.0', 'Somebody deploys again: what was left half done is cleared away first.'),
];
