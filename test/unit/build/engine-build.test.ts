import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import Dockerode from 'dockerode';
import { baseLogins } from '../../../agent/build/base-logins.ts';
import { noLogins } from '../../../agent/swarm/logins.ts';
import { buildOnEngine, type BuildOutcome } from '../../../agent/build/engine-build.ts';
import { createBuilder } from '../../../agent/build/image-builder.ts';
import { systemClock } from '../../../agent/common/clock.ts';
import type { BuiltImage } from '../../../agent/build/builder.ts';
import { openRepository } from '../../../agent/git/open.ts';
import { openSwarm } from '../../../agent/swarm/docker-swarm.ts';
import { openEngine } from '../../../agent/swarm/engine.ts';
import { commit, Scratch } from '../git/scratch-repository.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Reads the whole context, then answers with these lines; the last may be left open. */
function lines(...messages: readonly object[]): Answer {
  return (request, response) => {
    request.resume();
    request.on('end', () => response.end(messages.map((message) => `${JSON.stringify(message)}\n`).join('')));
  };
}

describe('an engine that builds', () => {
  let dir: string;
  let server: Server;
  let answer: Answer;
  let docker: Dockerode;
  let socketPath: string;

  before(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'tidegate-engine-'));
    socketPath = path.join(dir, 'engine.sock');
    server = createServer((request, response) => {
      if (request.url?.startsWith('/build?') === true) answer(request, response);
      else if (request.url === '/version') response.end('{"Version":"19.03.1","ApiVersion":"1.38"}');
      else if (request.url?.startsWith('/images/json') === true) response.end('[]');
      else response.writeHead(404).end('{"message":"no such image"}');
    });
    server.listen(socketPath);
    await once(server, 'listening');
    docker = new Dockerode({ socketPath });
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(dir, { recursive: true });
  });

  function build(tar: Readable = Readable.from([Buffer.alloc(1024)])): Promise<BuildOutcome> {
    const signal = new AbortController().signal;
    return buildOnEngine(docker, {
      kind: 'classic',
      id: 'x',
      tar,
      options: { t: 'x' },
      logins: baseLogins(noLogins, []),
      signal,
      onMessage: () => undefined,
    });
  }

  it('and says an image id has built it', async () => {
    answer = lines({ stream: 'Step 1/1' }, { aux: { ID: 'sha256:1' } }, { stream: 'Successfully built' });
    assert.deepEqual(await build(), { kind: 'built', imageId: 'sha256:1' });
  });

  it('and reports an error inside of its answer has failed, also behind an image id', async () => {
    answer = lines({ aux: { ID: 'sha256:1' } }, { errorDetail: { message: 'in detail' }, error: 'in short' });
    assert.deepEqual(await build(), { kind: 'failed', reason: 'in detail' });
    answer = lines({ error: 'in short' });
    assert.deepEqual(await build(), { kind: 'failed', reason: 'in short' });
  });

  it('and refuses while the context is still being sent is heard', async () => {
    answer = (_request, response) =>
      response.writeHead(400).end('{"message":"dockerfile parse error line 1"}');
    const endless = Readable.from(
      (function* () {
        for (let count = 0; count < 1_000; count++) yield Buffer.alloc(64 * 1024);
      })(),
    );
    assert.deepEqual(await build(endless), { kind: 'failed', reason: 'dockerfile parse error line 1' });
    assert.equal(endless.destroyed, true);
  });

  it('and ends without a word has built nothing', async () => {
    answer = lines({ stream: 'Step 1/2' });
    assert.deepEqual(await build(), { kind: 'silence' });
  });

  it('and never gets the whole context fails with what the context failed with', async () => {
    answer = lines({ aux: { ID: 'sha256:1' } });
    const broken = Readable.from(
      (async function* () {
        yield Buffer.alloc(1024);
        await Promise.resolve();
        throw new Error('the object is missing');
      })(),
    );
    await assert.rejects(build(broken), /the object is missing/);
  });

  describe('for a service', () => {
    let scratch: Scratch;
    let repository: Awaited<ReturnType<typeof openRepository>>;
    before(async () => {
      scratch = await Scratch.folder();
      const folder = await scratch.repository('r');
      await commit(folder, { Dockerfile: 'FROM scratch\n' });
      repository = await openRepository(folder);
    });
    after(() => scratch.remove());

    async function service(): Promise<BuiltImage> {
      const engine = openEngine({ kind: 'socket', path: socketPath, name: 'unix://test', source: 'test' });
      try {
        const { images, registry } = openSwarm(engine);
        return await createBuilder({ engine, images, registry, clock: systemClock, env: {} }).build({
          repository,
          commit: await repository.resolve('HEAD'),
          stack: 'shop-dev',
          project: 'shop',
          service: 'web',
          source: { kind: 'build', context: '', dockerfile: 'Dockerfile', target: undefined, args: {} },
          onLine: () => undefined,
          signal: new AbortController().signal,
        });
      } finally {
        engine.close();
      }
    }

    it('and whose disk is full says so', async () => {
      answer = lines({ error: 'write /var/lib/docker/x: no space left on device' });
      await assert.rejects(service(), { code: 'engine.disk-full' });
    });

    it('and goes away in the middle is said to be unreachable', async () => {
      answer = (request, response) => {
        request.resume();
        request.on('end', () => {
          response.write('{"stream":"Step 1/2 : FROM scratch"}\n');
          setImmediate(() => response.destroy());
        });
      };
      await assert.rejects(service(), { code: 'engine.unreachable' });
      answer = (request) => request.destroy();
      await assert.rejects(service(), { code: 'engine.unreachable' });
      answer = lines({ stream: 'Step 1/2' });
      await assert.rejects(service(), { code: 'engine.unreachable' });
    });
  });
});
