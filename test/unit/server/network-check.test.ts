import assert from 'node:assert/strict';
import { labels } from '../../../agent/common/names.ts';
import { Report } from '../../../agent/config/report.ts';
import { checkNetworks } from '../../../agent/server/network-check.ts';
import type { NetworkObject } from '../../../agent/swarm/port.ts';
import { FakeCluster } from '../../support/fake-swarm.ts';
import { loadRight, shown } from '../config/project-files.ts';

const compose = `services:
  web: { image: 'shop:1', networks: [back, theirs] }
  only: { image: 'shop:1', networks: [back] }
networks:
  back: { internal: true, attachable: true, driver_opts: { encrypted: '' }, ipam: { config: [{ subnet: 10.9.0.0/24 }] } }
  theirs: { external: true, name: proxy }
`;
const tidegate = `version: 1
project: shop
environments: { dev: { edge: { http: 80 } } }
services: { web: { route: { port: 1, hosts: [a.example] } }, only: { route: { port: 1 } } }
`;
const ours = { [labels.stack]: 'shop-dev' };

function network(name: string, change: Partial<NetworkObject> = {}): NetworkObject {
  return { id: name, name, labels: {}, overlay: true, internal: false, ...change };
}
const proxy = network('proxy');
const back = network('shop-dev_back', {
  ...{ labels: ours, internal: true, attachable: true, subnets: ['10.9.0.0/24'] },
  options: { encrypted: '', 'com.docker.network.driver.overlay.vxlanid_list': '4098' },
});

describe('the networks of a project, against those of the Swarm', () => {
  it('fit when what is external is there, and the rest is missing or as it was made', async () => {
    assert.deepEqual(await problems([proxy]), []);
    assert.deepEqual(await problems([proxy, back, network('shop-dev_tidegate', { internal: true })]), []);
  });

  it('do not where an external one is missing, of one node, or of another environment', async () => {
    const said =
      'compose.yaml:6:3 compose.missing-external: networks: the Swarm has no overlay network proxy';
    assert.match((await problems([]))[0] ?? '', new RegExp(`^${said}`));
    assert.match((await problems([network('proxy', { overlay: false })]))[0] ?? '', new RegExp(`^${said}`));
    const other = network('proxy', { labels: { [labels.stack]: 'blog-dev' } });
    assert.match((await problems([other]))[0] ?? '', /belongs to the environment blog-dev/);
  });

  it('do not where somebody else has the name, or what is there was made otherwise', async () => {
    assert.match((await problems([proxy, { ...back, labels: {} }]))[0] ?? '', /did not make/);
    for (const [change, field] of [
      [{ internal: false }, 'internal'],
      [{ attachable: false }, 'attachable'],
      [{ options: {} }, 'driver_opts'],
      [{ subnets: ['10.8.0.0/24'] }, 'ipam'],
    ] as const)
      assert.match(
        (await problems([proxy, { ...back, ...change }]))[0] ?? '',
        new RegExp(`compose.yaml:5:3 compose.network-differs: .*"${field}"`),
      );
  });

  it('do not hold what they promise where the network of the edge is a way out', async () => {
    const found = await problems([proxy, network('shop-dev_tidegate')]);
    assert.equal(found.length, 1, 'web is on another network as well');
    assert.match(found[0] ?? '', /only is on internal networks alone/);
  });

  async function problems(there: readonly NetworkObject[]): Promise<readonly string[]> {
    const cluster = new FakeCluster();
    for (const one of there) cluster.networks.set(one.name, one);
    const project = await loadRight({ 'compose.yaml': compose, 'tidegate.yaml': tidegate });
    const report = new Report();
    await checkNetworks({ swarm: cluster.view(), report }, project);
    return report.problems().map(shown);
  }
});
