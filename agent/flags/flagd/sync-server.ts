/**
 * flagd's sync service over gRPC: SDKs and flagds that evaluate by themselves get the whole document, and again
 * whenever it changes. gRPC is HTTP/2 with a frame and a trailer, which Node speaks; a library for it would be a
 * third of control's bundle.
 */
import {
  constants,
  createServer,
  type IncomingHttpHeaders,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { FlagsDocument } from '../document.ts';
import type { FlagsSource } from '../serving/source.ts';
import { judge } from '../serving/access.ts';
import { flagdConfiguration } from './configuration.ts';
import { configurationMessage, framed, metadataMessage } from './messages.ts';

export interface FlagdSync {
  /** Not listening yet. */
  readonly server: Http2Server;
  readonly listening: () => number;
  readonly close: () => void;
}

const service = '/flagd.sync.v1.FlagSyncService/';
const status = { ok: '0', unimplemented: '12', unavailable: '14', unauthenticated: '16' } as const;
/** A connection that a proxy between must not take for idle, and a client that is gone must be noticed. */
const pingMs = 20_000;

export function openFlagdSync(source: FlagsSource): FlagdSync {
  const clients = new Set<Follower>();
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer();
  const unlisten = source.onChange((document) => {
    const bytes = syncBytes(document);
    for (const client of clients) client.send(bytes);
  });
  const ping = setInterval(() => sessions.forEach(alive), pingMs).unref();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => undefined);
  });
  server.on('stream', (stream, headers) => {
    const method = allowedMethod(source, stream, headers);
    if (method?.name === 'SyncFlags') follow(stream, method.document);
    else if (method) answerOnce(stream, method);
  });
  const follow = (stream: ServerHttp2Stream, document: FlagsDocument): void => {
    const client = openFollower(stream);
    clients.add(client);
    stream.on('close', () => clients.delete(client));
    client.send(syncBytes(document));
  };
  return {
    server,
    listening: () => clients.size,
    close: () => {
      unlisten();
      clearInterval(ping);
      for (const client of clients) client.end();
      for (const session of sessions) session.close();
      server.close();
    },
  };
}

interface Method {
  readonly name: string;
  readonly document: FlagsDocument;
}

/** `undefined`: it was refused. What a client's message says (a selector) is no part of what is served: all of it. */
function allowedMethod(
  source: FlagsSource,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): Method | undefined {
  stream.resume();
  stream.on('error', () => undefined);
  const { authorization, 'x-api-key': key, ':path': path = '' } = headers;
  const apiKey = typeof key === 'string' ? key : undefined;
  const document = source.document();
  if (judge(source.access(), { authorization, apiKey, ticket: undefined }) !== 'allowed')
    refuse(stream, status.unauthenticated, 'a token is needed: authorization: Bearer <token>');
  else if (!path.startsWith(service)) refuse(stream, status.unimplemented, 'there is no such service');
  else if (!document) refuse(stream, status.unavailable, 'the flags have not been read yet');
  else return { name: path.slice(service.length), document };
  return undefined;
}

function answerOnce(stream: ServerHttp2Stream, { name, document }: Method): void {
  if (name === 'FetchAllFlags') once(stream, syncBytes(document));
  else if (name === 'GetMetadata') once(stream, framed(metadataMessage({ provider: 'tidegate' })));
  else refuse(stream, status.unimplemented, 'there is no such method');
}

interface Follower {
  readonly send: (bytes: Buffer) => void;
  readonly end: () => void;
}

/** A client that is slow gets the newest document when it is ready for one, not all that were between. */
function openFollower(stream: ServerHttp2Stream): Follower {
  let next: Buffer | undefined;
  let isBusy = false;
  // It ends when control does. To some SDKs an end that is "ok" is the end of all: they would not come again.
  begin(stream, { 'grpc-status': status.unavailable, 'grpc-message': 'this control stops' });
  const send = (bytes: Buffer): void => {
    if (isBusy) next = bytes;
    else isBusy = !stream.write(bytes);
  };
  stream.on('drain', () => {
    isBusy = false;
    const waiting = next;
    next = undefined;
    if (waiting) send(waiting);
  });
  return { send, end: () => stream.end() };
}

function begin(stream: ServerHttp2Stream, trailers: Readonly<Record<string, string>>): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
}

function once(stream: ServerHttp2Stream, bytes: Buffer): void {
  begin(stream, { 'grpc-status': status.ok });
  stream.end(bytes);
}

function refuse(stream: ServerHttp2Stream, code: string, message: string): void {
  const headers = { ':status': 200, 'content-type': 'application/grpc+proto' };
  stream.respond({ ...headers, 'grpc-status': code, 'grpc-message': message }, { endStream: true });
}

/** All clients are sent the same bytes. */
const known = new WeakMap<FlagsDocument, Buffer>();

function syncBytes(document: FlagsDocument): Buffer {
  const made = known.get(document) ?? framed(configurationMessage(flagdConfiguration(document)));
  known.set(document, made);
  return made;
}

/** Destroyed when the one before was not answered. */
const asked = new WeakSet<ServerHttp2Session>();

function alive(session: ServerHttp2Session): void {
  if (asked.has(session)) {
    session.destroy(undefined, constants.NGHTTP2_CANCEL);
    return;
  }
  asked.add(session);
  session.ping(() => asked.delete(session));
}
