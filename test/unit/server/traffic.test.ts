import assert from 'node:assert/strict';
import { openTrafficBoard, type TrafficBoard } from '../../../agent/cluster/traffic/board.ts';
import { systemClock } from '../../../agent/common/clock.ts';
import { silentLog } from '../../../agent/common/log.ts';
import type { RemoteAgent } from '../../../agent/protocol/connection/remote.ts';
import type { TrafficEvent } from '../../../agent/protocol/traffic.ts';
import { openAgentPlace, type AgentPlace } from '../../support/agent-place.ts';

describe('the traffic as a client is told of it', () => {
  let place: AgentPlace;
  let agent: RemoteAgent;
  let board: TrafficBoard;

  beforeEach(async () => {
    place = await openAgentPlace();
    agent = await place.client();
    board = openTrafficBoard({
      ...{ stack: 'shop-dev', store: place.ledger.traffic, task: 'c1', clock: systemClock, log: silentLog },
      tasks: () => Promise.resolve(['c1']),
    });
    place.cluster.view().watch(
      (event) => board.notice(event),
      () => board.gap(),
    );
  });
  afterEach(() => place.close());

  function look(environment = 'dev') {
    const stop = new AbortController();
    const events: TrafficEvent[] = [];
    let wake: () => void = () => undefined;
    const ended = agent.request(
      'traffic',
      { folder: place.folder, environment },
      {
        signal: stop.signal,
        onEvent: (event) => {
          if (event.kind === 'traffic') events.push(event);
          wake();
        },
      },
    );
    const next = async (): Promise<TrafficEvent> => {
      while (events.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return events.shift() as TrafficEvent;
    };
    return { next, ended, stop: () => stop.abort() };
  }

  it('is what control has, and then every point; nothing of it stays when the client goes', async () => {
    await board.tick();
    const client = look();
    const first = await client.next();
    assert.deepEqual([first.type, first.points.length], ['snapshot', 1]);
    await board.tick();
    const second = await client.next();
    assert.deepEqual([second.type, second.points.length], ['points', 1]);
    client.stop();
    await client.ended.catch(() => undefined);
    await board.tick();
    const left = await place.ledger.traffic.find();
    assert.deepEqual([left?.watchers.size, left?.points.size], [0, 0]);
  });

  it('is refused where nothing is set up, and nothing is written there', async () => {
    await assert.rejects(look('production').ended, { code: 'environment.not-set-up' });
    assert.equal(
      [...place.cluster.configs.values()].some(({ name }) => name === 'shop-production.traffic'),
      false,
    );
  });
});
