import assert from 'node:assert/strict';
import { confirmationOf, type About, type Change } from '../../../extension/model/confirmation.ts';
import { endMessage, withoutLinks } from '../../../extension/model/messages.ts';
import { isKnown, overallOf } from '../../../extension/model/overall.ts';
import { refItems, refsPlaceholder } from '../../../extension/model/ref-items.ts';
import { nothingYet, type State } from '../../../extension/model/state.ts';
import { commit, environment, project, release, status } from './samples.ts';

const about = (change: Change, name: string): About => ({
  ...{
    change,
    facts: environment({}, name).facts,
    what: 'web',
    from: 'v1.1.0',
    to: 'v1.2.0',
    strategy: 'at once',
  },
});
const all: readonly Change[] = [
  ...(['deploy', 'rollback', 'promote', 'abort', 'takeDown', 'setUp', 'flagOn', 'flagOff'] as const),
  ...(['upgradeEdge', 'forgetEdge', 'maintenanceOn', 'maintenanceOff', 'setCertificate'] as const),
];

describe('confirmations', () => {
  it('ask nothing in an open environment, but before what interrupts it or has no way back', () => {
    assert.deepEqual(
      all.filter((change) => confirmationOf(about(change, 'dev'), 'protected') !== undefined),
      ['takeDown', 'upgradeEdge', 'forgetEdge'],
    );
  });

  it('ask before everything in a protected one, or where somebody wants to be asked', () => {
    for (const change of all) {
      assert.ok(confirmationOf(about(change, 'production'), 'protected'), change);
      assert.ok(confirmationOf(about(change, 'dev'), 'always'), change);
    }
  });

  it('want the name of a protected one typed before users lose what they have', () => {
    const typed = all.filter((change) => confirmationOf(about(change, 'production'), 'protected')?.typed);
    assert.deepEqual(typed, ['rollback', 'takeDown', 'flagOff', 'maintenanceOn']);
  });

  it('name environment, services, from, to and how', () => {
    for (const change of all) {
      const question = confirmationOf(about(change, 'production'), 'protected');
      for (const word of ['production', 'web', 'v1.1.0', 'v1.2.0', 'at once'])
        assert.ok(question?.detail.includes(word), `${change}: ${word}`);
    }
  });
});

describe('the rows of references', () => {
  const ref = (name: string) => ({ ref: name, commit, subject: 's', at: '2026-01-02T00:00:00.000Z' });
  const refs = {
    ...{ head: ref('HEAD'), tags: [ref('v1.2.0'), ref('v1.1.0')], branches: [ref('main')] },
    ...{ more: { tags: 3, branches: 0 }, dirty: true },
  };

  it('are tags newest first with the current one marked, HEAD and branches below', () => {
    const rows = refItems(refs, release(1), 'dev').map((item) =>
      item.kind === 'separator' ? `-- ${item.label}` : `${item.ref}${item.isCurrent ? ' *' : ''}`,
    );
    assert.deepEqual(rows, [
      '-- tags (3 older ones: type the name)',
      ...['v1.2.0', 'v1.1.0 *', '-- here', 'HEAD', '-- branches', 'main'],
    ]);
  });

  it('say that what is not committed is not deployed', () => {
    assert.match(refsPlaceholder(refs), /uncommitted changes: they are not deployed/);
    assert.match(refsPlaceholder({ ...refs, head: null, tags: [] }), /no commit yet/);
  });
});

describe('what stands in the way of everything', () => {
  const at = (changes: Partial<State>): State => ({
    ...nothingYet,
    link: { kind: 'connecting' },
    ...changes,
  });
  const stopped = (problemCode: 'engine.unreachable' | 'swarm.inactive' | 'engine.denied') =>
    environment({ status: status({ state: 'unreachable', problemCode, services: [] }) });

  for (const [what, state, expected] of [
    ['nothing is known yet', at({}), 'loading'],
    ['the workspace is not trusted', at({ trusted: false }), 'untrusted'],
    ['there is no tidegate.yaml', at({ projects: [] }), 'no-project'],
    [
      'the agent cannot be used',
      at({ projects: [project()], link: { kind: 'failed', why: '' } }),
      'no-agent',
    ],
    ['Docker does not answer', at({ projects: [project(stopped('engine.unreachable'))] }), 'no-docker'],
    ['Swarm mode is off', at({ projects: [project(stopped('swarm.inactive'))] }), 'no-swarm'],
    ['Docker may not be used', at({ projects: [project(stopped('engine.denied'))] }), 'no-access'],
    [
      'one of two can be reached',
      at({ projects: [project(stopped('engine.denied'), environment())] }),
      'ready',
    ],
    ['the connection comes back', at({ projects: [project(environment())] }), 'ready'],
  ] as const)
    it(`is ${expected} when ${what}`, () => assert.equal(overallOf(state), expected));

  it('is worth painting when every environment has said something, or can say nothing', () => {
    const unheard = environment({ status: undefined });
    const gone = { code: 'internal', message: 'it is gone', hint: undefined } as const;
    const known = [
      at({}),
      at({ projects: [] }),
      at({ projects: [project(environment(), unheard)] }),
      at({ projects: [project(environment(), environment({ status: undefined, trouble: gone }))] }),
      at({ projects: [project(environment())] }),
    ].map(isKnown);
    assert.deepEqual(known, [false, true, false, true, true]);
  });
});

describe('the words of a notification', () => {
  it('make no link, whoever wrote them', () => {
    assert.equal(
      withoutLinks('[free](command:tidegate.takeDown) is on'),
      '[free] (command:tidegate.takeDown) is on',
    );
    assert.equal(withoutLinks('web: 2/2 (blue)'), 'web: 2/2 (blue)');
  });
});

describe('the last message', () => {
  const result = {
    ...{
      reason: 'completed',
      message: 'it is so\nand stays',
      rollout: 'r',
      from: release(1),
      to: release(2),
    },
    ...{ services: [], tookMs: 1, preview: 'http://p/' },
  };
  it('has what can be done next', () => {
    assert.deepEqual(endMessage({ ...result, outcome: 'done' }, 'deploy'), {
      ...{ level: 'info', text: 'it is so and stays', next: ['Open App', 'Show Details', 'Roll Back'] },
    });
    assert.deepEqual(endMessage({ ...result, outcome: 'held' }, 'deploy').next, [
      'Promote',
      'Abort',
      'Open Preview',
    ]);
    assert.equal(endMessage({ ...result, outcome: 'reverted' }, 'deploy').level, 'error');
    assert.equal(endMessage({ ...result, outcome: 'partial' }, 'deploy').level, 'warning');
  });

  it('takes a rollback back to what it left, with or without a tag', () => {
    for (const from of [release(2), release(2, null)])
      assert.equal(endMessage({ ...result, from, outcome: 'done' }, 'rollback').next.at(-1), 'Undo');
  });

  it('offers no step further back after an abort: what is live was live before it', () => {
    assert.deepEqual(endMessage({ ...result, outcome: 'done' }, 'abort').next, ['Open App', 'Show Details']);
    assert.equal(endMessage({ ...result, outcome: 'done' }, 'promote').next.at(-1), 'Roll Back');
  });
});
