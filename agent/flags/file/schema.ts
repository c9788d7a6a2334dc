/**
 * flags.yaml, version 1, as JSON Schema for editors (`scripts/schema.ts` writes docs/schema/flags.schema.json from it).
 * What counts is the reader beside this file, which knows more: whether names that are named are there, and what goes
 * together. What the reader takes, this takes.
 */
import * as z from 'zod';
import { flagKeyPattern, flagKinds, flagTypes } from '../../swarm/ledger/flag-definition.ts';

const text = (description: string) => z.string().min(1).max(500).describe(description);
const map = <V extends z.ZodType>(value: V, description: string) =>
  z.record(z.string(), value).describe(description);

const onOff = z.union([z.boolean(), z.enum(['on', 'off'])]);
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const texts = z.union([z.string(), z.array(z.string())]);
const time = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/);

const attribute = z
  .string()
  .describe(
    'What services send of the user: plan, or user.country inside of user; the user itself is targetingKey.',
  );

/** One attribute, and one question. */
function asks<V extends z.ZodType>(test: string, value: V, description: string) {
  return z.strictObject({ attribute, [test]: value.describe(description) });
}

const number = z.number();
const condition: z.ZodType = z.lazy(() => oneCondition).meta({ id: 'condition' });
const oneCondition = z.union([
  asks('is', scalar, 'It is exactly this.'),
  asks('in', z.array(scalar), 'It is one of these.'),
  asks('startsWith', texts, 'It begins with this, or with one of these.'),
  asks('endsWith', texts, 'It ends with this, or with one of these.'),
  asks('moreThan', number, 'It is a number larger than this.'),
  asks('atLeast', number, 'It is a number of at least this.'),
  asks('lessThan', number, 'It is a number smaller than this.'),
  asks('atMost', number, 'It is a number of at most this.'),
  asks('version', z.string(), 'It is a version that compares so: ">=1.4.0"; =, !=, >, >=, <, <=, ^, ~.'),
  asks('exists', z.literal(true), 'It is there.'),
  z.strictObject({ segment: z.string().describe('The name of one of "segments:".') }),
  z.strictObject({ all: z.array(condition).min(1).describe('All of these hold.') }),
  z.strictObject({ any: z.array(condition).min(1).describe('One of these holds.') }),
  z.strictObject({ not: condition }),
]);

const serve = z.union([
  z.string(),
  z.strictObject({
    split: map(
      z.string().regex(/^\d{1,3}(\.\d{1,2})?%$/),
      'A share for each variant, 100% together: { quick: 25%, classic: 75% }.',
    ),
    by: z.string().optional().describe('The attribute that decides who is in (default targetingKey).'),
    seed: z
      .string()
      .optional()
      .describe('Flags with one seed agree on who is in (default: the key of the flag).'),
  }),
]);

const behaviour = {
  default: onOff.optional().describe('Whether it is on until somebody switches it; left out: off.'),
  on: serve
    .optional()
    .describe('What users get while it is on and no rule says otherwise: a variant, or shares.'),
  rules: z
    .array(
      z.strictObject({
        when: condition,
        serve: serve.describe('The variant they get, or shares.'),
      }),
    )
    .optional()
    .describe('The first that holds decides, before "on".'),
  schedule: z
    .strictObject({
      from: time.optional().describe('Off before: 2027-03-01T08:00:00Z.'),
      until: time.optional().describe('Off from then on: 2027-03-08T08:00:00Z.'),
    })
    .optional()
    .describe('It is off outside.'),
  targeting: z
    .record(z.string(), z.json())
    .optional()
    .describe("flagd's own language instead of rules: https://flagd.dev/reference/flag-definitions."),
};

const flag = z.strictObject({
  description: text('What it changes, for whom.'),
  owner: text('A person or a team.').optional(),
  kind: z.enum(flagKinds).optional().describe('What it is there for.'),
  expires: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/)
    .optional()
    .describe('The day from which on it should be gone: 2027-03-01.'),
  type: z
    .enum(flagTypes)
    .optional()
    .describe('Of its values; left out: boolean, with the variants on and off.'),
  variants: map(
    z.json(),
    'Values by name, of flags that are not boolean: { classic: one-page, quick: two-pages }.',
  ).optional(),
  off: z
    .string()
    .optional()
    .describe('The variant that is served while it is off, of flags that are not boolean.'),
  ...behaviour,
  needs: map(
    z.union([onOff, z.string(), z.array(z.string())]),
    'Flags without which it is off: { basket: on }, or the variants that will do: { basket: [a, b] }.',
  ).optional(),
  environments: map(
    z.strictObject(behaviour),
    'What is different in an environment, by its name.',
  ).optional(),
});

export const flagsFileSchema = z.strictObject({
  version: z.literal(1).describe('The version of this file: 1.'),
  segments: map(
    condition,
    'Groups of users, by what services say of them: { staff: { attribute: email, endsWith: "@shop.example" } }.',
  ).optional(),
  flags: z
    .record(z.string().regex(flagKeyPattern), flag)
    .describe('Flags by key: { free-delivery: { description: No delivery costs this week } }.'),
});

/** What a person writes, as JSON Schema 2020-12. */
export function flagsJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(flagsFileSchema, { io: 'input', target: 'draft-2020-12' }),
    title: 'flags.yaml',
  };
}
