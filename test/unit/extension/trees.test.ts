import assert from 'node:assert/strict';
import type { ServedFlags, ServingEvent } from '../../../agent/protocol/local-flags.ts';
import type { FlagStatus } from '../../../agent/protocol/methods.ts';
import { environmentsTree } from '../../../extension/model/environments-tree.ts';
import { flagsTree } from '../../../extension/model/flags-tree.ts';
import { findNode, type TreeNode } from '../../../extension/model/node.ts';
import { releasesTree } from '../../../extension/model/releases-tree.ts';
import { repaint } from '../../../extension/model/repaint.ts';
import { applyUpdates, type EnvironmentState } from '../../../extension/model/state.ts';
import { empty, environment, past, project, release, rollout, slot, status } from './samples.ts';

const now = Date.parse('2026-01-01T00:00:10.000Z');

function drawn(nodes: readonly TreeNode[], indent = ''): string {
  return nodes
    .map(
      ({ label, description, icon, kinds, children }) =>
        `${indent}${label} | ${description} | ${icon.id} | ${kinds.join(' ')}\n${drawn(children, `${indent}  `)}`,
    )
    .join('');
}

const tree = (state: EnvironmentState): readonly TreeNode[] => environmentsTree([project(state)], now);

describe('the rows of the side bar', () => {
  it('show each slot with its release, share, health and answer, and releases to go back to', () => {
    const warm = slot({ colour: 'green', state: 'warm', release: release(2), share: 0, answering: null });
    const state = environment({
      status: status({ services: [{ service: 'web', slots: [slot(), warm] }] }),
      history: [
        past({ rollout: 'r9', to: release(5) }),
        past({ to: release(2) }),
        past(),
        past({ rollout: 'r8', outcome: 'failed' }),
      ],
    });
    assert.equal(
      drawn(tree(state)),
      [
        'dev | v1.1.0 | pass | environment ready unprotected idle',
        '  web | v1.1.0 2/2 healthy | server-process | service',
        '    blue | v1.1.0 · live 100 % · 2/2 | circle-filled | slot active',
        '    green | v1.2.0 · warm · 2/2 | history | slot warm returnable',
        '    v1.5.0 | 2026-01-01 · ann@laptop | tag | release returnable',
        '',
      ].join('\n'),
    );
  });

  it('keep to what fits beside a label: what is wrong in words, what is right shortly, all of it in the tooltip', () => {
    const long = 'release-2026-01-12.3';
    const told = (changes: Parameters<typeof slot>[0]): readonly (string | undefined)[] => {
      const services = [{ service: 'web', slots: [slot(changes), empty] }];
      const row = findNode(tree(environment({ status: status({ services }) })), '/shop#dev#service:web#blue');
      return [row?.description, row?.spoken];
    };
    assert.deepEqual(told({}), [
      'v1.1.0 · live 100 % · 2/2',
      'slot blue, v1.1.0, live 100 %, 2/2 healthy, answers 200, 0123456',
    ]);
    const fresh = { state: 'preparing', share: 0, healthy: 0, answering: null } as const;
    assert.deepEqual(told(fresh), [
      'v1.1.0 · preparing · 0/2 healthy',
      'slot blue, v1.1.0, new, no traffic yet, 0/2 healthy, no answer seen',
    ]);
    assert.equal(told({ ...fresh, share: 5 })[0], 'v1.1.0 · new 5 % · no answer seen · 0/2 healthy');
    const broken = { release: 1, digest: 'sha256:0123456789', status: 503 };
    assert.equal(told({ answering: broken })[0], 'v1.1.0 · live 100 % · answers 503 · 2/2');
    const named = told({ release: release(1, long) });
    assert.equal(named[0], 'releas…-12.3 · live 100 % · 2/2');
    assert.ok(named[1]?.includes(long), String(named[1]));
  });

  it('offer to set up an environment that is new, which is no problem', () => {
    const problem = 'The environment has no routes yet.';
    const [dev] = tree(
      environment({ status: status({ state: 'not-set-up', problem, services: [], edges: [] }) }),
    );
    assert.equal(dev?.description, 'not set up');
    assert.deepEqual(
      dev.children.map(({ label, click, target }) => [label, click, target?.environment]),
      [['Set up dev…', 'tidegate.setUpEnvironment', 'dev']],
    );
  });

  it('name the first of the problems of tidegate.yaml, and all of them in its tooltip', () => {
    const lines = [
      '2 problems in the configuration:',
      '  tidegate.yaml:3:1: no key "rout"',
      '  tidegate.yaml:9:1: other',
    ];
    const trouble = { code: 'config.invalid' as const, message: lines.join('\n'), hint: undefined };
    const [row] = environmentsTree([{ ...project(), trouble }], now);
    assert.equal(row?.description, 'tidegate.yaml:3:1: no key "rout" (and 1 more)');
    assert.ok(JSON.stringify(row.tooltip).includes('9:1: other'), JSON.stringify(row.tooltip));
  });

  it('say who really answers when it is another release', () => {
    const lying = slot({ answering: { release: 7, digest: 'sha256:ffffffffff', status: 200 } });
    const state = environment({ status: status({ services: [{ service: 'web', slots: [lying, empty] }] }) });
    assert.match(drawn(tree(state)), /blue \| v1\.1\.0 · live 100 % · answered by release 7 · 2\/2/);
  });

  it('show a held rollout with the time left, as one that may be promoted', () => {
    const held = rollout({
      ...{ phase: 'shifting 1: holding', stage: 'shifting', until: '2026-01-01T00:00:22.000Z' },
    });
    const [dev] = tree(environment({ rollouts: new Map([[held.id, held]]) }));
    assert.equal(dev?.description, 'v1.2.0: held, goes on in 12 s');
    assert.deepEqual(dev.kinds, ['environment', 'ready', 'unprotected', 'running', 'held']);
    assert.equal(dev.children[0]?.label, 'Deploying v1.2.0');
  });

  for (const [state, words] of [
    ['unreachable', 'not reachable'],
    ['corrupt', 'its ledger is damaged'],
    ['going-down', 'being taken down'],
  ] as const)
    it(`say in words that an environment is ${state}`, () => {
      const [dev] = tree(environment({ status: status({ state, problem: 'what is wrong', services: [] }) }));
      assert.equal(dev?.description, words);
      assert.equal(dev.children[0]?.description, 'what is wrong');
    });

  it('name every state for a screen reader', () => {
    const all = (nodes: readonly TreeNode[]): TreeNode[] =>
      nodes.flatMap((node) => [node, ...all(node.children)]);
    for (const { spoken, description } of all(tree(environment({ history: [past()] }))))
      assert.ok(spoken.length >= description.length, `${spoken} says less than ${description}`);
  });

  it('escape what comes from a repository', () => {
    const state = environment({ history: [past({ by: '[click](command:evil)', to: release(3) })] });
    const [day] = releasesTree([project(state)]);
    assert.doesNotMatch(day?.children[0]?.tooltip ?? '', /[^\\]\]\(/);
  });

  it('put projects above their environments when there are several', () => {
    const two = [project(environment()), { ...project(environment()), folder: '/other', name: 'other' }];
    assert.deepEqual(
      environmentsTree(two, now).map(({ label }) => label),
      ['shop', 'other'],
    );
    const ids = environmentsTree(two, now).flatMap(({ children }) => children.map(({ id }) => id));
    assert.equal(new Set(ids).size, 2);
  });

  it('list the past of all environments by day, newest first', () => {
    const dev = environment({ history: [past()] });
    const production = environment(
      { history: [past({ at: '2026-01-02T10:00:00.000Z', outcome: 'reverted', reason: 'suite-failed' })] },
      'production',
    );
    const days = releasesTree([project(dev, production)], (iso) => iso.slice(0, 10));
    assert.deepEqual(
      days.map(({ label, children, open }) => [label, children[0]?.label, open]),
      [
        ['2026-01-02', 'production: nothing → v1.1.0', true],
        ['2026-01-01', 'dev: nothing → v1.1.0', false],
      ],
    );
    assert.match(days[0]?.children[0]?.description ?? '', /taken back: suite-failed/);
  });

  it('offer to go back to every release that was live, but for the one that is', () => {
    const history = [
      past({ rollout: 'r3', to: release(1) }),
      past({ rollout: 'r2', to: release(2) }),
      past({ rollout: 'r1', to: release(3, null) }),
      past({ rollout: 'r0', to: release(4), outcome: 'failed' }),
    ];
    const [day] = releasesTree([project(environment({ history }))]);
    const isReturnable = ({ kinds }: TreeNode): boolean => kinds.includes('returnable');
    assert.deepEqual(day?.children.map(isReturnable), [false, true, false, false]);
  });

  it('say which edge has not answered, which can be forgotten where it belongs to a node', () => {
    const edges = [
      { node: 'n1', state: 'current', detail: '' },
      { node: 'n2', state: 'missing', detail: 'its node is down' },
      { node: 'inside', state: 'behind', detail: 'has version 6' },
    ] as const;
    const [dev] = tree(environment({ status: status({ edges, maintenance: 'ann' }) }));
    assert.deepEqual(dev?.kinds, ['environment', 'ready', 'unprotected', 'idle', 'maintenance']);
    assert.deepEqual(
      dev.children.slice(1).map(({ kinds, target }) => [kinds, target?.node]),
      [
        [['edge', 'missing', 'node'], 'n2'],
        [['edge', 'behind'], 'inside'],
      ],
    );
  });

  it('show a flag once, with its state in each environment', () => {
    const key = 'odd key/ä*';
    const flag: FlagStatus = {
      ...{ key, value: true, state: 'on', defined: true, default: false },
      ...{
        description: null,
        owner: null,
        by: 'ann',
        at: null,
        share: 25,
        kind: null,
        expires: '2027-03-01',
      },
      ...{ type: 'boolean', variants: ['on', 'off'], conditions: 0 },
    };
    const of = (value: boolean, name: string) =>
      environment(
        { flags: { environment: name, stack: '', release: null, flags: [{ ...flag, value }] } },
        name,
      );
    const [row] = flagsTree([project(of(true, 'dev'), of(false, 'production'))]);
    assert.deepEqual([row?.label, row?.description], [key, 'on in dev']);
    assert.deepEqual(
      row?.children.map(({ description }) => description),
      ['on for 25 %, by ann', 'off, by ann'],
    );
    assert.match(row.children[0]?.tooltip ?? '', /expires 2027/);
  });

  it('show what is overridden and served on this machine, and what is wrong with it', () => {
    const override = { flag: 'a', targetingKey: null, to: 'on', problem: null };
    const served: ServedFlags = {
      ...{ environment: 'dev', states: 'file', url: 'http://127.0.0.1:1', variables: { A: 'b' }, pid: 7 },
    };
    const overrides = [override, { ...override, targetingKey: 'ann', to: 'x', problem: 'gone' }];
    const local = { folder: '/shop', overrides, served: [served] };
    const [first, second] = flagsTree([{ ...project(environment()), local }]);
    assert.deepEqual([first?.label, first?.kinds], ['Served on this machine', ['flagServer', 'other']]);
    assert.equal(second?.description, 'in no live release · overridden here');
    assert.deepEqual(
      second.children.map(({ description, target }) => [description, target?.user]),
      [
        ['on', undefined],
        ['x for ann, without effect: gone', 'ann'],
      ],
    );
    const problems = [{ file: 'flags.yaml', line: 3, column: 1, message: 'No.', hint: '' }];
    const serving: ServingEvent = {
      ...{ kind: 'serving', ...served, file: 'flags.yaml', flags: 1, digest: 'a', overrides: [] },
      ...{ problems, statesProblem: null, moved: false },
    };
    const [own] = flagsTree([{ ...project(environment()), local, serving: [serving] }]);
    assert.deepEqual(own?.kinds, ['flagServer', 'own']);
    assert.match(own.description, /last good ones: flags\.yaml:3: No\.$/);
  });
});

describe('painting again', () => {
  it('paints the one row that an event changed', () => {
    const before = tree(environment());
    const sick = status({ services: [{ service: 'web', slots: [slot(), { ...empty, healthy: 1 }] }] });
    assert.deepEqual(repaint(before, tree(environment({ status: sick }))), []);
    const named = slot({ answering: null });
    const after = tree(
      environment({ status: status({ services: [{ service: 'web', slots: [named, empty] }] }) }),
    );
    assert.deepEqual(repaint(before, after), ['/shop#dev#service:web#blue']);
  });

  it('paints the parent when rows come or go, and everything when the first level does', () => {
    const held = rollout();
    const more = tree(environment({ rollouts: new Map([[held.id, held]]) }));
    assert.deepEqual(repaint(tree(environment()), more), ['/shop#dev']);
    assert.equal(repaint([], more), 'all');
  });

  it('paints one row of 60 services in 4 environments', () => {
    const services = Array.from({ length: 60 }, (_, index) => ({
      service: `s${index}`,
      slots: [slot(), empty],
    }));
    const many = ['a', 'b', 'c', 'd'].map((name) => environment({ status: status({ services }) }, name));
    const before = environmentsTree([project(...many)], now);
    const changed = [...services.slice(0, 59), { service: 's59', slots: [slot({ healthy: 1 }), empty] }];
    const [first, ...rest] = many;
    assert.ok(first, 'there is a first one');
    const after = environmentsTree(
      [project({ ...first, status: status({ services: changed }) }, ...rest)],
      now,
    );
    assert.deepEqual(repaint(before, after), ['/shop#a#service:s59']);
    assert.ok(findNode(after, '/shop#d#service:s59#green'), 'the last row is found');
  });
});

describe('what a watch tells', () => {
  it('is applied in order; what has ended leaves the rows', () => {
    const began = applyUpdates(environment(), [{ type: 'rollout', sequence: 1, progress: rollout() }]);
    assert.deepEqual([...began.state.rollouts.keys()], ['r2']);
    const over = applyUpdates(began.state, [
      { type: 'rollout', sequence: 2, progress: rollout({ ended: true }) },
    ]);
    assert.deepEqual([over.state.rollouts.size, over.ended.length], [0, 1]);
  });

  it('is void from before when a snapshot comes', () => {
    const { state } = applyUpdates(environment({ rollouts: new Map([['old', rollout({ id: 'old' })]]) }), [
      { type: 'snapshot', sequence: 9, because: 'again', status: status({ state: 'corrupt' }), rollouts: [] },
    ]);
    assert.deepEqual([state.rollouts.size, state.status?.state], [0, 'corrupt']);
  });

  it('takes the past and the flags along when the environment was taken down, but not those of another server', () => {
    const flags = { environment: 'dev', stack: 'shop-dev', release: null, flags: [] };
    const down = { type: 'status', sequence: 2, status: status({ state: 'not-set-up' }) } as const;
    const { state } = applyUpdates(environment({ history: [past()], flags }), [down]);
    assert.deepEqual([state.history, state.flags], [[], undefined]);
    const served = environment({ flags });
    const kind = 'unleash' as const;
    const flagServer = { kind, url: 'https://flags.example', project: 'default', environment: 'development' };
    const facts = { ...served.facts, flagServer };
    assert.equal(applyUpdates({ ...served, facts }, [down]).state.flags, flags);
  });
});
