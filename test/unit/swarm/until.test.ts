import assert from 'node:assert/strict';
import { openChanges, type Changes } from '../../../agent/swarm/changes.ts';
import { FakeClock, turn } from '../../support/fake-clock.ts';
import { FakeCluster } from '../../support/fake-swarm.ts';

const limits = { limitMs: 1_000, pollMs: 400 };

describe('waiting for the cluster', () => {
  let clock: FakeClock;
  let cluster: FakeCluster;
  let changes: Changes;
  let looks: number;

  beforeEach(() => {
    clock = new FakeClock();
    cluster = new FakeCluster();
    changes = openChanges(cluster.view(), clock);
    looks = 0;
  });
  afterEach(() => {
    changes.close();
  });

  const something = (): void => {
    cluster.createConfig(cluster.id('c'), '-', {});
  };
  /** Finds what it looks for at the `nth` look. */
  const foundAt = (nth: number) => (): Promise<number | undefined> => {
    looks += 1;
    return Promise.resolve(looks === nth ? looks : undefined);
  };

  it('looks at once and lets no time pass when it is there', async () => {
    assert.equal(await clock.until(changes.until(foundAt(1), limits)), 1);
    assert.equal(clock.monotonic(), 0);
  });

  it('looks again when something happened, without waiting for the next round', async () => {
    const found = changes.until(foundAt(2), limits);
    await turn();
    something();
    assert.equal(await found, 2);
    assert.equal(clock.monotonic(), 0);
  });

  it('sleeps through what does not concern it, and not through events that may have been missed', async () => {
    const found = changes.until(foundAt(3), { ...limits, concerns: ({ name }) => name === 'news' });
    await turn();
    something();
    await turn();
    assert.equal(looks, 1);
    cluster.createConfig('news', '-', {});
    await turn();
    assert.equal(looks, 2);
    await clock.advance(limits.pollMs);
    assert.equal(await found, 3);
  });

  it('looks again at once when something happened while it looked', async () => {
    const found = changes.until(() => {
      looks += 1;
      if (looks === 1) something();
      return Promise.resolve(looks === 2 ? 'seen' : undefined);
    }, limits);
    assert.equal(await clock.until(found), 'seen');
    assert.equal(clock.monotonic(), 0);
  });

  it('looks by itself now and then, for what no event tells', async () => {
    assert.equal(await clock.until(changes.until(foundAt(3), limits)), 3);
    assert.equal(clock.monotonic(), 800);
  });

  it('gives up when the limit is over, after a last look', async () => {
    assert.equal(await clock.until(changes.until(foundAt(99), limits)), undefined);
    assert.equal(clock.monotonic(), 1_000);
    assert.equal(looks, 4);
  });

  it('looks once when there is no time at all', async () => {
    assert.equal(await changes.until(foundAt(2), { ...limits, limitMs: 0 }), undefined);
    assert.equal(looks, 1);
  });

  it('ends with the reason of who cancels it, in the middle of a wait', async () => {
    const cancel = new AbortController();
    const found = changes.until(foundAt(99), { ...limits, signal: cancel.signal });
    await turn();
    cancel.abort(new Error('enough'));
    await assert.rejects(found, /enough/);
    assert.equal(clock.waiting, 0);
  });

  it('does not look for somebody who has cancelled already', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(changes.until(foundAt(1), { ...limits, signal }), /enough/);
    assert.equal(looks, 0);
  });

  it('passes on what the look throws', async () => {
    await assert.rejects(
      changes.until(() => Promise.reject(new Error('away')), limits),
      /away/,
    );
  });

  it('never looks twice at once', async () => {
    let looking = 0;
    const found = changes.until(async () => {
      looks += 1;
      looking += 1;
      assert.equal(looking, 1);
      something();
      await turn();
      looking -= 1;
      return looks === 5 ? looks : undefined;
    }, limits);
    assert.equal(await found, 5);
  });

  it('tells listeners nothing any more once they have stopped', () => {
    const heard: unknown[] = [];
    const stop = changes.listen((event) => heard.push(event?.action));
    something();
    stop();
    something();
    assert.deepEqual(heard, ['create']);
  });
});
