import type { Call, Params, Results } from '../../protocol/methods.ts';
import type { WatchUpdate } from '../../protocol/watch.ts';
import type { Agent } from '../agent.ts';
import { openPlace } from '../place.ts';
import { feedKey, observe } from '../watch/observe.ts';

/**
 * The environment as it is, and then every change, until it is cancelled. Everybody who watches the same environment
 * gets the same changes with the same numbers.
 */
export async function watch(agent: Agent, params: Params<'watch'>, call: Call): Promise<Results['watch']> {
  const place = await openPlace(agent, params.folder, params.environment);
  const { feed, leave } = await agent.feeds.watch(feedKey(place), observe(agent, place));
  let sequence = feed.sequence;
  let waiting: WatchUpdate[] = [];
  const flush = (): void => {
    if (waiting.length === 0) return;
    sequence = waiting.at(-1)?.sequence ?? sequence;
    call.onEvent({ kind: 'watch', feed: feed.id, updates: waiting });
    waiting = [];
  };
  // Nothing can happen between these two: no change is missed, none is told twice.
  waiting.push(...feed.opening(params.since));
  const stop = feed.listen((change) => {
    waiting.push(change);
    // What comes within one turn goes out as one message.
    if (waiting.length === 1) setImmediate(flush);
  });
  flush();
  await new Promise<void>((resolve) => {
    if (call.signal.aborted) resolve();
    call.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  stop();
  leave();
  flush();
  return { feed: feed.id, sequence };
}
