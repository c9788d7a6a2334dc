import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { play, scenarios } from './model/scenario.ts';

const numRuns = process.env['TIDEGATE_TEST_FULL'] === '1' ? 2_000 : 100;
const seed = Number(process.env['TIDEGATE_TEST_SEED'] ?? Date.now() % 2 ** 31);

describe('the release engine in a cluster where everything may go wrong', function () {
  this.timeout(numRuns * 2_000);

  it(`keeps invariants 1, 3 and 5 and ends well, ${numRuns} times from seed ${seed}`, async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const { violations, story } = await play(scenario);
        assert.deepEqual(violations, [], story.join('\n'));
      }),
      { numRuns, seed, endOnFailure: process.env['TIDEGATE_TEST_SHRINK'] !== '1' },
    );
  });
});
