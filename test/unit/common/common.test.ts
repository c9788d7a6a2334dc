import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { canonicalJson, sha256 } from '../../../agent/common/canonical.ts';
import { Mutex } from '../../../agent/common/mutex.ts';
import { turn } from '../../support/fake-clock.ts';

describe('the mutex', () => {
  it('runs tasks one at a time, in the order they were asked for', async () => {
    const mutex = new Mutex();
    const seen: string[] = [];
    await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        mutex.run(async () => {
          seen.push(`${name} begins`);
          await turn();
          seen.push(`${name} ends`);
        }),
      ),
    );
    assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('goes on after a task that failed, and fails only for who asked for that one', async () => {
    const mutex = new Mutex();
    const bad = mutex.run(() => Promise.reject(new Error('bad')));
    const good = mutex.run(() => Promise.resolve('good'));
    await assert.rejects(bad, /bad/);
    assert.equal(await good, 'good');
  });
});

describe('canonical JSON', () => {
  it('is the same text for the same value, in whatever order its keys were set', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        assert.equal(canonicalJson(reversed), canonicalJson(value));
        assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('keeps the order of lists and leaves out what is undefined', () => {
    assert.equal(
      canonicalJson({ b: [2, 1], a: undefined, A: { d: 1, c: 2 } }),
      '{"A":{"c":2,"d":1},"b":[2,1]}',
    );
  });

  it('is hashed to lower-case hex', () => {
    assert.equal(sha256(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});
