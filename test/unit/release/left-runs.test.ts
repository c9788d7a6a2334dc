import assert from 'node:assert/strict';
import { removeLeftRuns } from '../../../agent/release/left-runs.ts';
import { suiteLabels } from '../../../agent/server/suites/where.ts';
import { firstState, transition } from '../../../agent/release/machine.ts';
import { headNamed } from './machine-table.ts';
import { openBench } from './engine.ts';

const suite = { name: 'unit', service: 'web' };

describe('runs that a dead agent left', () => {
  it('are removed once their rollout is over or gone, or their time is; others stay', async () => {
    const { engine: open, clock, cluster } = await openBench();
    const engine = open('me');
    const { journals } = engine.ledger;
    const state = firstState(0);
    const driver = { name: 'me', leaseSeconds: 3, counter: 1 };
    await journals.create({ ...headNamed('plain'), id: 'going' }, { state, driver });
    await journals.create({ ...headNamed('plain'), id: 'over' }, { state, driver });
    const aborted = transition(
      headNamed('plain'),
      { ...state, phase: { name: 'aborting', stage: 'emptying' } },
      { type: 'emptied' },
      1,
    ).state;
    await journals.write('over', 'me', { state: aborted, driver: undefined });
    const owners = {
      going: { rollout: 'going' },
      over: { rollout: 'over' },
      gone: { rollout: 'gone' },
      later: { until: clock.now() + 1_000 },
      past: { until: clock.now() - 1 },
    };
    const left = new Map(
      Object.entries(owners).map(([id, owner]) => [id, suiteLabels(suite, 'shop-dev', owner)]),
    );
    for (const [id, labels] of left)
      cluster.putService(undefined, {
        Name: id,
        Labels: labels,
        Mode: {},
        TaskTemplate: { ContainerSpec: { Image: 'x' } },
      });
    cluster.putService(undefined, {
      Name: 'slot',
      Labels: { 'tidegate.stack': 'shop-dev', 'tidegate.object': 'slot' },
      Mode: {},
      TaskTemplate: { ContainerSpec: { Image: 'x' } },
    });
    await removeLeftRuns(engine, {
      list: () => Promise.resolve([...left].map(([id, labels]) => ({ id, labels }))),
      remove: (id) => {
        left.delete(id);
        return Promise.resolve();
      },
    });
    assert.deepEqual([...left.keys()], ['going', 'later']);
    assert.deepEqual(
      [...cluster.services.values()].map(({ name }) => name),
      ['going', 'later', 'slot'],
    );
  });
});
