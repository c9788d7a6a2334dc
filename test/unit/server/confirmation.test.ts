import assert from 'node:assert/strict';
import { call } from './socket/server.ts';
import { openAgentPlace, type AgentPlace } from '../../support/agent-place.ts';

describe('a protected environment', () => {
  let place: AgentPlace;
  before(async () => (place = await openAgentPlace()));
  after(() => place.close());

  const production = (): { folder: string; environment: string } => ({
    folder: place.folder,
    environment: 'production',
  });

  it('is not changed by a request that does not say it was confirmed', async () => {
    const client = await place.client();
    const writes: string[] = [];
    place.cluster.onWrite = ({ name }) => writes.push(name);
    const refused = { code: 'environment.protected' };
    await assert.rejects(client.request('abort', production(), call()), refused);
    await assert.rejects(client.request('down', { ...production(), volumes: false }, call()), refused);
    const params = { ...production(), confirmed: false };
    await assert.rejects(client.request('promote', params, call()), refused);
    assert.deepEqual(writes, []);
  });

  it('is changed when it was confirmed, and read without a word', async () => {
    const client = await place.client();
    const confirmed = { ...production(), confirmed: true };
    await assert.rejects(client.request('abort', confirmed, call()), { code: 'rollout.none' });
    assert.equal((await client.request('status', production(), call())).environments.length, 1);
  });

  it('is nothing to the others', async () => {
    const client = await place.client();
    const dev = { folder: place.folder, environment: 'dev' };
    await assert.rejects(client.request('abort', dev, call()), { code: 'rollout.none' });
  });
});
