import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  isPinned,
  manifestOf,
  pinned,
  registryOf,
  repositoryOf,
  tagOf,
} from '../../../agent/swarm/image-name.ts';

const digest = `sha256:${'a1'.repeat(32)}`;

describe('the name of an image', () => {
  const places: readonly (readonly [string, string | undefined])[] = [
    ['web', 'docker.io'],
    ['acme/web:2', 'docker.io'],
    ['docker.io/acme/web', 'docker.io'],
    ['index.docker.io/acme/web', 'docker.io'],
    ['localhost/web', 'localhost'],
    ['localhost:5000/web:1', 'localhost:5000'],
    ['registry.example/shop/web', 'registry.example'],
    ['registry:5000/shop/web@sha256:ab', 'registry:5000'],
    [digest, undefined],
    ['a1'.repeat(32), undefined],
  ];
  for (const [ref, registry] of places)
    it(`of ${ref.slice(0, 40)} is known to ${registry ?? 'no registry'}`, () => {
      assert.equal(registryOf(ref), registry);
    });

  const part = fc.stringMatching(/^[a-z0-9]+(?:[-_.][a-z0-9]+){0,2}$/);
  const repository = fc
    .tuple(fc.constantFrom('registry.example', 'registry.example:5000', 'localhost:5000', 'acme'), part)
    .map((parts) => parts.join('/'));
  const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/);

  it('falls into its repository, tag and manifest, whichever it has', () => {
    fc.assert(
      fc.property(repository, tag, (name, version) => {
        for (const ref of [name, `${name}:${version}`, `${name}@${digest}`, `${name}:${version}@${digest}`])
          assert.equal(repositoryOf(ref), name, ref);
        assert.equal(tagOf(`${name}:${version}`), version);
        assert.equal(tagOf(name), 'latest');
        assert.equal(pinned(`${name}:${version}`, digest), `${name}@${digest}`);
        assert.equal(manifestOf(pinned(name, digest)), digest);
        assert.deepEqual([isPinned(name), isPinned(digest)], [false, false]);
      }),
    );
  });
});
