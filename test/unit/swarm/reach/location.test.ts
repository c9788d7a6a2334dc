import assert from 'node:assert/strict';
import { sha256 } from '../../../../agent/common/canonical.ts';
import { hasCode } from '../../../../agent/common/errors.ts';
import { locateEngine, type EngineLocation } from '../../../../agent/swarm/reach/location.ts';
import type { Surroundings } from '../../../../agent/swarm/reach/surroundings.ts';

interface Machine {
  readonly env?: Record<string, string>;
  readonly files?: Record<string, string>;
  readonly sockets?: readonly string[];
  readonly context?: string;
  readonly platform?: NodeJS.Platform;
}

function locate({
  env = {},
  files = {},
  sockets = [],
  context,
  platform = 'linux',
}: Machine): Promise<EngineLocation> {
  const surroundings: Surroundings = {
    env,
    home: '/home/ada',
    platform,
    context,
    readFile: (path) => Promise.resolve(files[path]),
    exists: (path) => Promise.resolve(sockets.includes(path) || path in files),
    list: (folder) => Promise.resolve(namesIn(folder, Object.keys(files))),
  };
  return locateEngine(surroundings);
}

function namesIn(folder: string, paths: readonly string[]): readonly string[] {
  const inside = paths.filter((path) => path.startsWith(`${folder}/`));
  return [...new Set(inside.map((path) => path.slice(folder.length + 1).split('/')[0] ?? ''))];
}

const cli = (folder: string, current: string): Record<string, string> => ({
  [`${folder}/config.json`]: JSON.stringify({ auths: {}, currentContext: current }),
});
const context = (folder: string, name: string, host: string): Record<string, string> => ({
  [`${folder}/contexts/meta/${sha256(name)}/meta.json`]: JSON.stringify({
    Name: name,
    Metadata: {},
    Endpoints: { docker: { Host: host, SkipTLSVerify: false } },
  }),
});
const docker = '/home/ada/.docker';
const usual = { sockets: ['/var/run/docker.sock'] };

const where = async (machine: Machine): Promise<string> => (await locate(machine)).name;

describe('locateEngine', () => {
  it('takes the context asked for even where DOCKER_HOST names another engine', async () => {
    const files = { ...context(docker, 'prod', 'unix:///prod.sock') };
    const env = { DOCKER_HOST: 'unix:///run/mine.sock', DOCKER_CONTEXT: 'other' };
    assert.equal(await where({ env, files, ...usual, context: 'prod' }), 'unix:///prod.sock');
  });

  it('takes DOCKER_HOST before DOCKER_CONTEXT and the current context', async () => {
    const files = { ...cli(docker, 'prod'), ...context(docker, 'prod', 'unix:///prod.sock') };
    const env = { DOCKER_HOST: 'unix:///run/mine.sock', DOCKER_CONTEXT: 'prod' };
    const found = await locate({ env, files, ...usual });
    assert.deepEqual(found, {
      kind: 'socket',
      path: '/run/mine.sock',
      name: 'unix:///run/mine.sock',
      source: 'DOCKER_HOST',
    });
  });

  it('prefers the context asked for to DOCKER_CONTEXT, and that to the current one', async () => {
    const files = {
      ...cli(docker, 'current'),
      ...context(docker, 'asked', 'unix:///asked.sock'),
      ...context(docker, 'env', 'unix:///env.sock'),
      ...context(docker, 'current', 'unix:///current.sock'),
    };
    const env = { DOCKER_CONTEXT: 'env' };
    assert.equal(await where({ env, files, ...usual, context: 'asked' }), 'unix:///asked.sock');
    assert.equal(await where({ env, files, ...usual }), 'unix:///env.sock');
    assert.equal(await where({ files, ...usual }), 'unix:///current.sock');
  });

  it('looks for contexts where DOCKER_CONFIG points', async () => {
    const files = { ...cli('/etc/d', 'there'), ...context('/etc/d', 'there', 'tcp://10.1.2.3:2375') };
    const found = await locate({ env: { DOCKER_CONFIG: '/etc/d' }, files, ...usual });
    assert.deepEqual(found, {
      kind: 'tcp',
      host: '10.1.2.3',
      port: 2375,
      name: 'tcp://10.1.2.3:2375',
      source: 'the current docker context there',
    });
  });

  it('takes the context named default for the usual places, even when that is asked for', async () => {
    const files = cli(docker, 'prod');
    assert.equal(await where({ files, ...usual, context: 'default' }), 'unix:///var/run/docker.sock');
  });

  it('ignores a docker config that is not JSON, and empty variables', async () => {
    const files = { [`${docker}/config.json`]: '{ oops' };
    const env = { DOCKER_HOST: '', DOCKER_CONTEXT: '' };
    assert.equal(await where({ env, files, ...usual }), 'unix:///var/run/docker.sock');
  });

  it('finds rootless engines and Docker Desktop when the system socket is not there', async () => {
    const env = { XDG_RUNTIME_DIR: '/run/user/7' };
    assert.equal(
      await where({ env, sockets: ['/run/user/7/docker.sock'] }),
      'unix:///run/user/7/docker.sock',
    );
    const desktop = '/home/ada/.docker/run/docker.sock';
    assert.equal(await where({ sockets: [desktop] }), `unix://${desktop}`);
  });

  it('finds the named pipe on Windows', async () => {
    const pipe = '//./pipe/docker_engine';
    const found = await locate({ platform: 'win32', sockets: [pipe] });
    assert.deepEqual([found.kind, found.name], ['socket', 'npipe:////./pipe/docker_engine']);
    const named = await locate({ env: { DOCKER_HOST: 'npipe:////./pipe/other' } });
    assert.equal(named.kind === 'socket' && named.path, '//./pipe/other');
  });

  const addresses = [
    ['tcp://box:1234', 'box', 1234],
    ['tcp://box', 'box', 2375],
    ['box:1234', 'box', 1234],
    ['http://127.0.0.1:9/', '127.0.0.1', 9],
    ['tcp://[::1]:9', '::1', 9],
  ] as const;
  for (const [text, host, port] of addresses)
    it(`reads DOCKER_HOST=${text}`, async () => {
      const found = await locate({ env: { DOCKER_HOST: text } });
      assert.deepEqual(found.kind === 'tcp' && [found.host, found.port], [host, port]);
    });

  const overSsh = [
    ['ssh://box', { host: 'box' }],
    ['ssh://ada@box:2222', { host: 'box', user: 'ada', port: 2222 }],
    ['ssh://ada@box/', { host: 'box', user: 'ada' }],
    ['ssh://[fe80::1]/run/d.sock', { host: 'fe80::1', socket: '/run/d.sock' }],
  ] as const;
  for (const [text, target] of overSsh)
    it(`reads DOCKER_HOST=${text}`, async () => {
      const env = { DOCKER_HOST: text, SSH_AUTH_SOCK: '/agent' };
      const found = await locate({ env });
      assert.ok(found.kind === 'ssh', found.kind);
      assert.deepEqual([found.target, found.env], [target, env]);
    });

  it('reads the address of a context as it reads DOCKER_HOST', async () => {
    const files = context(docker, 'prod', 'ssh://ada@box');
    const found = await locate({ files, context: 'prod', env: { DOCKER_HOST: 'unix:///other' } });
    assert.deepEqual([found.kind, found.name, found.source], ['ssh', 'ssh://ada@box', 'docker context prod']);
  });

  it('takes a context without an address for the usual places', async () => {
    assert.equal(
      await where({ files: context(docker, 'here', ''), ...usual, context: 'here' }),
      'unix:///var/run/docker.sock',
    );
  });

  it('names a context that does not exist, and the one that was probably meant', async () => {
    const files = { ...context(docker, 'production', 'ssh://a'), ...context(docker, 'blog', 'ssh://b') };
    await assert.rejects(locate({ ...usual, files, context: 'prodution' }), {
      code: 'engine.unknown-context',
      message: /"prodution"/,
      hint: /Did you mean "production"/,
    });
    await assert.rejects(locate({ ...usual, files, context: 'nowhere' }), {
      hint: /default, blog, production/,
    });
  });

  it('tells a context whose file is broken from one that does not exist', async () => {
    const files = { [`${docker}/contexts/meta/${sha256('prod')}/meta.json`]: '{ "Name": "prod" }' };
    await assert.rejects(locate({ files, context: 'prod' }), {
      code: 'engine.unknown-context',
      message: /not as it should be/,
    });
  });

  it('refuses an address it cannot read', async () => {
    const wrong = [
      'tcp://',
      'ftp://box',
      'tcp://a b:1',
      'tcp://a:99999',
      'unix://',
      'ssh://',
      'ssh://-oProxyCommand=x',
    ];
    for (const host of [...wrong, 'ssh://-l@box', "ssh://box/a'b", 'ssh://box?x', 'ssh://box:0', 'ssh://b;x'])
      await assert.rejects(locate({ env: { DOCKER_HOST: host } }), (error) =>
        hasCode(error, 'engine.unreachable'),
      );
  });

  it('takes no password, and does not repeat it', async () => {
    for (const host of ['ssh://ada:hunter2@box', 'tcp://ada:hunter2@box:1', 'ada:hunter2@box'])
      await assert.rejects(
        locate({ env: { DOCKER_HOST: host } }),
        (error: Error) => error.message.includes('password') && !JSON.stringify(error).includes('hunter2'),
      );
  });

  it('lists where it looked when there is no engine', async () => {
    await assert.rejects(
      locate({}),
      (error) => hasCode(error, 'engine.unreachable') && error.message.includes('/var/run/docker.sock'),
    );
  });
});
