import assert from 'node:assert/strict';
import type { RemoteAgent } from '../../../../agent/protocol/connection/remote.ts';
import type { AgentEvent } from '../../../../agent/protocol/methods.ts';
import type { WatchUpdate } from '../../../../agent/protocol/watch.ts';
import { eventually } from '../../../support/eventually.ts';
import { call } from '../socket/server.ts';
import { aRollout, inPhase, openAgentPlace, type AgentPlace } from '../../../support/agent-place.ts';

describe('watching an environment', () => {
  let place: AgentPlace;
  beforeEach(async () => (place = await openAgentPlace()));
  afterEach(() => place.close());

  interface Watching {
    readonly updates: WatchUpdate[];
    feed: string;
    /** Resolves with where it may go on. */
    stop(): Promise<{ feed: string; sequence: number }>;
  }

  function watching(client: RemoteAgent, since: { feed: string; sequence: number } | null = null): Watching {
    const stop = new AbortController();
    const updates: WatchUpdate[] = [];
    const onEvent = (event: AgentEvent): void => {
      if (event.kind !== 'watch') return;
      seen.feed = event.feed;
      updates.push(...event.updates);
    };
    const params = { folder: place.folder, environment: 'dev', since };
    const ended = client.request('watch', params, call({ signal: stop.signal, onEvent }));
    const seen: Watching = {
      updates,
      feed: '',
      stop: () => {
        stop.abort();
        return ended;
      },
    };
    return seen;
  }

  const phases = (updates: readonly WatchUpdate[]): string[] =>
    updates.flatMap((update) => (update.type === 'rollout' ? [update.progress.phase] : []));

  async function rollout(id: string): Promise<{ write(state: ReturnType<typeof inPhase>): Promise<void> }> {
    const { head, state } = aRollout(id);
    const driver = { name: 'ann@ci/1/aaaaaaaa', leaseSeconds: 15, counter: 1 };
    const { journals } = place.ledger;
    await journals.create(head, { state, driver });
    return { write: (next) => journals.write(id, driver.name, { state: next, driver }) };
  }

  it('shows two clients the same, though somebody else drives the rollout', async () => {
    const [first, second] = [watching(await place.client()), watching(await place.client())];
    await eventually(() => assert.ok(first.updates.length > 0 && second.updates.length > 0, 'no snapshot'));
    const journal = await rollout('r1');
    await eventually(() => assert.deepEqual(phases(first.updates), ['planned']));
    await journal.write(inPhase('building', ['planned']));
    await eventually(() => assert.deepEqual(phases(first.updates), ['planned', 'building']));
    await journal.write(inPhase('done', ['planned', 'building']));
    await eventually(() => assert.deepEqual(phases(first.updates), ['planned', 'building', 'done']));
    await eventually(() => assert.deepEqual(second.updates.slice(1), first.updates.slice(1)));
    assert.equal(first.feed, second.feed);
    const [snapshot] = first.updates;
    assert.ok(snapshot?.type === 'snapshot' && snapshot.status.state === 'ready', JSON.stringify(snapshot));
  });

  it('tells a client that comes late what happened so far', async () => {
    const journal = await rollout('r1');
    await journal.write(inPhase('building', ['planned']));
    const late = watching(await place.client());
    await eventually(() => assert.ok(late.updates.length > 0, 'no snapshot'));
    const [snapshot] = late.updates;
    assert.ok(snapshot?.type === 'snapshot', 'no snapshot');
    assert.deepEqual(
      snapshot.rollouts.map(({ id, progress }) => [id, progress?.trail.map(({ phase }) => phase)]),
      [['r1', ['planned', 'building']]],
    );
  });

  it('goes on for a client that lost its connection in the middle, without a gap', async () => {
    const stays = watching(await place.client());
    const client = await place.client();
    const leaves = watching(client);
    await eventually(() => assert.ok(leaves.updates.length > 0, 'no snapshot'));
    const journal = await rollout('r1');
    await eventually(() => assert.deepEqual(phases(leaves.updates), ['planned']));
    const lost = leaves.stop();
    const since = await lost;
    client.close();
    await journal.write(inPhase('building', ['planned']));
    await eventually(() => assert.deepEqual(phases(stays.updates), ['planned', 'building']));
    const again = watching(await place.client(), since);
    await eventually(() => assert.deepEqual(phases(again.updates), ['building']));
    const numbers = [...leaves.updates, ...again.updates].slice(1).map(({ sequence }) => sequence);
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => (numbers[0] ?? 0) + index),
    );
  });

  it('goes on at once for the others when the client through which it looked leaves', async () => {
    const first = watching(await place.client());
    await eventually(() => assert.ok(first.updates.length > 0, 'no snapshot'));
    const second = watching(await place.client());
    await eventually(() => assert.ok(second.updates.length > 0, 'no snapshot'));
    await first.stop();
    await rollout('r1');
    await eventually(() => assert.deepEqual(phases(second.updates), ['planned']), { withinMs: 3_000 });
  });

  it('says "again" to a client of an agent that is gone', async () => {
    const seen = watching(await place.client(), { feed: 'of another agent', sequence: 7 });
    await eventually(() => assert.ok(seen.updates.length > 0, 'nothing came'));
    const [snapshot] = seen.updates;
    assert.ok(snapshot?.type === 'snapshot' && snapshot.because === 'again', JSON.stringify(snapshot));
  });

  it('shows an environment that is not set up as what it is, and when it is', async () => {
    await place.client();
    const client = await place.client();
    const updates: WatchUpdate[] = [];
    const params = { folder: place.folder, environment: 'production', since: null };
    const stop = new AbortController();
    const onEvent = (event: AgentEvent): unknown => event.kind === 'watch' && updates.push(...event.updates);
    const ended = client.request('watch', params, call({ signal: stop.signal, onEvent }));
    await eventually(() => assert.ok(updates.length > 0, 'no snapshot'));
    const [snapshot] = updates;
    assert.ok(snapshot?.type === 'snapshot' && snapshot.status.state === 'not-set-up', 'it is set up');
    stop.abort();
    await ended;
  });
});
