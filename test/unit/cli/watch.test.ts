import assert from 'node:assert/strict';
import { run } from '../../../agent/cli/run.ts';
import type { EnvironmentStatus } from '../../../agent/protocol/methods.ts';
import type { RolloutProgress, WatchEvent } from '../../../agent/protocol/watch.ts';
import { aborted, FakeAgent } from './fake-agent.ts';
import { FakeHost } from './fake-host.ts';

const status: EnvironmentStatus = {
  environment: 'dev',
  stack: 'shop-dev',
  state: 'ready',
  problem: null,
  problemCode: null,
  flagsVersion: null,
  services: [
    {
      service: 'web',
      slots: [
        {
          colour: 'blue',
          state: 'active',
          release: { number: 1, tag: 'v1', commit: 'a' },
          share: 100,
          healthy: 1,
          desired: 1,
          answering: null,
        },
        {
          colour: 'green',
          state: 'empty',
          release: null,
          share: 0,
          healthy: 0,
          desired: 0,
          answering: null,
        },
      ],
    },
  ],
  edges: [],
  rollouts: [],
  maintenance: null,
};

const progress: RolloutProgress = {
  id: 'r1',
  kind: 'deploy',
  ref: 'v2',
  by: 'ann@ci',
  phase: 'building',
  stage: 'building',
  until: null,
  services: ['web'],
  reason: null,
  since: '2026-01-01T00:00:00.000Z',
  driver: null,
  ended: false,
  trail: [
    { phase: 'planned', at: '2026-01-01T00:00:00.000Z' },
    { phase: 'building', at: '2026-01-01T00:00:01.000Z' },
  ],
};

const event: WatchEvent = {
  kind: 'watch',
  feed: 'f',
  updates: [
    {
      type: 'snapshot',
      sequence: 1,
      because: 'again',
      status,
      rollouts: [
        {
          id: 'r1',
          progress,
          events: [{ kind: 'line', source: 'build web', stream: 'stdout', text: 'a\u001b[2J' }],
          dropped: 3,
        },
      ],
    },
    { type: 'rollout', sequence: 2, progress: { ...progress, phase: 'aborted', reason: 'cancelled' } },
    { type: 'status', sequence: 3, status: { ...status, state: 'unreachable', problem: 'Docker is gone.' } },
  ],
};

describe('tidegate watch', () => {
  async function watched(...flags: string[]): Promise<{ code: number; out: string }> {
    const agent = new FakeAgent({
      watch: async (_params, call) => {
        call.onEvent(event);
        await aborted(call.signal);
        return { feed: 'f', sequence: 3 };
      },
    });
    const fake = new FakeHost({ argv: ['watch', 'dev', ...flags], agent });
    const running = run(fake.host);
    await new Promise((resolve) => setImmediate(resolve));
    fake.signals.emit('SIGINT');
    return { code: await running, out: fake.out };
  }

  it('prints the environment, what happened, and what changes, as lines that cannot move the cursor', async () => {
    const { code, out } = await watched();
    assert.equal(code, 0);
    assert.deepEqual(out.trimEnd().split('\n'), [
      'what happened meanwhile is not known any more; as it is now:',
      'dev ready; web: blue active v1 (#1) 100 %',
      'deploy of v2 by ann@ci: building (after planned)',
      '  (3 older lines are not kept)',
      'build web | a',
      'deploy of v2 by ann@ci: aborted (cancelled) (after planned)',
      'dev unreachable; web: blue active v1 (#1) 100 %',
      '  Docker is gone.',
    ]);
  });

  it('prints JSON lines with --json, where to go on as the last', async () => {
    const lines = (await watched('--json')).out.trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      [event, { feed: 'f', sequence: 3 }],
    );
  });
});
