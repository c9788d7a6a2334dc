/**
 * OpenFeature's Remote Evaluation Protocol: one flag, and all of them. A request in, an answer out. https://github.com/open-feature/protocol (service/openapi.yaml, 0.1.0)
 */
import { sha256 } from '../common/canonical.ts';
import { unnamed } from '../protocol/flag-counts.ts';
import { noCounter, type FlagCounter } from './counts/tally.ts';
import type { FlagsDocument } from './document.ts';
import type { Context, ServedFlag } from './evaluate.ts';
import { isJsonObject } from '../common/json.ts';

export interface OfrepRequest {
  readonly method: string;
  /** As the client sent it, without the query. */
  readonly path: string;
  readonly ifNoneMatch: string | undefined;
  /** `undefined`: more than a context can be. */
  readonly body: string | undefined;
}

export interface OfrepReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; empty with 304. */
  readonly text: string;
}

const all = '/ofrep/v1/evaluate/flags';

/** Where changes are told, as server-sent events. */
export const streamPath = '/ofrep/v1/stream';

/**
 * `document`: `undefined` before the ledger has been read for the first time. `stream`: where clients are told
 * of changes, as a path with what lets them in. `counter`: is told which variants are handed out.
 */
export function answerOfrep(
  document: FlagsDocument | undefined,
  request: OfrepRequest,
  stream: () => string = () => streamPath,
  counter: FlagCounter = noCounter,
): OfrepReply {
  const wanted = wantedOf(request.path);
  if (wanted === undefined) return json(404, { errorDetails: `There is nothing at ${request.path}.` });
  if (request.method !== 'POST')
    return json(405, { errorDetails: 'Flags are evaluated with POST.' }, { allow: 'POST' });
  const key = wanted === 'all' ? {} : { key: wanted.key };
  if (request.body === undefined)
    return json(413, { ...key, errorCode: 'GENERAL', errorDetails: 'The context is too large.' });
  const asked = wanted !== 'all' && wanted.key === '' ? badKey : contextOf(request.body);
  if ('errorCode' in asked) return json(400, { ...key, ...asked });
  if (!document)
    return json(503, { errorDetails: 'The flags have not been read yet.' }, { 'retry-after': '1' });
  return wanted === 'all'
    ? bulk(document, { ...asked, stream: stream(), ifNoneMatch: request.ifNoneMatch }, counter)
    : single(document, { ...asked, key: wanted.key }, counter);
}

/** An empty key: one that cannot be decoded. */
function wantedOf(path: string): 'all' | { readonly key: string } | undefined {
  if (path === all) return 'all';
  const [, encoded] = /^\/ofrep\/v1\/evaluate\/flags\/([^/]+)$/.exec(path) ?? [];
  if (encoded === undefined) return undefined;
  try {
    return { key: decodeURIComponent(encoded) };
  } catch {
    return { key: '' };
  }
}

interface Problem {
  readonly errorCode: 'PARSE_ERROR' | 'INVALID_CONTEXT';
  readonly errorDetails: string;
}

const badKey: Problem = {
  errorCode: 'PARSE_ERROR',
  errorDetails: 'The key in the address is not encoded right.',
};

/** A body that is empty is no context. */
function contextOf(body: string): Problem | { readonly context: Context } {
  if (body.trim() === '') return { context: {} };
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { errorCode: 'PARSE_ERROR', errorDetails: 'The body is not JSON.' };
  }
  if (!isJsonObject(value))
    return { errorCode: 'PARSE_ERROR', errorDetails: 'The body is not a JSON object.' };
  const { context = {} } = value;
  return isJsonObject(context)
    ? { context }
    : { errorCode: 'INVALID_CONTEXT', errorDetails: '"context" is not an object.' };
}

interface Single {
  readonly context: Context;
  readonly key: string;
}

function single({ flags }: FlagsDocument, { context, key }: Single, counter: FlagCounter): OfrepReply {
  const flag = flags.get(key);
  if (flag) {
    const answer = evaluation(flag, context);
    counter.count(key, answer.variant, 'ofrep');
    return reply(answer.ok ? 200 : 400, answer.text);
  }
  counter.countUnknown();
  return json(404, {
    key,
    errorCode: 'FLAG_NOT_FOUND',
    errorDetails: `The release that is live here defines no flag "${key}".`,
  });
}

interface Bulk {
  readonly context: Context;
  readonly stream: string;
  readonly ifNoneMatch: string | undefined;
}

/** The `ETag` is of what this user gets: two users may have different ones. Who has it already got it all the same. */
function bulk(
  document: FlagsDocument,
  { context, stream, ifNoneMatch }: Bulk,
  counter: FlagCounter,
): OfrepReply {
  const texts: string[] = [];
  const own: Answer[] = [];
  for (const flag of document.flags.values()) {
    const answer = evaluation(flag, context);
    texts.push(answer.text);
    if (flag.depends) own.push(answer);
  }
  const streams = JSON.stringify([{ type: 'sse', endpoint: { requestUri: stream } }]);
  const text = `{"flags":[${texts.join()}],"eventStreams":${streams}}`;
  const etag = `"${sha256(text).slice(0, 32)}"`;
  counter.countAll(sameForAll(document), 'ofrep-all');
  for (const { key, variant } of own) counter.count(key, variant, 'ofrep-all');
  if (matches(ifNoneMatch, etag)) return { status: 304, headers: { etag }, text: '' };
  const whole = reply(200, text);
  return { ...whole, headers: { ...whole.headers, etag } };
}

interface Answer {
  readonly ok: boolean;
  readonly key: string;
  /** As it is counted. */
  readonly variant: string;
  /** JSON. */
  readonly text: string;
}

/** Of flags that are the same for everybody: most of them, most of the time. */
const fixed = new WeakMap<ServedFlag, Answer>();

const fixedOf = new WeakMap<FlagsDocument, readonly Answer[]>();

/** What everybody is given: the same list for the same document, so that it is counted as one. */
function sameForAll(document: FlagsDocument): readonly Answer[] {
  const known = fixedOf.get(document);
  if (known) return known;
  const all = [...document.flags.values()].filter(({ depends }) => !depends);
  const answers = all.map((flag) => evaluation(flag, {}));
  fixedOf.set(document, answers);
  return answers;
}

function evaluation(flag: ServedFlag, context: Context): Answer {
  if (flag.depends) return evaluated(flag, context);
  const known = fixed.get(flag);
  if (known) return known;
  const answer = evaluated(flag, context);
  fixed.set(flag, answer);
  return answer;
}

/** The client takes its own default where there is a problem. */
function evaluated({ key, evaluate }: ServedFlag, context: Context): Answer {
  const result = evaluate(context);
  if ('problem' in result)
    return {
      ...{ ok: false, key, variant: unnamed.error },
      text: JSON.stringify({ key, errorCode: 'GENERAL', errorDetails: `${key}: ${result.problem}` }),
    };
  return { ok: true, key, variant: result.variant, text: JSON.stringify({ key, ...result }) };
}

function matches(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')));
}

const jsonHeaders = { 'content-type': 'application/json', 'cache-control': 'no-store' } as const;

function reply(status: number, text: string): OfrepReply {
  return { status, headers: jsonHeaders, text };
}

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): OfrepReply {
  return { status, headers: { ...jsonHeaders, ...headers }, text: JSON.stringify(body) };
}
