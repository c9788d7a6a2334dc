/**
 * Every answer to random flags and contexts is one that OFREP's published contract allows (service/openapi.yaml, 0.1.0, and the
 * `eventStreams` that came after it). Two things in it cannot be taken as they stand: the `oneOf` over the kinds of values,
 * of which a whole number is two, and in a bulk answer the `oneOf` of success and failure, of which almost anything is the
 * former; and the list of reasons, which has no DEFAULT. Here an answer is exactly one of the two, and says which.
 */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import * as z from 'zod';
import { flagsDocument, type FlagsDocument } from '../../../agent/flags/document.ts';
import { answerOfrep, type OfrepReply } from '../../../agent/flags/ofrep.ts';
import { context, flagNumber } from './arbitrary.ts';
import { flag } from './environment.ts';

const all = '/ofrep/v1/evaluate/flags';

const success = z.strictObject({
  key: z.string(),
  value: z.union([z.boolean(), z.string(), z.number(), z.record(z.string(), z.unknown())]),
  variant: z.string(),
  reason: z.enum(['STATIC', 'TARGETING_MATCH', 'SPLIT', 'DISABLED', 'UNKNOWN', 'DEFAULT']),
});
const failure = z.strictObject({
  key: z.string(),
  errorCode: z.enum(['PARSE_ERROR', 'TARGETING_KEY_MISSING', 'INVALID_CONTEXT', 'GENERAL']),
  errorDetails: z.string(),
});
const notFound = z.strictObject({
  key: z.string(),
  errorCode: z.literal('FLAG_NOT_FOUND'),
  errorDetails: z.string(),
});
const bulk = z.strictObject({
  flags: z.array(z.union([success, failure])),
  eventStreams: z.array(
    z.strictObject({ type: z.literal('sse'), endpoint: z.strictObject({ requestUri: z.string() }) }),
  ),
});
const bulkFailure = z.strictObject({
  errorCode: failure.shape.errorCode,
  errorDetails: z.string(),
});
const general = z.strictObject({ errorDetails: z.string() });

/** Of what status which body, asked for one flag and for all. */
const single = new Map<number, z.ZodType>([
  [200, success],
  [400, failure],
  [404, notFound],
  [413, failure],
  [503, general],
]);
const whole = new Map<number, z.ZodType>([
  [200, bulk],
  [400, bulkFailure],
  [413, bulkFailure],
  [503, general],
]);

function check({ status, text, headers }: OfrepReply, allowed: ReadonlyMap<number, z.ZodType>): void {
  const schema = allowed.get(status);
  assert.ok(schema, `${status} is an answer of the contract`);
  assert.match(headers['content-type'] ?? '', /^application\/json/);
  const result = schema.safeParse(JSON.parse(text));
  assert.ok(result.success, `${status} ${text}: ${result.error?.message ?? ''}`);
}

const valued = fc
  .constantFrom(
    ['boolean', true, false] as const,
    ['string', '', 'a'] as const,
    ['number', 3, 3.1415] as const,
    ['object', {}, { a: [null] }] as const,
  )
  .chain(([type, a, b]) =>
    fc.boolean().map((isOn) =>
      type === 'boolean'
        ? flag('valued', { default: isOn })
        : flag('valued', {
            default: isOn,
            type,
            variants: [
              { name: 'a', value: a },
              { name: 'b', value: b },
            ],
            off: 'a',
            on: { variant: 'b' },
          }),
    ),
  );
const document = fc
  .tuple(flagNumber(0), flagNumber(1), flagNumber(2), valued)
  .map((definitions) => flagsDocument(definitions, new Map()));
const body = fc.oneof(
  { arbitrary: context.map((one): string | undefined => JSON.stringify({ context: one })), weight: 4 },
  fc.constantFrom<string | undefined>(
    '',
    '{}',
    '{',
    '[]',
    '7',
    '{"context":1}',
    '{"context":null}',
    undefined,
  ),
);

function ask(flags: FlagsDocument | undefined, path: string, sent: string | undefined, ifNoneMatch?: string) {
  return answerOfrep(flags, { method: 'POST', path, body: sent, ifNoneMatch });
}

describe("OFREP's contract", function () {
  this.timeout(20_000);

  it('allows every answer, whatever the flags, the user, and the body', () => {
    fc.assert(
      fc.property(
        document,
        body,
        fc.constantFrom('flag0', 'flag1', 'flag2', 'valued', 'none'),
        (flags, sent, key) => {
          check(ask(flags, `${all}/${key}`, sent), single);
          check(ask(flags, all, sent), whole);
          check(ask(undefined, `${all}/${key}`, sent), single);
          check(ask(undefined, all, sent), whole);
        },
      ),
    );
  });

  it('has each flag in the bulk answer as it is by itself, also one that cannot be evaluated', () => {
    fc.assert(
      fc.property(document, context, (flags, one) => {
        const sent = JSON.stringify({ context: one });
        const { flags: together } = bulk.parse(JSON.parse(ask(flags, all, sent).text));
        const alone = [...flags.flags.keys()].map((key): unknown =>
          JSON.parse(ask(flags, `${all}/${key}`, sent).text),
        );
        assert.deepEqual(together, alone);
      }),
    );
  });

  it('has one ETag for one answer: 304 for it, without a body, and for no other', () => {
    fc.assert(
      fc.property(document, context, context, (flags, one, other) => {
        const [first, second] = [one, other].map((user) =>
          ask(flags, all, JSON.stringify({ context: user })),
        );
        assert.equal(first?.headers['etag'] === second?.headers['etag'], first?.text === second?.text);
        const again = ask(flags, all, JSON.stringify({ context: other }), first?.headers['etag']);
        assert.equal(again.status, first?.text === second?.text ? 304 : 200);
        assert.equal(again.text, again.status === 304 ? '' : second?.text);
      }),
    );
  });
});
