import assert from 'node:assert/strict';
import fc from 'fast-check';
import { editDistance, nearestName, nearestNames, suggestion } from '../../../agent/common/did-you-mean.ts';

describe('did you mean', () => {
  it('finds a letter too many, too few, wrong or swapped', () => {
    const known = ['route', 'health', 'rollout'];
    for (const wrong of ['rout', 'routee', 'roule', 'ruote', 'ROUTE'])
      assert.equal(nearestName(wrong, known), 'route');
  });

  it('stays silent when nothing is near', () => {
    assert.equal(nearestName('ports', ['route', 'health']), undefined);
    assert.equal(nearestName('x', []), undefined);
  });

  it('prefers the nearest, then the first', () => {
    assert.equal(nearestName('prod', ['prod2', 'prod']), 'prod');
    assert.equal(nearestName('prox', ['prod', 'proc']), 'prod');
  });

  it('lists what is known when nothing is near', () => {
    assert.equal(suggestion('staging', ['dev', 'live']), 'Known here: dev, live.');
    assert.equal(suggestion('dve', ['dev', 'live']), 'Did you mean "dev"?');
    assert.equal(suggestion('x', []), 'Remove it.');
  });

  it('finds the flag of a command', () => {
    assert.equal(suggestion('--jsn', ['--json', '--yes']), 'Did you mean "--json"?');
  });

  it('lists several, the nearest first, then in natural order', () => {
    const names = nearestNames('v1.2.0', ['v1.10.0', 'v1.2.1', 'main', 'v1.2.10', 'V1.2.0']);
    assert.deepEqual(names, ['V1.2.0', 'v1.2.1', 'v1.2.10']);
    assert.deepEqual(nearestNames('zzzz', ['main', 'v1']), []);
  });

  it('measures a distance: symmetric, zero for equal words only, at most the longer length', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        assert.equal(distance, editDistance(b, a));
        assert.equal(distance === 0, a === b);
        assert.ok(
          distance <= Math.max(a.length, b.length) && distance >= Math.abs(a.length - b.length),
          'distance <= Math.max(a.length, b.length) && distance >= Math.abs(a.length - b.length)',
        );
      }),
    );
  });

  it('finds a name again after any one slip', () => {
    const slip = fc.record({ at: fc.nat(9), kind: fc.constantFrom('drop', 'double', 'swap') });
    fc.assert(
      fc.property(fc.constantFrom('healthcheck', 'environment', 'networks'), slip, (known, { at, kind }) => {
        const index = at % (known.length - 1);
        const [one = '', two = ''] = known.slice(index, index + 2);
        const middle = { drop: two, double: one + one + two, swap: two + one }[kind];
        const wrong = known.slice(0, index) + middle + known.slice(index + 2);
        assert.equal(
          nearestName(wrong, ['image', 'healthcheck', 'environment', 'networks', 'labels']),
          known,
        );
      }),
    );
  });
});
