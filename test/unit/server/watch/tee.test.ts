import assert from 'node:assert/strict';
import { systemClock } from '../../../../agent/common/clock.ts';
import { silentLog } from '../../../../agent/common/log.ts';
import type { AgentEvent } from '../../../../agent/protocol/methods.ts';
import type { WatchedRollout } from '../../../../agent/protocol/watch.ts';
import { defaultLimits } from '../../../../agent/release/engine.ts';
import { openConnections } from '../../../../agent/server/connections.ts';
import { identity } from '../../../../agent/server/identity.ts';
import { openServings } from '../../../../agent/server/local/servings.ts';
import { openFeeds } from '../../../../agent/server/watch/feeds.ts';
import { told } from '../../../../agent/server/watch/tee.ts';
import { eventually } from '../../../support/eventually.ts';
import { rolloutDone } from '../../cli/fake-agent.ts';
import { openAgentPlace, type AgentPlace } from '../../../support/agent-place.ts';

const note = (text: string): AgentEvent => ({ kind: 'note', level: 'info', text });
const phase = (name: string): AgentEvent => ({ kind: 'phase', rollout: 'r1', phase: name, detail: '' });

describe('what a rollout reports', () => {
  let place: AgentPlace;
  beforeEach(async () => (place = await openAgentPlace()));
  afterEach(() => place.close());

  it('is told to its client at once, and to all who watch in the same order, from its first word on', async () => {
    const env = { DOCKER_HOST: 'unix:///none.sock' };
    const feeds = openFeeds();
    const connections = openConnections({
      env,
      clock: systemClock,
      log: silentLog,
      open: () => place.cluster.view(),
    });
    const agent = {
      env,
      clock: systemClock,
      log: silentLog,
      leaseSeconds: 15,
      limits: defaultLimits,
      identity: identity(),
      connections,
      feeds,
      folders: { runtime: '/nowhere', state: '/nowhere' },
      servings: openServings(),
      flagTokens: new Map(),
      readAssets: () => Promise.reject(new Error('not needed')),
    };
    const own: AgentEvent[] = [];
    const params = { folder: place.folder, environment: 'dev', ref: 'v1', hold: false };
    const call = { signal: new AbortController().signal, onEvent: (event: AgentEvent) => own.push(event) };
    await told(agent, 'deploy', params, call, async (tee) => {
      tee.onEvent(note('v1 is abc'));
      tee.onEvent(phase('planned'));
      tee.onEvent(note('still finding out who watches'));
      await new Promise((resolve) => setTimeout(resolve, 50));
      tee.onEvent(phase('building'));
      return rolloutDone;
    });
    const expected = [
      note('v1 is abc'),
      phase('planned'),
      note('still finding out who watches'),
      phase('building'),
    ];
    assert.deepEqual(own, expected);
    const feed = feeds.feed('unix:///none.sock shop-dev');
    feed.setStatus({
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
    });
    await eventually(() => {
      const [snapshot] = feed.opening(null);
      const rollouts: readonly WatchedRollout[] = snapshot?.type === 'snapshot' ? snapshot.rollouts : [];
      assert.deepEqual(rollouts[0]?.events, [...expected, note(rolloutDone.message)]);
    });
    connections.close();
  });
});
