/** The real engine, reached over a real ssh server and over a real TLS listener. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { surroundings } from '../../../agent/server/connections.ts';
import { openSwarm } from '../../../agent/swarm/docker-swarm.ts';
import { openEngine, type OpenEngine } from '../../../agent/swarm/engine.ts';
import { locateEngine } from '../../../agent/swarm/reach/location.ts';
import type { ClusterEvent } from '../../../agent/swarm/port.ts';
import { output } from '../../../scripts/command.ts';
import { testEngine } from '../../support/engine.ts';
import { openSshServer, type SshServer } from '../../support/ssh-server.ts';
import { makeAuthority, serveTls, type Authority, type TlsEngine } from '../../support/tls-engine.ts';
import { Workshop } from '../build/workshop.ts';
import { eventually, ScratchStack } from '../swarm/scratch-stack.ts';

interface Way {
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

async function overSsh(socket: string): Promise<Way | undefined> {
  const server = await openSshServer({ remote: { DOCKER_HOST: `unix://${socket}` } });
  return server && { env: { ...server.env, DOCKER_HOST: server.host }, close: () => server.close() };
}

async function overTls(socket: string): Promise<Way> {
  const authority: Authority = await makeAuthority();
  const served: TlsEngine = await serveTls(
    socket,
    authority,
    await authority.sign({ names: 'IP:127.0.0.1' }),
  );
  const mine = await authority.sign({ names: 'DNS:ann' });
  await writeFile(path.join(authority.folder, 'cert.pem'), mine.cert);
  await writeFile(path.join(authority.folder, 'key.pem'), mine.key);
  return {
    env: { DOCKER_HOST: `tcp://127.0.0.1:${served.port}`, DOCKER_CERT_PATH: authority.folder },
    close: async () => {
      await served.close();
      await authority.remove();
    },
  };
}

/** The engine's socket; `undefined` where it is not one of this machine. */
async function engineSocket(): Promise<string | undefined> {
  const { host } = await testEngine();
  return host.startsWith('unix://') ? host.slice('unix://'.length) : undefined;
}

for (const [name, open] of [
  ['ssh', overSsh],
  ['TLS', overTls],
] as const)
  describe(`a cluster behind ${name}`, () => {
    let way: Way | undefined;
    let engine: OpenEngine;
    let stack: ScratchStack;

    before(async function () {
      const socket = await engineSocket();
      way = socket === undefined ? undefined : await open(socket);
      if (!way) return this.skip();
      engine = openEngine(await locateEngine(surroundings({ HOME: '/nowhere', ...way.env })));
      stack = await ScratchStack.open();
    });

    after(async () => {
      if (!way) return;
      engine.close();
      await stack.dispose();
      await way.close();
    });

    it('is the same one', async () => {
      const [there, here] = await Promise.all([openSwarm(engine).info(), stack.swarm.info()]);
      assert.equal(there.clusterId, here.clusterId);
      assert.notEqual(there.engine, here.engine);
    });

    it('answers many at once, and while streams are open', async () => {
      const swarm = openSwarm(engine);
      const all = await Promise.all(Array.from({ length: 14 }, () => swarm.nodes()));
      assert.equal(new Set(all.map((nodes) => nodes[0]?.id)).size, 1);
    });

    it('tells what happens, and takes a change of a label by compare-and-swap', async () => {
      const swarm = openSwarm(engine);
      const seen: ClusterEvent[] = [];
      const listening = new Promise<void>((resolve) => {
        const stop = swarm.watch((event) => seen.push(event), resolve);
        engine.closed.addEventListener('abort', stop);
      });
      await listening;
      const made = await swarm.configs.create(`${stack.name}.${name}`, 'text', stack.labels);
      const found = await swarm.configs.get(`${stack.name}.${name}`);
      assert.ok(found, 'the config');
      await swarm.configs.updateLabels(found, { ...stack.labels, more: 'yes' });
      await assert.rejects(swarm.configs.updateLabels(found, stack.labels), { code: 'swarm.conflict' });
      await eventually('both events', () =>
        ['create', 'update'].every((action) =>
          seen.some((event) => event.id === made && event.action === action),
        )
          ? true
          : undefined,
      );
    });

    it('builds an image, with the session that BuildKit asks for', async () => {
      const workshop = await Workshop.open('BuildKit');
      try {
        const dir = await workshop.project('FROM BASE\nCOPY . /app\nRUN cat /app/x\n', {
          x: `${name} ${stack.name}`,
          big: 'x'.repeat(3_000_000),
        });
        const source = { kind: 'build', context: '', dockerfile: 'Dockerfile', target: undefined, args: {} };
        const request = await workshop.request(dir, { source: { ...source, kind: 'build' } });
        const image = await workshop.builder(engine).build(request);
        assert.equal(image.built, true);
        assert.ok((await workshop.imageIds()).includes(image.ref), image.ref);
      } finally {
        await workshop.dispose();
      }
    });
  });

describe('an ssh host that does not let us through', () => {
  let server: SshServer | undefined;
  let folder: string;

  before(async function () {
    server = await openSshServer({ remote: { PATH: '/nowhere' } });
    if (!server) this.skip();
    folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-home-'));
  });

  afterEach(async () => {
    await server?.knowHost('known');
    await server?.takeKey('taken');
    await server?.mend();
  });

  after(async () => {
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** As somebody sees it who calls the program. */
  async function doctor(): Promise<string> {
    assert.ok(server, 'the server');
    const env = { ...server.env, HOME: folder, DOCKER_HOST: server.host, DOCKER_CONFIG: folder };
    const program = path.resolve(import.meta.dirname, '../../../dist/tidegate.js');
    const run = output(process.execPath, [program, 'doctor'], {
      cwd: folder,
      env: { ...env, TIDEGATE_AGENT: 'off', NO_COLOR: '1', SSH_AUTH_SOCK: undefined },
    });
    return run.catch((error: unknown) => (error as { cause: { stdout: string } }).cause.stdout);
  }

  const hindrances = [
    [
      'is unknown',
      (to: SshServer) => to.knowHost('unknown'),
      /has never been seen from here[^]*compare the fingerprint/,
    ],
    ['has another key', (to: SshServer) => to.knowHost('another'), /another key than the one in known_hosts/],
    ['refuses the key', (to: SshServer) => to.takeKey('refused'), /takes none of your keys[^]*SSH_AUTH_SOCK/],
    ['is gone', (to: SshServer) => to.cut(), /Connection refused/],
    ['has no docker', () => Promise.resolve(), /no docker program for this user/],
  ] as const;
  for (const [what, hinder, words] of hindrances)
    it(`is told apart: ${what}`, async () => {
      assert.ok(server, 'the server');
      await hinder(server);
      assert.match(await doctor(), words);
    });
});
