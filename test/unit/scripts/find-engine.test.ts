import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Surroundings } from '../../../agent/swarm/reach/surroundings.ts';
import { hasCode } from '../../../agent/common/errors.ts';
import { findEngine, isListening, thisMachine } from '../../../scripts/engine/find.ts';
import { engineFolder } from '../../../scripts/engine/private-folder.ts';

const nowhere: Surroundings = {
  env: {},
  home: '/home/ada',
  platform: 'linux',
  readFile: () => Promise.resolve(undefined),
  exists: () => Promise.resolve(false),
  list: () => Promise.resolve([]),
};

describe('finding an engine', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'tg-find-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('finds none where nobody listens', async () => {
    assert.equal(await findEngine(nowhere), undefined);
  });

  it('takes the one DOCKER_HOST names', async () => {
    const found = await findEngine({ ...nowhere, env: { DOCKER_HOST: 'tcp://10.0.0.7:2375' } });
    assert.equal(found?.name, 'tcp://10.0.0.7:2375');
  });

  it('does not go past a context that does not exist', async () => {
    const around = { ...nowhere, env: { DOCKER_CONTEXT: 'gone' } };
    await assert.rejects(findEngine(around), (error) => hasCode(error, 'engine.unknown-context'));
  });

  it('passes by a socket file that a dead engine left', async () => {
    const dead = path.join(folder, 'docker.sock');
    await writeFile(dead, '');
    assert.equal(await thisMachine.exists(dead), false);
  });

  it('knows a socket somebody listens on', async () => {
    const socket = path.join(folder, 'docker.sock');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    assert.equal(await isListening(socket), true);
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await isListening(socket), false);
  });
});

describe("a private engine's folder", () => {
  it('is below the git-ignored .tidegate', () => {
    const engine = engineFolder('/srv/app');
    assert.equal(engine.data, '/srv/app/.tidegate/engine/data');
    assert.equal(engine.socket, '/srv/app/.tidegate/engine/docker.sock');
  });

  it('has its socket elsewhere when a socket cannot have so long a path', () => {
    const deep = `/srv/${'deeper/'.repeat(20)}`;
    const { socket } = engineFolder(deep);
    assert.ok(Buffer.byteLength(socket) <= 107, socket);
    assert.equal(socket, engineFolder(deep).socket);
    assert.notEqual(socket, engineFolder(`${deep}other`).socket);
  });
});
