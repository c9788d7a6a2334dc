/**
 * Flags over HTTP, for the SDKs of others: OFREP, Unleash's client API and its frontend API, each with its stream of
 * changes. One document behind all of them.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../../common/request-body.ts';
import { isJsonObject, type Json } from '../../common/json.ts';
import { sha256 } from '../../common/canonical.ts';
import { countTold, toldToggles } from '../counts/sdk-metrics.ts';
import { identityOf, Sdks } from '../counts/sdks.ts';
import { noCounter, type FlagCounter } from '../counts/tally.ts';
import type { FlagsDocument } from '../document.ts';
import { answerOfrep, streamPath, type OfrepReply } from '../ofrep.ts';
import { contextOf, contextOfQuery, frontendToggles } from '../unleash/frontend.ts';
import { clientFeatures, delta, hydration } from '../unleash/payload.ts';
import { judge, ticketOf } from './access.ts';
import type { FlagsSource } from './source.ts';
import { eventText, openStreams, type Streams } from './streams.ts';

export interface FlagsHttp {
  /** False: the path is nothing of flags, and the request was not touched. */
  readonly handles: (path: string) => boolean;
  /** Answers, or keeps the answer open. Never rejects. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Clients that are being told of changes. */
  readonly listening: () => { readonly ofrep: number; readonly unleash: number };
  /** Those that say who they are. */
  readonly sdks: Sdks;
  /** Ends the streams: their clients turn to another server. */
  readonly close: () => void;
}

const unleash = {
  features: '/api/client/features',
  stream: '/api/client/streaming',
  register: '/api/client/register',
  metrics: '/api/client/metrics',
  frontend: '/api/frontend',
  frontendMetrics: '/api/frontend/client/metrics',
  frontendRegister: '/api/frontend/client/register',
} as const;

const longestBody = 64 * 1024;
/** What an SDK counted in a minute may name every flag. */
const longestReport = 1024 * 1024;

/** `counter`: is told what is evaluated, here and by SDKs that tell of it. */
export function openFlagsHttp(source: FlagsSource, counter: FlagCounter = noCounter): FlagsHttp {
  const sdks = new Sdks();
  const streams: Streamed = { ofrep: openStreams(), unleash: openStreams(), eventId: 1 };
  const unlisten = source.onChange((document, before) => tell(streams, document, before));
  return {
    handles: (path) => path.startsWith('/ofrep/') || path.startsWith('/api/'),
    answer: async (request, response) => {
      try {
        const reply = await answer({ source, streams, counter, sdks }, request);
        if (typeof reply === 'function') reply(response);
        else send(response, reply);
      } catch {
        // The client went away while it was sending.
        response.destroy();
      }
    },
    listening: () => ({ ofrep: streams.ofrep.size(), unleash: streams.unleash.size() }),
    sdks,
    close: () => {
      unlisten();
      streams.ofrep.close();
      streams.unleash.close();
    },
  };
}

interface Streamed {
  readonly ofrep: Streams;
  readonly unleash: Streams;
  /** Counts up with each change. */
  eventId: number;
}

function tell(streams: Streamed, document: FlagsDocument, before: FlagsDocument | undefined): void {
  streams.eventId += 1;
  const { ofrep: ofrepStreams, unleash: unleashStreams, eventId } = streams;
  ofrepStreams.send(refetch(document));
  const data = before ? delta(before, document, eventId) : hydration(document, eventId);
  if (data !== undefined)
    unleashStreams.send(eventText({ event: 'unleash-updated', id: String(eventId), data }));
}

/** A function: the answer is a stream, and stays open. */
type Answer = Reply | ((response: ServerResponse) => void);

interface Serving {
  readonly source: FlagsSource;
  readonly streams: Streamed;
  readonly counter: FlagCounter;
  readonly sdks: Sdks;
}

async function answer(serving: Serving, request: IncomingMessage): Promise<Answer> {
  const { source } = serving;
  const path = pathOf(request);
  const verdict = judge(source.access(), credentialsOf(request));
  if (verdict !== 'allowed') return unauthorized(verdict);
  if (path.startsWith('/ofrep/') && path !== streamPath) return ofrep(serving, request, path);
  // The whole of it is read, or the connection could not be used again.
  const asked = `${request.method ?? ''} ${path}`;
  const told = reports[asked];
  const body = await readBody(request, told ? longestReport : longestBody);
  if (body === undefined) return json(413, { message: 'The body is too large.' });
  const document = source.document();
  if (!document) return json(503, { message: 'The flags have not been read yet.' }, { 'retry-after': '1' });
  const whole = { ...serving, request, body, document };
  if (told) return takeReport(whole, told);
  return routes[asked]?.(whole) ?? json(404, { message: `There is nothing at ${path}.` });
}

async function ofrep({ source, counter }: Serving, request: IncomingMessage, path: string): Promise<Reply> {
  const body = await readBody(request, longestBody);
  const ifNoneMatch = request.headers['if-none-match'];
  const asked = { method: request.method ?? '', path, ifNoneMatch, body };
  return answerOfrep(source.document(), asked, () => addressOfStream(source), counter);
}

function addressOfStream(source: FlagsSource): string {
  const [token] = source.access().tokens;
  return token === undefined ? streamPath : `${streamPath}?ticket=${ticketOf(token)}`;
}

interface Asked extends Serving {
  readonly request: IncomingMessage;
  readonly body: string;
  readonly document: FlagsDocument;
}

const routes: Readonly<Record<string, (asked: Asked) => Answer>> = {
  [`GET ${streamPath}`]:
    ({ document, streams }) =>
    (response) =>
      streams.ofrep.add(response, refetch(document)),
  [`GET ${unleash.stream}`]:
    ({ request, document, streams, sdks }) =>
    (response) => {
      const { eventId } = streams;
      seeStream(sdks, request, response);
      const data = hydration(document, eventId);
      streams.unleash.add(response, eventText({ event: 'unleash-connected', id: String(eventId), data }));
    },
  [`GET ${unleash.features}`]: ({ request, document, sdks }) => {
    see(sdks, request);
    const text = clientFeatures(document);
    return withEtag(request, text, tagOf(text));
  },
  [`GET ${unleash.frontend}`]: (asked) => frontend(asked, contextOfQuery(queryOf(asked.request))),
  [`POST ${unleash.frontend}`]: (asked) => {
    const sent = parsed(asked.body);
    if (!sent) return json(400, { message: 'The body is not a JSON object.' });
    const { context = sent } = sent;
    return frontend(asked, contextOf(isJsonObject(context) ? context : sent));
  },
};

/** What SDKs tell of themselves and count. */
const reports: Readonly<Record<string, 'unleash' | 'unleash-frontend'>> = {
  [`POST ${unleash.register}`]: 'unleash',
  [`POST ${unleash.metrics}`]: 'unleash',
  [`POST ${unleash.metrics}/bulk`]: 'unleash',
  [`POST ${unleash.frontendMetrics}`]: 'unleash-frontend',
  [`POST ${unleash.frontendRegister}`]: 'unleash-frontend',
};

/** Nobody is turned away for what it is not. */
function takeReport(
  { request, body, document, counter, sdks }: Asked,
  way: 'unleash' | 'unleash-frontend',
): Reply {
  const told = parsed(body);
  see(sdks, request, told);
  countTold(counter, document, way, toldToggles(told));
  return { status: 202, headers: {}, text: '' };
}

function see(sdks: Sdks, { headers }: IncomingMessage, body?: unknown, streams: -1 | 0 | 1 = 0): void {
  const identity = identityOf(headers, body);
  if (identity) sdks.see(identity, streams);
}

function seeStream(sdks: Sdks, request: IncomingMessage, response: ServerResponse): void {
  see(sdks, request, undefined, 1);
  response.on('close', () => see(sdks, request, undefined, -1));
}

type Reply = OfrepReply;

function refetch({ digest }: FlagsDocument): string {
  return eventText({
    event: 'message',
    id: digest,
    data: JSON.stringify({ type: 'refetchEvaluation', etag: digest }),
  });
}

function frontend(asked: Asked, context: Readonly<Record<string, Json>>): Reply {
  const { request, document, counter, sdks } = asked;
  see(sdks, request);
  const toggles = frontendToggles(document, context, (key, variant) =>
    counter.count(key, variant, 'unleash-frontend-all'),
  );
  const text = JSON.stringify({ toggles });
  return withEtag(request, text, tagOf(text));
}

function tagOf(text: string): string {
  return sha256(text).slice(0, 32);
}

function withEtag(request: IncomingMessage, text: string, tag: string): Reply {
  const etag = `"${tag}"`;
  const known = (request.headers['if-none-match'] ?? '').replace(/^W\//, '');
  if (known === etag) return { status: 304, headers: { etag }, text: '' };
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache', etag },
    text,
  };
}

function unauthorized(verdict: 'no-token' | 'wrong-token'): Reply {
  const details =
    verdict === 'no-token'
      ? 'A token is needed here: Authorization: Bearer <token>. "tidegate flags token ENV" shows it.'
      : 'This token is not, or no longer, good here. "tidegate flags token ENV" shows the one that is.';
  return json(401, { errorDetails: details, message: details }, { 'www-authenticate': 'Bearer' });
}

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    text: JSON.stringify(body),
  };
}

function credentialsOf(request: IncomingMessage): Parameters<typeof judge>[1] {
  const { authorization, 'x-api-key': apiKey } = request.headers;
  const isStream = pathOf(request) === streamPath;
  return {
    authorization,
    apiKey: typeof apiKey === 'string' ? apiKey : undefined,
    ticket: isStream ? (queryOf(request).get('ticket') ?? undefined) : undefined,
  };
}

function parsed(body: string): Readonly<Record<string, Json>> | undefined {
  try {
    const value: unknown = body.trim() === '' ? {} : JSON.parse(body);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, { status, text, headers }: Reply): void {
  const length = status === 204 || status === 304 ? {} : { 'content-length': Buffer.byteLength(text) };
  response.writeHead(status, { ...headers, ...length }).end(text);
}

function queryOf(request: IncomingMessage): URLSearchParams {
  return new URL(request.url ?? '/', 'http://flags').searchParams;
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}
