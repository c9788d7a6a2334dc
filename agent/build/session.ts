/**
 * The session a BuildKit build needs: the engine turns a `POST /session` into an HTTP/2 connection on which it
 * is the client and asks us (gRPC; moby/buildkit, session/). Without one, a base image that needs even an
 * anonymous token ("no active sessions") cannot be pulled. dockerode's own session answers no health checks, so
 * the engine drops it after a few seconds, and it is never closed when a build fails.
 */
import { performServerHandshake, type ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import type Dockerode from 'dockerode';
import type { Login } from '../swarm/logins.ts';
import { dial } from './dial.ts';
import { frame, text, textField } from './protobuf.ts';

export interface Session {
  readonly id: string;
  close(): void;
}

const health = '/grpc.health.v1.Health/Check';
const credentialsMethod = '/moby.filesync.v1.Auth/Credentials';

/** Of docker, by the name the engine has for a registry. */
export type Credentials = (host: string) => Promise<Login | undefined>;

// HealthCheckResponse { status: SERVING }
const serving = frame(Buffer.from([0x08, 0x01]));

/** What came is an empty message or one gRPC frame. `undefined`: there is no such method. */
async function answerOf(
  method: string,
  request: Buffer,
  credentials: Credentials,
): Promise<Buffer | undefined> {
  if (method === health) return serving;
  if (method !== credentialsMethod) return undefined;
  const host = textField(request.subarray(5), 1);
  const login = host === undefined ? undefined : await credentials(host);
  if (!login) return frame(Buffer.alloc(0));
  // As the docker CLI answers: a token has no user.
  return 'identitytoken' in login
    ? frame(text(2, login.identitytoken))
    : frame(Buffer.concat([text(1, login.username), text(2, login.password)]));
}

/** `id` is any unused text; it is told to the build as well. */
export async function openSession(
  docker: Dockerode,
  id: string,
  { signal, credentials }: { readonly signal: AbortSignal; readonly credentials: Credentials },
): Promise<Session> {
  const socket = await upgrade(docker, id, signal);
  // A server of its own would refuse a TLS socket that did not agree on HTTP/2 when it was opened.
  const opened = performServerHandshake(socket);
  opened.on(
    'stream',
    (stream: ServerHttp2Stream, headers) => void answer(stream, headers[':path'] ?? '', credentials),
  );
  // The engine may go away at any moment; the build itself reports that.
  opened.on('error', () => socket.destroy());
  socket.on('error', () => undefined);
  // Destroying the socket alone would leave it open: its handle belongs to the HTTP/2 connection now.
  return { id, close: () => opened.destroy() };
}

const unimplemented = '12';
/** Whoever asked for the build says why. */
const unavailable = '14';

async function answer(stream: ServerHttp2Stream, method: string, credentials: Credentials): Promise<void> {
  stream.on('error', () => undefined);
  const head = { ':status': 200, 'content-type': 'application/grpc' };
  const message = await received(stream)
    .then((request) => answerOf(method, request, credentials))
    .catch(() => unavailable);
  if (stream.destroyed) return;
  if (message === undefined || typeof message === 'string') {
    stream.respond({ ...head, 'grpc-status': message ?? unimplemented }, { endStream: true });
    return;
  }
  stream.respond(head, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(message);
}

/** Names of hosts; more would be no such question. */
const longestRequest = 4096;

async function received(stream: ServerHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += (chunk as Buffer).length;
    if (size > longestRequest) throw new RangeError('a question of that length is none');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
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
      'X-Docker-Expose-Session-Grpc-Method': [health, credentialsMethod],
    },
  });
  return socket as Duplex;
}
