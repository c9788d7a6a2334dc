import assert from 'node:assert/strict';
import { ago, elapsed } from '../../../agent/cli/duration.ts';
import { describeError, reportError } from '../../../agent/cli/report/error.ts';
import { reportDown, reportForgotten, reportSetup } from '../../../agent/cli/report/environment.ts';
import { reportReleases } from '../../../agent/cli/report/releases.ts';
import { reports } from '../../../agent/cli/report/report.ts';
import { reportRollout } from '../../../agent/cli/report/rollout.ts';
import { reportStatus } from '../../../agent/cli/report/status.ts';
import { colourStyle, plainStyle } from '../../../agent/cli/terminal.ts';
import { stripVTControlCharacters } from 'node:util';
import { failure } from '../../../agent/common/errors.ts';
import type { EnvironmentStatus, Outcome, SlotStatus } from '../../../agent/protocol/methods.ts';
import { rolloutDone } from './fake-agent.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
const v1 = { number: 4, tag: 'v1.0.0', commit: '0123456789abcdef' };
const v2 = { number: 5, tag: null, commit: 'fedcba9876543210' };

function slot(colour: 'blue' | 'green', other: Partial<SlotStatus>): SlotStatus {
  return {
    colour,
    state: 'empty',
    release: null,
    share: 0,
    healthy: 0,
    desired: 0,
    answering: null,
    ...other,
  };
}

const active = slot('blue', {
  state: 'active',
  release: v1,
  share: 100,
  healthy: 2,
  desired: 2,
  answering: { release: 4, digest: `sha256:${'ab12'.repeat(16)}`, status: 200 },
});

function environment(other: Partial<EnvironmentStatus>): EnvironmentStatus {
  return {
    environment: 'dev',
    stack: 'shop-dev',
    state: 'ready',
    problem: null,
    problemCode: null,
    flagsVersion: null,
    services: [],
    edges: [],
    rollouts: [],
    maintenance: null,
    ...other,
  };
}

describe('status', () => {
  it('is an aligned table of slots, the edges and what is going on', () => {
    const shown = reportStatus(
      [
        environment({
          services: [
            {
              service: 'web',
              slots: [active, slot('green', { state: 'preparing', release: v2, desired: 2 })],
            },
            { service: 'api', slots: [slot('blue', {}), slot('green', {})] },
          ],
          edges: [
            { node: 'node-1', state: 'current', detail: '' },
            { node: 'node-2', state: 'missing', detail: 'last seen 2 min ago' },
          ],
          rollouts: [
            {
              id: 'r7',
              kind: 'deploy',
              ref: 'main',
              by: 'anna',
              phase: 'shifting 25%',
              stage: 'shifting',
              until: null,
              services: ['web'],
              reason: null,
              since: '2026-01-01T11:58:00Z',
              driver: 'anna@laptop',
            },
          ],
        }),
      ],
      plainStyle,
      now,
    );
    assert.deepEqual(shown, [
      'dev  ready  shop-dev',
      '  SERVICE  SLOT   STATE      RELEASE        SHARE  HEALTHY  ANSWERING',
      '  web      blue   active     v1.0.0 (#4)    100 %  2/2      ab12ab12ab12 200',
      '           green  preparing  fedcba98 (#5)  0 %    0/2 !    –',
      '  api      blue   empty      –              –      –        –',
      '           green  empty      –              –      –        –',
      '  EDGE ON  STATE',
      '  node-1   current',
      '  node-2   missing !  last seen 2 min ago',
      '  deploy of main by anna: shifting 25%',
      '    since 2 min ago, driven by anna@laptop, rollout r7',
    ]);
  });

  it('says what is wrong with an environment that is not ready', () => {
    const shown = reportStatus(
      [
        environment({ state: 'not-set-up', problem: 'Run "tidegate setup dev".' }),
        environment({ environment: 'prod' }),
      ],
      plainStyle,
      now,
    );
    assert.deepEqual(shown, [
      'dev  not-set-up  shop-dev',
      '  Run "tidegate setup dev".',
      '',
      'prod  ready  shop-dev',
    ]);
  });

  const wrongs: [string, SlotStatus, RegExp][] = [
    ['too few healthy servers', { ...active, healthy: 1 }, /1\/2 !/],
    ['an active slot that does not answer', { ...active, answering: null }, /nothing !/],
    [
      'an answer of another release',
      { ...active, answering: { release: 3, digest: 'sha256:00', status: 200 } },
      /00 200 of #3 !/,
    ],
    [
      'an answer that is an error',
      { ...active, answering: { release: 4, digest: 'sha256:00', status: 503 } },
      /00 503 !/,
    ],
  ];
  for (const [name, wrong, mark] of wrongs) {
    it(`marks ${name} with a sign`, () => {
      const services = [{ service: 'web', slots: [wrong] }];
      assert.match(reportStatus([environment({ services })], plainStyle, now).join('\n'), mark);
    });
  }

  it('says the same without colours', () => {
    const environments = [
      environment({
        services: [{ service: 'web', slots: [{ ...active, healthy: 1 }] }],
        edges: [{ node: 'a', state: 'behind', detail: '' }],
      }),
    ];
    const coloured = reportStatus(environments, colourStyle, now);
    assert.notDeepEqual(coloured, reportStatus(environments, plainStyle, now));
    assert.deepEqual(coloured.map(stripVTControlCharacters), reportStatus(environments, plainStyle, now));
  });

  it('has failed when it can tell about no environment at all', () => {
    const ending = (...states: EnvironmentStatus['state'][]) =>
      reports.status.ending({ environments: states.map((state) => environment({ state })) });
    assert.equal(
      ending('unreachable').kind === 'outcome' && ending('unreachable'),
      ending('corrupt', 'unreachable'),
    );
    assert.notDeepEqual(ending('unreachable'), ending('ready'));
    assert.deepEqual(ending('unreachable', 'ready'), ending('ready'));
    assert.deepEqual(ending('not-set-up'), ending('ready'));
    assert.deepEqual(ending(), ending('ready'));
  });
});

describe('releases', () => {
  it('are one line each', () => {
    const entry = { at: '2026-01-01T11:00:00Z', by: 'anna', services: ['web'], reason: null } as const;
    const shown = reportReleases(
      {
        stack: 'shop-dev',
        releases: [
          { ...v1, ...entry, number: 6, kind: 'rollback', restores: 4, state: 'live' },
          {
            ...v2,
            ...entry,
            at: '2025-12-29T11:00:00Z',
            kind: 'deploy',
            restores: null,
            state: 'failed',
            reason: 'never-healthy',
          },
        ],
      },
      plainStyle,
      now,
    );
    assert.deepEqual(shown, [
      '#  TAG       STATE   WHEN        BY    KIND            REASON',
      '6  v1.0.0    live    1 h ago     anna  rollback of #4',
      '5  fedcba98  failed  3 days ago  anna  deploy          never-healthy',
    ]);
  });

  it('that are none yet are said to be none', () => {
    assert.deepEqual(reportReleases({ stack: 'shop-dev', releases: [] }, plainStyle, now), [
      'shop-dev has no releases yet.',
    ]);
  });
});

describe('the end of a rollout', () => {
  it('says what moved when it is done', () => {
    assert.deepEqual(reportRollout(rolloutDone, plainStyle), [
      'done: v1.1.0 is live on dev.',
      '  web: blue -> green',
      '  rollout r1, 4.2 s',
    ]);
  });

  it('does not say that something moved when it went back', () => {
    const shown = reportRollout({ ...rolloutDone, outcome: 'reverted' }, plainStyle);
    assert.ok(!shown.some((line) => line.includes('blue')), "!shown.some((line) => line.includes('blue'))");
  });

  it('begins with the outcome as a word, for each of them', () => {
    const outcomes: Outcome[] = ['done', 'unchanged', 'held', 'failed', 'reverted', 'partial'];
    for (const outcome of outcomes) {
      assert.equal(
        reportRollout({ ...rolloutDone, outcome }, plainStyle)[0],
        `${outcome}: v1.1.0 is live on dev.`,
      );
    }
  });

  it('gives the link to a held release', () => {
    const shown = reportRollout(
      { ...rolloutDone, outcome: 'held', preview: 'http://x/?p=1', rollout: null },
      plainStyle,
    );
    assert.deepEqual(shown, ['held: v1.1.0 is live on dev.', '  preview: http://x/?p=1']);
  });
});

describe('setup, down and edge forget', () => {
  it('say what they changed and what they left', () => {
    const setup = {
      outcome: 'done',
      stack: 's',
      changes: ['created edge'],
      pending: ['edge image'],
      url: 'http://localhost:8080',
    } as const;
    assert.deepEqual(reportSetup(setup, plainStyle), [
      'done: s is ready. http://localhost:8080',
      '  created edge',
      'left alone, since it interrupts traffic (--upgrade-edge does it):',
      '  edge image',
    ]);
    assert.deepEqual(reportDown({ stack: 's', removed: ['a'], kept: ['volume b'] }, plainStyle), [
      'done: s is removed.',
      '  removed a',
      '  kept volume b',
    ]);
    assert.deepEqual(reportForgotten({ node: 'n', forgotten: ['task-1'] }, plainStyle), [
      'done: the edge of n is not waited for any more.',
      '  forgot task-1',
    ]);
  });

  it('say unchanged when there was nothing to do', () => {
    const setup = { outcome: 'unchanged', stack: 's', changes: [], pending: [], url: 'u' } as const;
    assert.match(reportSetup(setup, plainStyle).join(), /^unchanged/);
    assert.match(reportDown({ stack: 's', removed: [], kept: [] }, plainStyle).join(), /^unchanged/);
    assert.match(reportForgotten({ node: 'n', forgotten: [] }, plainStyle).join(), /^unchanged/);
  });
});

describe('an error', () => {
  it('shows its code, what failed and what to do next', () => {
    const error = failure('git.unknown-ref', { message: 'There is no tag v9.', hint: 'Nearest: v1.0.0.' });
    assert.deepEqual(reportError(describeError(error, { debug: false }), plainStyle), [
      'error git.unknown-ref: There is no tag v9.',
      'next: Nearest: v1.0.0.',
    ]);
  });

  it('keeps a message of several lines, such as every problem of the configuration', () => {
    const message = '2 problems in the configuration:\ntidegate.yaml:3:5 Bad.\ncompose.yaml:1:1 Worse.';
    const error = failure('config.invalid', { message });
    assert.deepEqual(reportError(describeError(error, { debug: false }), plainStyle), [
      `error config.invalid: ${message}`,
    ]);
  });

  it('nobody foresaw is internal, asks for a report, and shows its stack only when debugging', () => {
    const error = new Error('boom', { cause: new Error('below') });
    const quiet = describeError(error, { debug: false });
    assert.equal(quiet.code, 'internal');
    assert.match(quiet.message, /boom/);
    assert.match(quiet.hint ?? '', /report it.*TIDEGATE_DEBUG=1/);
    assert.equal(quiet.stack, undefined);
    assert.match(
      describeError(error, { debug: true }).stack ?? '',
      /report\.test\.ts[^]*caused by: Error: below/,
    );
  });

  it('that quotes a container cannot play with the terminal', () => {
    const error = failure('rollout.failed', { message: 'It said:\n\u001b[2Jgone\u0007' });
    assert.equal(
      reportError(describeError(error, { debug: false }), plainStyle)[0],
      'error rollout.failed: It said:\ngone',
    );
  });
});

describe('times', () => {
  it('are read in the unit that fits', () => {
    const table: [number, string][] = [
      [0, '0.0 s'],
      [59_940, '59.9 s'],
      [59_960, '1 min 00 s'],
      [125_000, '2 min 05 s'],
      [3_720_000, '1 h 02 min'],
    ];
    for (const [ms, text] of table) assert.equal(elapsed(ms), text);
  });

  it('ago survive clocks that differ and texts that are none', () => {
    assert.equal(ago('2026-01-01T12:00:30Z', now), 'just now');
    assert.equal(ago('2026-01-01T11:59:20Z', now), '40 s ago');
    assert.equal(ago('2025-12-31T02:00:00Z', now), '34 h ago');
    assert.equal(ago('yesterday', now), 'yesterday');
  });
});
