import assert from 'node:assert/strict';
import { reached } from '../../../extension/model/milestones.ts';
import { nothingYet, type EnvironmentState } from '../../../extension/model/state.ts';
import { environment, past, project, status } from './samples.ts';

describe('the steps of the walkthrough', () => {
  const at = (...all: readonly EnvironmentState[]) => [
    ...reached({ ...nothingYet, projects: [project(...all)] }),
  ];

  it('are reached by what is so, whoever did it', () => {
    const nothing = status({ services: [] });
    assert.deepEqual(at(), []);
    assert.deepEqual(at(environment({ status: status({ state: 'unreachable', services: [] }) })), []);
    assert.deepEqual(at(environment({ status: { ...nothing, state: 'not-set-up' } })), ['docker']);
    assert.deepEqual(at(environment({ status: nothing })), ['docker', 'setUp']);
    assert.deepEqual(at(environment()), ['docker', 'setUp', 'deployed']);
    const back = past({ kind: 'rollback' });
    assert.deepEqual(at(environment({ history: [{ ...back, outcome: 'failed' }] })).at(-1), 'deployed');
    assert.deepEqual(at(environment({ history: [back] })), ['docker', 'setUp', 'deployed', 'rolledBack']);
  });
});
