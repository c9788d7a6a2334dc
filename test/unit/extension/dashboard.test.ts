import assert from 'node:assert/strict';
import { dashboardHtml } from '../../../extension/dashboard/html.ts';
import { dashboardState, marksMs, unknownState } from '../../../extension/model/dashboard.ts';
import { nothingYet, type EnvironmentState } from '../../../extension/model/state.ts';
import { readToPage } from '../../../webview/dashboard/messages.ts';
import { environment, past, release, rollout, slot, status } from './samples.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
const iso = (minutes: number): string => new Date(now + minutes * 60_000).toISOString();
const step = (phase: string, minutes: number) => ({ phase, at: iso(minutes) });

const held = rollout({
  ...{ phase: 'shifting 1: holding', stage: 'shifting', until: iso(1) },
  trail: ['planned', 'building', 'placing', 'verifying', 'shifting 1: moving', 'shifting 1: holding'].map(
    (phase, index) => step(phase, index - 6),
  ),
});

function during(progress = held, changes: Partial<EnvironmentState> = {}): EnvironmentState {
  const services = [
    {
      service: 'web',
      slots: [
        slot({ share: 75 }),
        slot({ colour: 'green', state: 'preparing', release: release(2), share: 25 }),
      ],
    },
    { service: 'mailer', kind: 'worker' as const, slots: [slot()] },
  ];
  return environment({
    status: status({ services }),
    rollouts: new Map([[progress.id, progress]]),
    ...changes,
  });
}

describe('the state of a dashboard', () => {
  it('is what its page reads', () => {
    const state = dashboardState(during(), now);
    assert.deepEqual(readToPage({ kind: 'state', state }), { kind: 'state', state });
    const [web, ...others] = state.services;
    assert.deepEqual(
      [web?.slots.map(({ colour, release: name, share }) => `${colour} ${name} ${share}`), others],
      [['blue v1.1.0 75', 'green v1.2.0 25'], []],
      'workers have no requests',
    );
  });

  it('has the rollout as a line: what is done, what is now, what comes', () => {
    const { rollout: line } = dashboardState(during(), now);
    assert.equal(line?.title, 'Deploy of v1.2.0 by ann@laptop');
    assert.equal(line.until, now + 60_000);
    assert.deepEqual(
      line.steps.map(({ label, state, detail }) => [label, state, detail]),
      [
        ...['Plan', 'Build', 'Start', 'Probe'].map((label) => [label, 'done', '']),
        ['Canary', 'now', 'step 1: held'],
        ...['All traffic', 'Keep warm'].map((label) => [label, 'next', '']),
      ],
    );
  });

  it('expects nothing more of a rollout that goes back', () => {
    const back = rollout({
      ...{ phase: 'aborting: draining', stage: 'aborting' },
      trail: [step('planned', -3), step('placing', -2), step('aborting: draining', -1)],
    });
    assert.deepEqual(
      dashboardState(during(back), now).rollout?.steps.map(({ label, state }) => `${label} ${state}`),
      ['Plan done', 'Start done', 'Going back failed'],
    );
  });

  it('says of every button whether it can be pressed, and why not', () => {
    const possible = (state: EnvironmentState) =>
      Object.values(dashboardState(state, now).actions).map((action) => action.possible);
    assert.deepEqual(possible(during()), [true, true, false]);
    const moving = rollout({ phase: 'placing', stage: 'placing' });
    assert.deepEqual(possible(during(moving)), [false, true, false]);
    assert.deepEqual(possible(environment()), [false, false, true]);
    assert.deepEqual(possible(environment({ status: status({ services: [] }) })), [false, false, false]);
    for (const action of Object.values(dashboardState(environment(), now).actions))
      assert.equal(action.why === '', action.possible);
  });

  it('marks deploys, rollbacks, what was taken back, and flags, oldest first', () => {
    const flag = {
      ...{
        key: 'free-delivery',
        value: true,
        state: 'on' as const,
        share: 25,
        defined: true,
        default: false,
      },
      ...{
        description: null,
        owner: null,
        kind: null,
        expires: null,
        type: 'boolean' as const,
        variants: [],
      },
      ...{ conditions: 0, by: 'ben@ci', at: iso(-4) },
    };
    const state = environment({
      history: [
        past({
          rollout: 'r3',
          outcome: 'reverted',
          reason: 'aborted',
          trail: [step('promoted', -3), step('aborting: reverting', -2)],
        }),
        past({ rollout: 'r2', kind: 'rollback', trail: [step('promoted', -30)] }),
        past({ rollout: 'r1', trail: [step('shifting 1: moving', -60), step('promoted', -50)] }),
        past({ rollout: 'r0', trail: [step('promoted', -marksMs / 60_000 - 1)] }),
      ],
      flags: {
        environment: 'dev',
        stack: 'shop-dev',
        release: release(1),
        flags: [flag, { ...flag, key: 'x', at: null }],
      },
    });
    assert.deepEqual(
      dashboardState(state, now).marks.map(({ kind, label }) => `${kind}: ${label}`),
      [
        'deploy: v1.1.0 canary',
        'deploy: v1.1.0 live',
        'rollback: v1.1.0 live',
        'flag: free-delivery on',
        'deploy: v1.1.0 live',
        'reverted: v1.1.0 back',
      ],
    );
  });

  it('says why nothing is known', () => {
    const connected = { kind: 'connected', version: '1', pid: 1 } as const;
    const say = (state: typeof nothingYet) => unknownState('dev', state).problem ?? '';
    assert.match(say({ ...nothingYet, trusted: false }), /not trusted/);
    assert.match(say({ ...nothingYet, link: { kind: 'failed', why: 'no room' } }), /no room/);
    assert.match(say(nothingYet), /Looking/);
    assert.match(say({ ...nothingYet, link: connected, projects: [] }), /names no environment dev/);
    assert.ok(readToPage({ kind: 'state', state: unknownState('dev', nothingYet) }), 'the page reads it');
  });
});

describe('the page of a dashboard', () => {
  it('takes scripts and styles from the extension alone, and no text for markup', () => {
    const html = dashboardHtml({
      ...{ script: 'https://x/dashboard.js', style: 'https://x/dashboard.css', cspSource: 'https://x' },
      ...{ nonce: 'abc', remembered: { folder: '/a"><script>', environment: 'dev' } },
      ...{ language: 'de', texts: { Time: '"><script>Zeit' } },
    });
    assert.match(
      html,
      /default-src 'none'; style-src https:\/\/x; font-src https:\/\/x; script-src 'nonce-abc'"/,
    );
    assert.doesNotMatch(html, /unsafe|"><script>/);
    assert.match(html, /<html lang="de">/);
    assert.match(html, /data-texts="\{&quot;Time&quot;:/);
    assert.equal(html.match(/<script/g)?.length, 1);
  });
});
