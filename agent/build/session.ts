/**
 * The session a BuildKit build needs: the engine turns a `POST /session` into an HTTP/2 connection on which it
 * is the client and asks us (gRPC; moby/buildkit, session/). Without one, a base image that needs even an
 * anonymous token ("no active sessions") cannot be pulled. dockerode's own session answers no health checks, so
 * the engine drops it after a few seconds, and it is never closed when a build fails.
 */
import { performServerHandshake, type ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import type Dockerode from 'dockerode';
import { dial } from './dial.ts';

export interface Session {
  readonly id: string;
  close(): void;
}

const health = '/grpc.health.v1.Health/Check';
const credentials = '/moby.filesync.v1.Auth/Credentials';

/** Frame of a gRPC message: not compressed, length, message. */
function frame(message: readonly number[]): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, Buffer.from(message)]);
}

const answers: Readonly<Record<string, Buffer>> = {
  // HealthCheckResponse { status: SERVING }
  [health]: frame([0x08, 0x01]),
  // CredentialsResponse {}: nobody in particular.
  [credentials]: frame([]),
};

const unimplemented = '12';

/** `id` is any unused text; it is told to the build as well. */
export async function openSession(docker: Dockerode, id: string, signal: AbortSignal): Promise<Session> {
  const socket = await upgrade(docker, id, signal);
  // A server of its own would refuse a TLS socket that did not agree on HTTP/2 when it was opened.
  const opened = performServerHandshake(socket);
  opened.on('stream', (stream: ServerHttp2Stream, headers) => answer(stream, headers[':path'] ?? ''));
  // The engine may go away at any moment; the build itself reports that.
  opened.on('error', () => socket.destroy());
  socket.on('error', () => undefined);
  // Destroying the socket alone would leave it open: its handle belongs to the HTTP/2 connection now.
  return { id, close: () => opened.destroy() };
}

function answer(stream: ServerHttp2Stream, path: string): void {
  stream.on('error', () => undefined);
  stream.resume();
  const message = answers[path];
  const head = { ':status': 200, 'content-type': 'application/grpc' };
  if (message === undefined) {
    stream.respond({ ...head, 'grpc-status': unimplemented }, { endStream: true });
    return;
  }
  stream.respond(head, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(message);
}

async function upgrade(docker: Dockerode, id: string, signal: AbortSignal): Promise<Duplex> {
  const socket = await dial(docker, {
    method: 'POST',
    path: '/session',
    hijack: true,
    abortSignal: signal,
    headers: {
      Upgrade: 'h2c',
      'X-Docker-Expose-Session-Uuid': id,
      'X-Docker-Expose-Session-Name': 'tidegate',
      // The engine asks only for methods that are named here.
      'X-Docker-Expose-Session-Grpc-Method': [health, credentials],
    },
  });
  return socket as Duplex;
}
