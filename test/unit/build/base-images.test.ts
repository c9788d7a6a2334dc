import assert from 'node:assert/strict';
import fc from 'fast-check';
import { baseImages } from '../../../agent/build/base-images.ts';
import { baseLogins, type BaseLogins } from '../../../agent/build/base-logins.ts';
import { text, textField } from '../../../agent/build/protobuf.ts';
import { hasCode } from '../../../agent/common/errors.ts';
import type { Login, Logins } from '../../../agent/swarm/logins.ts';

describe('the images a Dockerfile builds on', () => {
  it('are those of FROM, COPY --from and mounts, without its own stages', () => {
    const dockerfile = `# syntax=docker/dockerfile:1
ARG REGISTRY=registry.example TAG
ARG BASE="node:22"
FROM --platform=linux/amd64 \${REGISTRY}/base:\$TAG AS build
ARG LATE=x
COPY --from=docker.io/library/caddy:2 /usr/bin/caddy /caddy
RUN --mount=type=cache,from=cache.example/c,target=/c \\
    make
FROM $BASE
COPY --from=build /a /a
COPY --from=0 /b /b
FROM scratch
FROM \${UNKNOWN}
FROM \${OTHER:-alpine}
`;
    assert.deepEqual(baseImages(dockerfile.replaceAll('\\$', '$'), { TAG: '4', UNUSED: 'x' }), [
      ...['docker/dockerfile:1', 'registry.example/base:4', 'docker.io/library/caddy:2'],
      ...['cache.example/c', 'node:22', 'alpine'],
    ]);
  });

  it('never fail to be told of any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (any) => Array.isArray(baseImages(any, {}))));
  });
});

describe('texts in messages', () => {
  it('come back, and what is no message has none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.string(), (one, other) => {
        const message = Buffer.concat([text(1, one), text(2, other)]);
        assert.deepEqual([textField(message, 1), textField(message, 2)], [one, other]);
      }),
    );
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void textField(Buffer.from(bytes), 1)));
  });
});

describe('logins for base images', () => {
  const login: Login = { username: 'shop', password: 'open>>??', serveraddress: 'registry.example' };
  const logins: Logins = {
    of: (ref) => Promise.resolve(ref.startsWith('registry.example/') ? login : undefined),
  };
  const at = { engine: 'here', doing: 'build web' };

  it('go to the classic builder for the images it will need, in the alphabet it reads', async () => {
    const header = (await baseLogins(logins, ['registry.example/a', 'node:22']).header()) ?? '';
    assert.match(header, /^[A-Za-z0-9_-]+=*$/);
    assert.equal(header.length % 4, 0);
    assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url').toString()), { 'registry.example': login });
    assert.equal(await baseLogins(logins, ['node:22']).header(), undefined);
  });

  it('are found under the names BuildKit has for Docker Hub', async () => {
    const asked: string[] = [];
    const seen: Logins = { of: (ref) => Promise.resolve(void asked.push(ref)) };
    for (const host of ['registry-1.docker.io', 'registry.example:5000'])
      await baseLogins(seen, []).ofHost(host);
    assert.deepEqual(asked, ['docker.io/image', 'registry.example:5000/image']);
  });

  it('are what a build failed with, when a registry refused one, or docker had none to give', async () => {
    const failure = (of: BaseLogins, reason: string): unknown => {
      try {
        of.throwFor(reason, at);
        return undefined;
      } catch (error) {
        return error;
      }
    };
    const refused = baseLogins(logins, ['registry.example/a:1']);
    await refused.ofHost('registry.example');
    const denied = failure(refused, 'unexpected status code [manifests 1]: 401 Unauthorized');
    assert.ok(hasCode(denied, 'registry.denied') && denied.data['login'] === 'given', String(denied));
    assert.ok(!JSON.stringify(denied).includes('open>>??'), 'no password is shown');
    assert.equal(failure(refused, 'exit code: 1'), undefined);
    const none = baseLogins(logins, ['other.example/a:1']);
    const missing = failure(none, 'pull access denied for other.example/a, repository does not exist');
    assert.ok(hasCode(missing, 'registry.denied') && missing.data['login'] === 'none', String(missing));
    const broken = baseLogins({ of: () => Promise.reject(new Error('locked')) }, ['x.example/a']);
    await assert.rejects(broken.header(), /locked/);
    assert.match(String(failure(broken, 'anything')), /locked/);
  });
});
