import assert from 'node:assert/strict';
import { hasCode } from '../../../agent/common/errors.ts';
import { frontNetwork } from '../../../agent/infra/front-network.ts';
import { FakeCluster } from '../../support/fake-swarm.ts';

describe('the network of a proxy in front', () => {
  const proxy = { id: 'n1', name: 'proxy', labels: {} };

  it('is found by its name, with the addresses that come from it', async () => {
    const cluster = new FakeCluster();
    cluster.networks.set('proxy', { ...proxy, overlay: true, subnets: ['10.0.9.0/24'] });
    cluster.networks.set('other', { ...proxy, id: 'n2', name: 'other', overlay: true });
    assert.deepEqual(await frontNetwork(cluster.view(), 'proxy'), { id: 'n1', subnets: ['10.0.9.0/24'] });
  });

  it('has to be an overlay network that is there', async () => {
    const cluster = new FakeCluster();
    cluster.networks.set('proxy', { ...proxy, overlay: false });
    for (const [name, said] of [
      ['proxy', /no overlay network/],
      ['none', /no network none/],
    ] as const)
      await assert.rejects(frontNetwork(cluster.view(), name), (error: Error) => {
        assert.match(error.message, said);
        return hasCode(error, 'edge.no-network');
      });
  });
});
