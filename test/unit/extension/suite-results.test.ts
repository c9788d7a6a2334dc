import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ProgressEvent } from '../../../agent/protocol/methods.ts';
import type { SuiteTest } from '../../../agent/protocol/suite-test.ts';
import { namedTests, placesOf, SuiteGathering, type Source } from '../../../extension/model/suite-results.ts';

const test = (name: string, file: string | null = null): SuiteTest => ({
  ...{ name, file, line: null, status: 'passed', message: '', tookMs: null },
});
const tests = (...all: readonly SuiteTest[]): ProgressEvent => ({
  ...{ kind: 'tests', suite: 'unit', stage: 'build', tests: all },
});
const end = (tookMs = 5): ProgressEvent => ({
  ...{ kind: 'suite', suite: 'unit', stage: 'build', outcome: 'passed', text: 'unit passed' },
  ...{ passed: 2, failed: 0, skipped: 0, tests: [], tookMs },
});

describe('results of suites', () => {
  const call: Source = { of: 'r1', through: 'call' };
  const watch: Source = { of: 'r1', through: 'watch' };

  it('are whole when the suite ends, whatever comes in between', () => {
    const gathering = new SuiteGathering();
    assert.equal(gathering.add(call, tests(test('a'))), undefined);
    assert.equal(gathering.add(call, { kind: 'note', level: 'info', text: 'x' }), undefined);
    assert.equal(gathering.add({ of: 'r2', through: 'call' }, tests(test('other'))), undefined);
    assert.equal(gathering.add(call, tests(test('b'))), undefined);
    assert.deepEqual(
      gathering.add(call, end())?.tests.map(({ name }) => name),
      ['a', 'b'],
    );
  });

  it('are told once, by whichever way they come first; the next run of the same suite is told again', () => {
    const gathering = new SuiteGathering();
    for (const source of [call, watch]) gathering.add(source, tests(test('a')));
    assert.equal(gathering.add(watch, end())?.tests.length, 1);
    assert.equal(gathering.add(call, end()), undefined);
    assert.ok(gathering.add(call, end(6)), 'another run');
  });

  it('have names of their own, the same ones in the next run', () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'a#2', ''), { maxLength: 12 });
    fc.assert(
      fc.property(names, (given) => {
        const all = given.map((name) => test(name));
        const ids = namedTests(all).map(({ id }) => id);
        assert.deepEqual(
          namedTests(all).map(({ id }) => id),
          ids,
        );
        if (!given.includes('a#2')) assert.equal(new Set(ids).size, ids.length);
      }),
    );
  });

  it('are looked for where the image may have their file from, never outside of the project', () => {
    assert.deepEqual(placesOf('/app/src/cart.test.js'), ['app/src/cart.test.js', 'src/cart.test.js']);
    assert.deepEqual(placesOf('cart.test.js'), ['cart.test.js']);
    assert.deepEqual(placesOf('./test\\cart.js'), ['test/cart.js']);
    assert.deepEqual(placesOf('../../etc/passwd'), []);
    assert.deepEqual(placesOf(''), []);
  });
});
