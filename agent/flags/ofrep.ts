/**
 * OpenFeature's Remote Evaluation Protocol, as far as flags without rules need it: one flag, and all of them.
 * Pure: a request in, an answer out. https://github.com/open-feature/protocol (service/openapi.yaml, 0.1.0)
 */
import type { FlagsDocument, FlagValue } from './document.ts';

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

/** `document`: `undefined` before the ledger has been read for the first time. */
export function answerOfrep(document: FlagsDocument | undefined, request: OfrepRequest): OfrepReply {
  const wanted = wantedOf(request.path);
  if (wanted === undefined) return json(404, { errorDetails: `There is nothing at ${request.path}.` });
  if (request.method !== 'POST')
    return json(405, { errorDetails: 'Flags are evaluated with POST.' }, { allow: 'POST' });
  const key = wanted === 'all' ? {} : { key: wanted.key };
  if (request.body === undefined)
    return json(413, { ...key, errorCode: 'GENERAL', errorDetails: 'The context is too large.' });
  const problem = wanted !== 'all' && wanted.key === '' ? badKey : problemOf(request.body);
  if (problem) return json(400, { ...key, ...problem });
  if (!document)
    return json(503, { errorDetails: 'The flags have not been read yet.' }, { 'retry-after': '1' });
  return wanted === 'all' ? bulk(document, request.ifNoneMatch) : single(document, wanted.key);
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

/** No flag asks for the context yet, but one that is wrong would be wrong from the day a flag does. */
function problemOf(body: string): Problem | undefined {
  if (body.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { errorCode: 'PARSE_ERROR', errorDetails: 'The body is not JSON.' };
  }
  if (!isObject(value)) return { errorCode: 'PARSE_ERROR', errorDetails: 'The body is not a JSON object.' };
  const { context } = value as { context?: unknown };
  return context === undefined || isObject(context)
    ? undefined
    : { errorCode: 'INVALID_CONTEXT', errorDetails: '"context" is not an object.' };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function single({ flags }: FlagsDocument, key: string): OfrepReply {
  const flag = flags.get(key);
  if (flag) return json(200, evaluation(flag));
  return json(404, {
    key,
    errorCode: 'FLAG_NOT_FOUND',
    errorDetails: `The release that is live here defines no flag "${key}".`,
  });
}

function bulk({ flags, digest }: FlagsDocument, ifNoneMatch: string | undefined): OfrepReply {
  const etag = `"${digest}"`;
  if (matches(ifNoneMatch, etag)) return { status: 304, headers: { etag }, text: '' };
  return json(200, { flags: [...flags.values()].map(evaluation) }, { etag });
}

/** `STATIC`: the same for everybody. */
function evaluation({ key, value }: FlagValue): Record<string, unknown> {
  return { key, value, reason: 'STATIC', variant: value ? 'on' : 'off' };
}

function matches(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')));
}

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): OfrepReply {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    text: JSON.stringify(body),
  };
}
