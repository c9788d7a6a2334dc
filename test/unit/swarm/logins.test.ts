import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLogins, type HelperAnswer, type Login } from '../../../agent/swarm/logins.ts';

const secret = 'open-sesame:with:colons';
const auth = Buffer.from(`ann:${secret}`).toString('base64');

interface Asked {
  readonly config?: unknown;
  readonly env?: Record<string, string>;
  readonly helper?: (name: string, server: string) => HelperAnswer;
}

function loginFor(ref: string, { config, env = {}, helper }: Asked): Promise<Login | undefined> {
  const file = path.join(env['DOCKER_CONFIG'] ?? '/home/ann/.docker', 'config.json');
  return openLogins({
    env,
    home: '/home/ann',
    readFile: (asked) =>
      Promise.resolve(
        asked === file && config !== undefined
          ? typeof config === 'string'
            ? config
            : JSON.stringify(config)
          : undefined,
      ),
    ...(helper && { runHelper: (name, server) => Promise.resolve(helper(name, server)) }),
  }).of(ref);
}

const gives =
  (username: string, wanted: string) =>
  (name: string, server: string): HelperAnswer => ({
    code: 0,
    stdout: JSON.stringify({ ServerURL: server, Username: username, Secret: `${wanted} of ${name}` }),
  });

describe('the login for a registry', () => {
  it('is nobody in particular without a configuration', async () => {
    assert.equal(await loginFor('registry.example/shop/web:1', {}), undefined);
  });

  it('stands in auths, by the name of the registry or an address of it', async () => {
    for (const key of ['registry.example:5000', 'https://registry.example:5000/v2/'])
      assert.deepEqual(
        await loginFor('registry.example:5000/shop/web:1', { config: { auths: { [key]: { auth } } } }),
        { username: 'ann', password: secret, serveraddress: 'registry.example:5000' },
      );
  });

  it('of another registry is not given away', async () => {
    const config = { auths: { 'registry.example': { auth } } };
    for (const ref of [
      'registry.example:5000/web',
      'registry.example.org/web',
      'web',
      `sha256:${'0'.repeat(64)}`,
    ])
      assert.equal(await loginFor(ref, { config }), undefined, ref);
  });

  it('of Docker Hub is found under the address of its first API', async () => {
    const config = { auths: { 'https://index.docker.io/v1/': { auth } } };
    const login = await loginFor('acme/web:1', { config });
    assert.equal(login?.serveraddress, 'https://index.docker.io/v1/');
  });

  it('may be a token', async () => {
    const config = { auths: { 'registry.example': { auth, identitytoken: 'tkn' } } };
    assert.deepEqual(await loginFor('registry.example/web', { config }), {
      identitytoken: 'tkn',
      serveraddress: 'registry.example',
    });
    const helper = gives('<token>', 'tkn');
    assert.deepEqual(await loginFor('registry.example/web', { config: { credsStore: 'pass' }, helper }), {
      identitytoken: 'tkn of pass',
      serveraddress: 'registry.example',
    });
  });

  it("comes from the registry's own helper before the store, and from the store before auths", async () => {
    const config = {
      auths: { 'registry.example': { auth }, 'other.example': { auth } },
      credsStore: 'desktop',
      credHelpers: { 'registry.example': 'ecr-login', 'other.example': '' },
    };
    const helper = gives('bob', 'the secret');
    const of = async (ref: string): Promise<unknown> => {
      const login = await loginFor(ref, { config, helper });
      return login && 'password' in login ? login.password : login;
    };
    assert.equal(await of('registry.example/web'), 'the secret of ecr-login');
    assert.equal(await of('third.example/web'), 'the secret of desktop');
    assert.equal(await of('other.example/web'), secret, 'an empty helper switches the store off');
  });

  it('is nobody in particular when the helper has none', async () => {
    const helper = (): HelperAnswer => ({ code: 1, stdout: 'credentials not found in native keychain\n' });
    assert.equal(
      await loginFor('registry.example/web', { config: { credsStore: 'pass' }, helper }),
      undefined,
    );
  });

  it('is read where DOCKER_CONFIG says', async () => {
    const config = { auths: { 'registry.example': { auth } } };
    const login = await loginFor('registry.example/web', { config, env: { DOCKER_CONFIG: '/etc/ci' } });
    assert.ok(login, 'a login');
  });

  const broken: readonly (readonly [string, Asked, RegExp])[] = [
    ['a configuration that is not JSON', { config: `{ "auths": "${secret}` }, /config\.json cannot be read/],
    [
      'a helper that fails',
      { config: { credsStore: 'pass' }, helper: () => ({ code: 2, stdout: 'the store is locked\n' }) },
      /docker-credential-pass .* the store is locked/,
    ],
    [
      'a helper that talks nonsense',
      { config: { credsStore: 'pass' }, helper: () => ({ code: 0, stdout: secret }) },
      /its answer cannot be read/,
    ],
    ['a helper that is a path', { config: { credsStore: '../../tmp/x' } }, /is not a name/],
    [
      'a helper that is not there',
      { config: { credsStore: 'nobody-has-this' }, env: { PATH: '/nowhere' } },
      /is not in PATH/,
    ],
  ];
  for (const [what, asked, words] of broken)
    it(`is told apart from none: ${what}`, async () => {
      await assert.rejects(loginFor('registry.example/web', asked), (error: Error & { code: string }) => {
        assert.equal(error.code, 'registry.login-failed');
        assert.match(error.message, words);
        assert.doesNotMatch(JSON.stringify([error.message, error.cause, error]), /sesame/);
        return true;
      });
      // Public images need no login.
      assert.equal(await loginFor('node:22', asked), undefined);
    });

  it('is asked of the helper on its standard input, never on its command line', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tidegate-helper-'));
    try {
      const program = path.join(folder, 'docker-credential-test');
      const script = `#!/bin/sh\nread server\nprintf '{"Username":"%s","Secret":"from %s"}' "$*" "$server"\n`;
      await writeFile(program, script);
      await chmod(program, 0o755);
      const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}` };
      assert.deepEqual(await loginFor('registry.example/web', { config: { credsStore: 'test' }, env }), {
        username: 'get',
        password: 'from registry.example',
        serveraddress: 'registry.example',
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
