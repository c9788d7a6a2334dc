import assert from 'node:assert/strict';
import type { InitResult } from '../../../agent/protocol/init.ts';
import type { ConfigProblem, Fix } from '../../../agent/protocol/validate.ts';
import { fixesTogether } from '../../../extension/model/fixes.ts';
import { liveTable } from '../../../extension/model/live-words.ts';
import { setUpDone, setUpQuestion } from '../../../extension/model/set-up-words.ts';
import { taskName, taskWords } from '../../../extension/model/task.ts';
import { parse } from '../../../agent/cli/parse.ts';
import { release, slot, status } from './samples.ts';

describe('repairs that go together', () => {
  const fix = (line: number, from: number, to: number, file = 'a'): Fix => ({
    title: `${file}${line}:${from}`,
    edits: [{ file, newText: '', range: { start: { line, column: from }, end: { line, column: to } } }],
  });
  it('are those that do not touch each other', () => {
    const all = [fix(1, 1, 5), fix(1, 5, 5), fix(1, 6, 7), fix(1, 2, 3), fix(1, 2, 3, 'b'), fix(1, 1, 5)];
    assert.deepEqual(
      fixesTogether(all).map(({ title }) => title),
      ['a1:1', 'a1:6', 'b1:2'],
    );
  });
});

describe('what is said of a service in tidegate.yaml', () => {
  it('is what runs of it in each environment', () => {
    const warm = slot({ colour: 'green', state: 'warm', share: 0, answering: null });
    const text = liveTable('web', [
      status({ services: [{ service: 'web', slots: [slot({ release: release(2) }), warm] }] }),
      status({ environment: 'new', state: 'not-set-up' }),
      status({ environment: 'far', state: 'unreachable', problem: 'Docker at x\nis away' }),
      status({ environment: 'empty', services: [] }),
    ]);
    assert.deepEqual(text?.split('\n').slice(4), [
      '| dev | v1\\.2\\.0, blue, 100 %, 2/2 healthy, answers 200 | v1\\.1\\.0, green, warm, 2/2 healthy |',
      '| new | not set up yet | |',
      '| far | Docker at x | |',
      '| empty | nothing yet | |',
    ]);
    assert.equal(liveTable('web', []), undefined);
  });
});

describe('setting a project up', () => {
  const problem = { severity: 'error' } as ConfigProblem;
  const result: InitResult = {
    ...{ file: 'tidegate.yaml', compose: 'compose.yaml', written: false, text: '', fixed: [] },
    problems: [],
    decisions: [
      { kind: 'project', service: null, what: 'project shop', why: 'the folder', notes: [] },
      { kind: 'backing', service: 'db', what: 'backing', why: 'a database', notes: ['it keeps data'] },
    ],
  };
  it('is asked with every decision and its reason', () => {
    assert.deepEqual(setUpQuestion(result), {
      title: 'Create tidegate.yaml from compose.yaml?',
      detail:
        'project: project shop (the folder)\ndb: backing (a database)\n   it keeps data\n\ncompose.yaml stays as it is.',
    });
  });
  it('ends with what stands between it and a deploy', () => {
    assert.match(setUpDone(result), /can be deployed now/);
    assert.match(setUpDone({ ...result, problems: [problem] }), /One problem stands between/);
    assert.match(setUpDone({ ...result, problems: [problem, problem] }), /2 problems stand between/);
  });
});

describe('tasks', () => {
  const methodOf = (given: object): unknown => {
    const words = taskWords(given);
    if ('wrong' in words) return words.wrong;
    const { invocation } = parse(words, '/projects');
    return invocation.kind === 'request' && [invocation.request.method, invocation.request.params];
  };
  it('are words that the command line takes', () => {
    const dev = { folder: '/projects', environment: 'dev' };
    assert.deepEqual(methodOf({ command: 'deploy', environment: 'dev' }), [
      ...['deploy', { ...dev, ref: 'HEAD', hold: false }],
    ]);
    assert.deepEqual(methodOf({ command: 'rollback', environment: 'dev', ref: 'v1', folder: 'shop' }), [
      ...['rollback', { ...dev, folder: '/projects/shop', tag: 'v1' }],
    ]);
    assert.deepEqual(methodOf({ command: 'suite', environment: 'dev', suite: 'unit', ref: 'v1' }), [
      ...['suite', { ...dev, suite: 'unit', ref: 'v1' }],
    ]);
    assert.deepEqual(methodOf({ command: 'plan', environment: '--yes' }), [
      ...['plan', { ...dev, environment: '--yes', ref: 'HEAD' }],
    ]);
  });
  it('that are written wrongly say what would be right', () => {
    assert.match(String(methodOf({ command: 'destroy', environment: 'dev' })), /one of deploy, rollback/);
    assert.match(String(methodOf({ command: 'deploy' })), /needs the name of an environment/);
    assert.match(String(methodOf({ command: 'suite', environment: 'dev' })), /needs its name/);
    assert.match(String(methodOf({ command: 'plan', environment: 'dev', ref: 7 })), /"ref" .* is a text/);
  });
  it('have names that tell what they do', () => {
    assert.equal(taskName({ command: 'deploy', environment: 'dev', ref: 'v1' }), 'deploy v1 to dev');
    assert.equal(taskName({ command: 'suite', environment: 'dev', suite: 'unit' }), 'suite unit in dev');
    assert.equal(taskName({ command: 'rollback', environment: 'dev' }), 'rollback of dev');
    assert.equal(taskName({ command: 'plan', environment: 'dev' }), 'plan for dev');
  });
});
