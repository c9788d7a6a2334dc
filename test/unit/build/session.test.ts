import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type ClientHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Dockerode from 'dockerode';
import { frame, text, textField } from '../../../agent/build/protobuf.ts';
import { openSession } from '../../../agent/build/session.ts';
import type { Login } from '../../../agent/swarm/logins.ts';

interface Answer {
  readonly status: string | undefined;
  readonly body: string;
}

/** A gRPC call, as an engine makes it. */
async function call(
  client: ClientHttp2Session,
  method: string,
  message = frame(Buffer.alloc(0)),
): Promise<Answer> {
  const stream = client.request({ ':method': 'POST', ':path': method, 'content-type': 'application/grpc' });
  let status: string | undefined;
  const note = (headers: Record<string, unknown>): void => {
    if (typeof headers['grpc-status'] === 'string') status = headers['grpc-status'];
  };
  stream.on('response', note);
  stream.on('trailers', note);
  stream.end(message);
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return { status, body: Buffer.concat(chunks).toString('hex') };
}

describe('the session of a build', () => {
  let dir: string;
  let engine: Server;
  let docker: Dockerode;
  let upgraded: Promise<[IncomingMessage, Socket]>;

  before(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'tidegate-session-'));
    const socketPath = path.join(dir, 'engine.sock');
    engine = createServer();
    upgraded = once(engine, 'upgrade') as Promise<[IncomingMessage, Socket]>;
    engine.on('upgrade', (_request, socket: Socket) => {
      socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
    });
    engine.listen(socketPath);
    await once(engine, 'listening');
    docker = new Dockerode({ socketPath });
  });
  after(async () => {
    engine.close();
    await rm(dir, { recursive: true });
  });

  it('answers what an engine asks, refuses the rest, and ends when it is closed', async () => {
    const { signal } = new AbortController();
    const logins: Readonly<Record<string, Login>> = {
      'registry.example:5000': { username: 'shop', password: 'ä'.repeat(100), serveraddress: 's' },
      'token.example': { identitytoken: 'T', serveraddress: 's' },
    };
    const session = await openSession(docker, 'an-id', {
      signal,
      credentials: (host) =>
        host === 'broken.example' ? Promise.reject(new Error('no')) : Promise.resolve(logins[host]),
    });
    const [request, socket] = await upgraded;
    assert.equal(request.headers['x-docker-expose-session-uuid'], 'an-id');
    assert.match(
      String(request.headers['x-docker-expose-session-grpc-method']),
      /Health\/Check.*Auth\/Credentials/,
    );
    const client = connect('http://engine', { createConnection: () => socket });
    const health = '/grpc.health.v1.Health/Check';
    const credentials = '/moby.filesync.v1.Auth/Credentials';
    assert.deepEqual(await call(client, health), { status: '0', body: '00000000020801' });
    assert.deepEqual(await call(client, credentials), { status: '0', body: '0000000000' });
    const ask = (host: string): Promise<Answer> => call(client, credentials, frame(text(1, host)));
    assert.deepEqual(await ask('other.example'), { status: '0', body: '0000000000' });
    const given = Buffer.from((await ask('registry.example:5000')).body, 'hex').subarray(5);
    assert.deepEqual([textField(given, 1), textField(given, 2)], ['shop', 'ä'.repeat(100)]);
    const token = Buffer.from((await ask('token.example')).body, 'hex').subarray(5);
    assert.deepEqual([textField(token, 1), textField(token, 2)], [undefined, 'T']);
    assert.equal((await ask('broken.example')).status, '14');
    assert.equal((await call(client, credentials, Buffer.alloc(5000))).status, undefined);
    assert.deepEqual(await call(client, '/moby.filesync.v1.FileSync/DiffCopy'), { status: '12', body: '' });
    const closed = once(client, 'close');
    session.close();
    await closed;
  });
});
