/** What a rollout reports to the client that asked for it, told to everybody who watches as well. */
import type { Call, Method, Params, ProgressEvent, Results } from '../../protocol/methods.ts';
import { isProgress } from '../../protocol/progress.ts';
import { changes } from '../../protocol/reading.ts';
import type { Agent } from '../agent.ts';
import { openPlace } from '../place.ts';
import type { Feed } from './feed.ts';
import { feedKey } from './observe.ts';

type Run<M extends Method> = (call: Call) => Promise<Results[M]>;

/** So many events of a request that has no rollout yet are kept for the watchers. */
const mostEarly = 500;

export async function told<M extends Method>(
  agent: Agent,
  method: M,
  params: Params<M>,
  call: Call,
  run: Run<M>,
): Promise<Results[M]> {
  if (!changes(method) || !('environment' in params) || params.environment === null) return run(call);
  const tee = new Tee(() => findFeed(agent, params.folder, params.environment ?? ''));
  const onEvent: Call['onEvent'] = (event) => {
    call.onEvent(event);
    if (isProgress(event)) tee.add(event);
  };
  const result = await run({ ...call, onEvent });
  if ('message' in result) tee.add({ kind: 'note', level: 'info', text: result.message });
  return result;
}

async function findFeed(agent: Agent, folder: string, environment: string): Promise<Feed> {
  return agent.feeds.feed(feedKey(await openPlace(agent, folder, environment)));
}

/** Events wait until it is known which rollout they belong to, and which feed that one's is. */
class Tee {
  readonly #find: () => Promise<Feed>;
  #early: ProgressEvent[] = [];
  #rollout: string | undefined;
  #feed: Feed | undefined;

  constructor(find: () => Promise<Feed>) {
    this.#find = find;
  }

  add(event: ProgressEvent): void {
    if (this.#feed !== undefined && this.#rollout !== undefined) {
      this.#feed.addEvent(this.#rollout, event);
      return;
    }
    if (this.#early.length < mostEarly) this.#early.push(event);
    if (event.kind !== 'phase' || this.#rollout !== undefined) return;
    this.#rollout = event.rollout;
    void this.#begin(event.rollout);
  }

  async #begin(rollout: string): Promise<void> {
    // The request itself goes on, whatever becomes of telling others.
    const feed = await this.#find().catch(() => undefined);
    if (feed === undefined) return;
    for (const event of this.#early) feed.addEvent(rollout, event);
    this.#early = [];
    this.#feed = feed;
  }
}
