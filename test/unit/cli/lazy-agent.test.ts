import assert from 'node:assert/strict';
import { lazyAgent } from '../../../agent/cli/lazy-agent.ts';
import { FakeAgent } from './fake-agent.ts';

const call = { signal: new AbortController().signal, onEvent: () => undefined };
const dev = { folder: '/project', environment: 'dev' };
const nothing = { stack: 'shop-dev', releases: [] };

describe('an agent that is loaded late', () => {
  it('is loaded by the first request, once, and answers it', async () => {
    let loads = 0;
    const agent = lazyAgent(() => {
      loads += 1;
      return Promise.resolve(new FakeAgent({ releases: () => nothing }));
    });
    assert.equal(loads, 0);
    const answers = await Promise.all([
      agent.request('releases', dev, call),
      agent.request('releases', dev, call),
    ]);
    assert.deepEqual(answers, [nothing, nothing]);
    assert.equal(loads, 1);
  });

  it('can be loaded ahead of the first request', () => {
    let loads = 0;
    const agent = lazyAgent(() => {
      loads += 1;
      return Promise.resolve(new FakeAgent({}));
    });
    agent.load?.();
    assert.equal(loads, 1);
  });

  it('tells by the request that it cannot be loaded, not by an unhandled rejection', async () => {
    const agent = lazyAgent(() => Promise.reject(new Error('a part is missing')));
    agent.load?.();
    await new Promise((resolve) => setImmediate(resolve));
    await assert.rejects(agent.request('releases', dev, call), /a part is missing/);
  });
});
