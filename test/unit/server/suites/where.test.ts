import assert from 'node:assert/strict';
import { doorFor, hostLines, suiteLabels } from '../../../../agent/server/suites/where.ts';
import type { ReleaseRecord } from '../../../../agent/swarm/ledger/release.ts';
import { aService } from '../../release/model/agent.ts';

const bare = aService({ content: 'c', image: 'i', digest: 'd', replicas: 1, steps: [] });
const routed = (hosts: string[], paths?: string[]) => ({
  ...bare,
  route: { hosts, port: 3000, ...(paths && { paths }) },
});
const environment = { url: undefined };
const door = (
  stage: 'preview' | 'live',
  service = routed(['shop.example']),
  { hasTls = false, url = undefined as string | undefined } = {},
): string => doorFor({ stage, service: 'web' }, { ...environment, url }, service, { hasTls }).url;

describe('a suite on the networks of the stack', () => {
  it('asks the edge by the first host of its service, and below its path', () => {
    assert.equal(door('preview'), 'http://shop.example:8080');
    assert.equal(door('live', routed(['shop.example', 'x'], ['/api', '/b'])), 'http://shop.example:8080/api');
    assert.equal(door('live', routed(['shop.example'], ['/'])), 'http://shop.example:8080');
  });

  it('asks by a name of ours where every host leads to its service, or by that of the environment', () => {
    assert.equal(door('preview', routed([])), 'http://tidegate-edge:8080');
    assert.equal(door('preview', routed([]), { url: 'https://shop.example/' }), 'http://shop.example:8080');
  });

  it('asks what only services call as they do, by its name', () => {
    const inner = routed([]);
    const orders = { ...inner, route: { ...inner.route, internal: 'only' as const } };
    assert.equal(door('preview', orders, { hasTls: true, url: 'https://shop.example' }), 'http://web:3000');
  });

  it('comes as users do where there is HTTPS; previews are not sent on', () => {
    assert.equal(door('live', routed(['shop.example']), { hasTls: true }), 'https://shop.example:8443');
    assert.equal(door('preview', routed(['shop.example']), { hasTls: true }), 'http://shop.example:8080');
  });

  it('finds every host of the release at the edge', () => {
    const record = {
      services: { web: routed(['a', 'b']), api: routed(['b', 'c']) },
    } as unknown as ReleaseRecord;
    assert.deepEqual(hostLines('10.0.0.7', record, 'a'), ['10.0.0.7 a', '10.0.0.7 b', '10.0.0.7 c']);
  });

  it('carries whose it is, or how long anybody can be waiting for it', () => {
    const suite = { name: 'unit', service: 'web' };
    const own = {
      'tidegate.stack': 'shop-dev',
      'tidegate.object': 'suite',
      'tidegate.service': 'web',
      'tidegate.suite': 'unit',
    };
    assert.deepEqual(suiteLabels(suite, 'shop-dev', { rollout: 'r1' }), { ...own, 'tidegate.rollout': 'r1' });
    assert.deepEqual(suiteLabels(suite, 'shop-dev', { until: 7 }), { ...own, 'tidegate.until': '7' });
  });
});
