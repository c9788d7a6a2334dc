import assert from 'node:assert/strict';
import fc from 'fast-check';
import { circleIn, stagesOf, type Needs } from '../../../agent/common/stages.ts';

const needs = (given: Record<string, readonly string[]>): Needs => new Map(Object.entries(given));

/** Each may need any others, and some that are not there. */
const anyNeeds = fc
  .dictionary(
    fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'away'), { maxLength: 4 }),
  )
  .map(needs);

/** Each needs only names before it: nobody waits in a circle. */
const orderly = fc
  .array(fc.array(fc.nat({ max: 7 }), { maxLength: 4 }), { maxLength: 8 })
  .map((lists) =>
    needs(
      Object.fromEntries(
        lists.map((list, index) => [`s${index}`, list.filter((n) => n < index).map((n) => `s${n}`)]),
      ),
    ),
  )
  .chain((all) =>
    fc.shuffledSubarray([...all.entries()], { minLength: all.size }).map((list) => new Map(list)),
  );

const stageOf = (all: Needs): Map<string, number> =>
  new Map(stagesOf(all).flatMap((names, stage) => names.map((name) => [name, stage] as const)));

describe('the order of things that wait for others', () => {
  it('is none where nobody waits: all at once, as they came', () => {
    assert.deepEqual(stagesOf(needs({ web: [], orders: ['db'] })), [['web', 'orders']]);
    assert.deepEqual(stagesOf(needs({})), []);
  });

  it('is a chain, and each as early as it can', () => {
    const chain = needs({ web: ['orders', 'mail'], orders: ['catalog'], catalog: [], mail: [] });
    assert.deepEqual(stagesOf(chain), [['catalog', 'mail'], ['orders'], ['web']]);
  });

  it('has every name once', () => {
    fc.assert(
      fc.property(anyNeeds, (all) => {
        const names = stagesOf(all).flat();
        assert.deepEqual([...names].sort(), [...all.keys()].sort());
        assert.ok(
          stagesOf(all).every((stage) => stage.length > 0),
          'no empty stage',
        );
      }),
    );
  });

  it('puts each behind all it needs, in the first stage that is', () => {
    fc.assert(
      fc.property(orderly, (all) => {
        const stages = stageOf(all);
        for (const [name, needed] of all) {
          const least = Math.max(-1, ...needed.map((other) => stages.get(other) ?? -1)) + 1;
          assert.equal(stages.get(name), least, name);
        }
        assert.equal(circleIn(all), undefined);
      }),
    );
  });

  it('breaks no order outside of a circle for the sake of one inside', () => {
    fc.assert(
      fc.property(anyNeeds, (all) => {
        const stages = stageOf(all);
        const waitsFor = (from: string, goal: string, seen = new Set<string>()): boolean =>
          (all.get(from) ?? []).some(
            (other) => other === goal || (!seen.has(other) && waitsFor(other, goal, seen.add(other))),
          );
        for (const [name, needed] of all)
          for (const other of needed.filter((one) => all.has(one) && one !== name)) {
            const inCircle = waitsFor(other, name);
            const [mine = 0, theirs = 0] = [stages.get(name), stages.get(other)];
            assert.ok(inCircle || theirs < mine, `${name} waits for ${other}`);
          }
      }),
    );
  });

  it('tells a circle by its names, the first again at the end, each waiting for the next', () => {
    assert.deepEqual(circleIn(needs({ a: ['b'], b: ['c'], c: ['b'] })), ['b', 'c', 'b']);
    assert.deepEqual(circleIn(needs({ a: ['a'] })), ['a', 'a']);
    fc.assert(
      fc.property(anyNeeds, (all) => {
        const circle = circleIn(all);
        if (!circle) return;
        assert.ok(circle.length > 1 && circle[0] === circle.at(-1), circle.join(' '));
        for (const [index, name] of circle.slice(0, -1).entries())
          assert.ok(all.get(name)?.includes(circle[index + 1] ?? ''), circle.join(' '));
      }),
    );
  });
});
