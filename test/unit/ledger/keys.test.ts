import assert from 'node:assert/strict';
import { openLedger } from '../../../agent/swarm/ledger/ledger.ts';
import { FakeCluster } from '../../support/fake-swarm.ts';

describe('the keys of an environment', () => {
  it('are made once, and are others in another environment', async () => {
    const cluster = new FakeCluster();
    const [dev, live] = ['shop-dev', 'shop-live'].map((stack) => openLedger(cluster.view(), stack).keys);
    await dev?.create();
    await live?.create();
    const [keys, digest] = [await dev?.read(), await dev?.digestKey()];
    await dev?.create();
    assert.deepEqual([await dev?.read(), await dev?.digestKey()], [keys, digest]);
    assert.match(digest ?? '', /^[\w-]{43}$/);
    assert.notEqual(await live?.digestKey(), digest);
    assert.notDeepEqual(await live?.read(), keys);
  });

  it('are completed where an older version made them, which has none for digests', async () => {
    const cluster = new FakeCluster();
    const { keys } = openLedger(cluster.view(), 'shop-dev');
    await keys.create();
    const [object] = cluster.configs.values();
    if (!object) throw new Error('no keys');
    const { digest, ...before } = object.labels;
    assert.ok(digest, 'no key for digests');
    cluster.setLabels(object, before);
    await assert.rejects(keys.digestKey(), { code: 'environment.not-set-up' });
    const old = await keys.read();
    await keys.create();
    assert.match(await keys.digestKey(), /^[\w-]{43}$/);
    assert.deepEqual(await keys.read(), old);
  });
});
