import assert from 'node:assert/strict';
import { namedInRegistry, placeInRegistry, publish } from '../../../agent/build/registry-image.ts';
import { failure } from '../../../agent/common/errors.ts';
import { FakeCluster } from '../../support/fake-swarm.ts';

const key = 'c0ffee'.repeat(10);
const id = `sha256:${'1'.repeat(64)}`;
const digest = `sha256:${'2'.repeat(64)}`;
const place = placeInRegistry('registry.example/shop', 'web', key);

describe('an image in a registry', () => {
  let cluster: FakeCluster;
  let built: number;
  let lines: string[];

  beforeEach(() => {
    cluster = new FakeCluster();
    built = 0;
    lines = [];
  });

  function published(swarm: Parameters<typeof publish>[0] = cluster.view()): ReturnType<typeof publish> {
    return publish(swarm, {
      service: 'web',
      registry: 'registry.example/shop',
      key,
      signal: new AbortController().signal,
      onLine: (line) => void lines.push(line),
      local: () => {
        built += 1;
        return Promise.resolve({ ref: id, digest: id, built: true });
      },
    });
  }

  it('has a name made of its content', () => {
    assert.equal(place, 'registry.example/shop/web:c0ffeec0ffeec0ffeec0ffee');
  });

  it('is built, pushed, and pinned by the digest of its manifest', async () => {
    const image = await published();
    assert.deepEqual([built, image.built], [1, true]);
    assert.equal(image.ref, `registry.example/shop/web@${image.digest}`);
    assert.equal(cluster.registry.get(place), image.digest);
    assert.match(lines.join('\n'), /^pushing .*\npushed /);
  });

  it('is neither built nor pushed again when it is there', async () => {
    cluster.registry.set(place, digest);
    assert.deepEqual(await published(), {
      ref: `registry.example/shop/web@${digest}`,
      digest,
      built: false,
    });
    assert.equal(built, 0);
  });

  function refusing(login: 'given' | 'none'): Parameters<typeof publish>[0] {
    const { images, registry } = cluster.view();
    const denied = failure('registry.denied', { message: 'denied', data: { login } });
    return { images, registry: { ...registry, digest: () => Promise.reject(denied) } };
  }

  it('is pushed for a user to whom the registry denies what it does not have yet', async () => {
    assert.equal((await published(refusing('given'))).built, true);
  });

  it('is not even built for nobody', async () => {
    await assert.rejects(published(refusing('none')), { code: 'registry.denied' });
    assert.equal(built, 0);
  });

  it('that is named in the compose file is pinned to what its registry has now', async () => {
    cluster.registry.set('registry.example/cache:7', digest);
    const { registry } = cluster.view();
    const expected = { ref: `registry.example/cache@${digest}`, digest, built: false };
    assert.deepEqual(await namedInRegistry(registry, 'registry.example/cache:7'), expected);
    cluster.registry.clear();
    assert.deepEqual(await namedInRegistry(registry, `registry.example/cache:7@${digest}`), expected);
    await assert.rejects(namedInRegistry(registry, 'registry.example/cache:7'), { code: 'image.missing' });
  });
});
