import assert from 'node:assert/strict';
import { systemClock, type Clock } from '../../../../agent/common/clock.ts';
import { hasCode } from '../../../../agent/common/errors.ts';
import { silentLog } from '../../../../agent/common/log.ts';
import { openConnections } from '../../../../agent/server/connections.ts';
import { openSwarm } from '../../../../agent/swarm/docker-swarm.ts';
import { FakeEngine, sendJson } from '../../swarm/fake-engine.ts';

/** Sleeping takes no time, and is counted as if it did. */
class SkippingClock implements Clock {
  #slept = 0;

  now(): number {
    return systemClock.now();
  }

  monotonic(): number {
    return this.#slept;
  }

  async sleep(ms: number): Promise<void> {
    this.#slept += ms;
    await systemClock.sleep(0);
  }
}

describe('an engine that is gone', () => {
  let engine: FakeEngine;
  beforeEach(async () => {
    engine = new FakeEngine();
    engine.answer = (_request, response) => sendJson(response, 200, { Volumes: [] });
    await engine.start();
  });
  afterEach(() => engine.dispose());

  async function unreachableAfter(who: 'looking' | 'swarm'): Promise<number> {
    const clock = new SkippingClock();
    // Its event stream sleeps too: it must not be counted.
    const connections = openConnections({
      ...{ env: { DOCKER_HOST: `unix://${engine.path}` }, clock, log: silentLog },
      open: (opened, options) => ({ ...openSwarm(opened, options), watch: () => () => undefined }),
    });
    const connection = await connections.engine(undefined);
    await connection[who].volumes.list({});
    await engine.stop();
    await assert.rejects(connection[who].volumes.list({}), (error) => hasCode(error, 'engine.unreachable'));
    connections.close();
    return clock.monotonic();
  }

  it('is told within seconds to those who look', async () => {
    const afterMs = await unreachableAfter('looking');
    assert.ok(afterMs > 500 && afterMs <= 2_000, `after ${afterMs} ms`);
  });

  it('is waited for by those who work', async () => {
    const afterMs = await unreachableAfter('swarm');
    assert.ok(afterMs > 20_000, `after ${afterMs} ms`);
  });
});
