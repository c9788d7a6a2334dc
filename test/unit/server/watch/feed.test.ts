import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EnvironmentStatus, ProgressEvent } from '../../../../agent/protocol/methods.ts';
import type { RolloutProgress, WatchUpdate } from '../../../../agent/protocol/watch.ts';
import { Feed, keeps } from '../../../../agent/server/watch/feed.ts';

const status = (problem: string | null = null): EnvironmentStatus => ({
  environment: 'dev',
  stack: 'shop-dev',
  state: 'ready',
  problem,
  problemCode: null,
  flagsVersion: null,
  services: [],
  edges: [],
  rollouts: [],
  maintenance: null,
});

const progress = (id: string, phase: string, ended = false): RolloutProgress => ({
  id,
  kind: 'deploy',
  ref: 'v1',
  by: 'ann@laptop',
  phase,
  stage: 'placing',
  until: null,
  services: ['web'],
  reason: null,
  since: '2026-01-01T00:00:00.000Z',
  driver: null,
  ended,
  trail: [],
});

const line = (text: string): ProgressEvent => ({ kind: 'line', source: 'build', stream: 'stdout', text });

/** What a client knows, from nothing but what it was told. */
class Mirror {
  feed = '';
  sequence = 0;
  status: EnvironmentStatus | undefined;
  rollouts = new Map<string, { progress: RolloutProgress | null; events: ProgressEvent[] }>();

  apply(updates: readonly WatchUpdate[]): void {
    for (const update of updates) {
      if (update.type !== 'snapshot') assert.equal(update.sequence, this.sequence + 1, 'a gap');
      this.sequence = update.sequence;
      this.#apply(update);
    }
  }

  #apply(update: WatchUpdate): void {
    switch (update.type) {
      case 'snapshot':
        this.status = update.status;
        this.rollouts = new Map(
          update.rollouts.map(({ id, progress, events }) => [id, { progress, events: [...events] }]),
        );
        return;
      case 'status':
        this.status = update.status;
        return;
      case 'rollout':
        this.#of(update.progress.id).progress = update.progress;
        return;
      case 'event':
        this.#of(update.rollout).events.push(update.event);
    }
  }

  #of(id: string): { progress: RolloutProgress | null; events: ProgressEvent[] } {
    const known = this.rollouts.get(id) ?? { progress: null, events: [] };
    this.rollouts.set(id, known);
    return known;
  }
}

describe('what is told about an environment', () => {
  it('is a snapshot first, then every change once, numbered without a gap', () => {
    const feed = new Feed('f');
    feed.setStatus(status());
    const [snapshot] = feed.opening(null);
    assert.ok(snapshot?.type === 'snapshot' && snapshot.because === 'asked', JSON.stringify(snapshot));
    const told: WatchUpdate[] = [];
    feed.listen((change) => told.push(change));
    feed.setStatus(status());
    feed.addEvent('r1', line('a'));
    feed.setProgress(progress('r1', 'building'));
    feed.setProgress(progress('r1', 'building'));
    feed.setStatus(status('slow'));
    assert.deepEqual(
      told.map(({ type, sequence }) => [type, sequence - snapshot.sequence]),
      [
        ['event', 1],
        ['rollout', 2],
        ['status', 3],
      ],
    );
  });

  it('has for a late client what happened so far, the oldest dropped and counted', () => {
    const feed = new Feed('f');
    feed.setStatus(status());
    for (let number = 0; number < keeps.events + 1; number++) feed.addEvent('r1', line(String(number)));
    const [snapshot] = feed.opening(null);
    assert.ok(snapshot?.type === 'snapshot', 'no snapshot');
    const [rollout] = snapshot.rollouts;
    assert.equal((rollout?.events.length ?? 0) + (rollout?.dropped ?? 0), keeps.events + 1);
    assert.deepEqual(rollout?.events.at(-1), line(String(keeps.events)));
  });

  it('goes on behind the last number a client saw', () => {
    const feed = new Feed('f');
    feed.setStatus(status());
    const seen = feed.sequence;
    feed.addEvent('r1', line('missed'));
    assert.deepEqual(feed.opening({ feed: 'f', sequence: seen }), [
      { type: 'event', sequence: seen + 1, rollout: 'r1', event: line('missed') },
    ]);
    assert.deepEqual(feed.opening({ feed: 'f', sequence: feed.sequence }), []);
  });

  it('says "again" where it cannot: another feed, a number too old, or one of the future', () => {
    const feed = new Feed('f');
    feed.setStatus(status());
    for (let number = 0; number <= keeps.changes; number++) feed.addEvent('r1', line(''));
    for (const since of [
      { feed: 'other', sequence: feed.sequence },
      { feed: 'f', sequence: 0 },
      { feed: 'f', sequence: feed.sequence + 1 },
    ]) {
      const [update] = feed.opening(since);
      assert.ok(update?.type === 'snapshot' && update.because === 'again', JSON.stringify(update));
    }
  });

  it('keeps the last few rollouts that ended, and all that run', () => {
    const feed = new Feed('f');
    feed.setStatus(status());
    for (let number = 0; number < 20; number++) feed.setProgress(progress(`r${number}`, 'done', number > 2));
    const [snapshot] = feed.opening(null);
    assert.ok(snapshot?.type === 'snapshot', 'no snapshot');
    const kept = snapshot.rollouts.map(({ id }) => id);
    assert.deepEqual(kept, ['r0', 'r1', 'r2', 'r15', 'r16', 'r17', 'r18', 'r19']);
    assert.deepEqual(feed.open, ['r0', 'r1', 'r2']);
  });

  it('is the same for a client that was cut off anywhere and came back as for one that stayed', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('status' as const), text: fc.string({ maxLength: 2 }) }),
      fc.record({ do: fc.constant('event' as const), id: fc.nat(3), text: fc.string({ maxLength: 2 }) }),
      fc.record({ do: fc.constant('progress' as const), id: fc.nat(3), text: fc.string({ maxLength: 2 }) }),
      fc.record({ do: fc.constant('cut' as const) }),
      fc.record({ do: fc.constant('back' as const), forgot: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const feed = new Feed('f');
        feed.setStatus(status());
        const [stays, comes] = [new Mirror(), new Mirror()];
        for (const mirror of [stays, comes]) mirror.apply(feed.opening(null));
        feed.listen((change) => stays.apply([change]));
        let listening: (() => void) | undefined = feed.listen((change) => comes.apply([change]));
        const back = (forgot: boolean): void => {
          comes.apply(feed.opening({ feed: forgot ? 'x' : 'f', sequence: comes.sequence }));
          listening = feed.listen((change) => comes.apply([change]));
        };
        for (const one of steps) {
          if (one.do === 'status') feed.setStatus(status(one.text));
          else if (one.do === 'event') feed.addEvent(`r${one.id}`, line(one.text));
          else if (one.do === 'progress') feed.setProgress(progress(`r${one.id}`, one.text));
          else if (one.do === 'cut') {
            listening?.();
            listening = undefined;
          } else if (listening === undefined) back(one.forgot);
        }
        if (listening === undefined) back(false);
        assert.deepEqual(comes, stays);
      }),
    );
  });
});
