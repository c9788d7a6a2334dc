/**
 * What a flag is, as a release carries it for one environment: segments are written out, and of what differs between
 * environments it has what holds in its own. What is missing means the plain flag: on and off, the same for everybody.
 */
import * as z from 'zod';
import type { Json } from '../../common/json.ts';

/** Words of letters and digits, joined by `-`, `_` or `.`: it is a part of a label's name and of an address. */
export const flagKeyPattern = /^(?=.{1,100}$)[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*$/;

/** All of a share, in basis points. */
export const wholeShare = 10_000;

const json = z.json() as z.ZodType<Json>;
const scalar = z.union([z.string(), z.number(), z.boolean()]);
export type Scalar = z.infer<typeof scalar>;

const test = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('in'), values: z.array(scalar) }),
  z.strictObject({ op: z.enum(['starts-with', 'ends-with']), texts: z.array(z.string()) }),
  z.strictObject({ op: z.enum(['>', '>=', '<', '<=']), number: z.number() }),
  z.strictObject({
    op: z.literal('semver'),
    is: z.enum(['=', '!=', '>', '>=', '<', '<=', '^', '~']),
    version: z.string(),
  }),
  z.strictObject({ op: z.literal('exists') }),
]);
/** A question asked of one attribute; one that is not there answers no to each. */
export type Test = z.infer<typeof test>;

export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly attribute: string; readonly test: Test };

const condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(condition) }),
    z.strictObject({ any: z.array(condition) }),
    z.strictObject({ not: condition }),
    z.strictObject({ attribute: z.string(), test }),
  ]),
);

const serve = z.union([
  z.strictObject({ variant: z.string() }),
  z.strictObject({
    /** The attribute that decides; users without it are not served by the split. */
    by: z.string(),
    /** What is mixed into the attribute: flags with one seed agree on who is in. */
    seed: z.string(),
    /** Basis points, 10,000 together; the order is that of the buckets. */
    split: z.array(z.strictObject({ variant: z.string(), share: z.int().nonnegative() })),
  }),
]);
export type Serve = z.infer<typeof serve>;

const rule = z.strictObject({ when: condition, serve });
export type Rule = z.infer<typeof rule>;

export const flagKinds = ['release', 'experiment', 'ops', 'kill-switch'] as const;
export const flagTypes = ['boolean', 'string', 'number', 'object'] as const;
export type FlagType = (typeof flagTypes)[number];

export const flagDefinition = z.strictObject({
  key: z.string().regex(flagKeyPattern),
  description: z.string(),
  /** Whether it is on as long as nobody has switched it. */
  default: z.boolean(),
  owner: z.string().nullable(),
  kind: z.enum(flagKinds).optional(),
  /** The day from which on it should be gone: 2027-03-01. */
  expires: z.iso.date().optional(),
  type: z.enum(flagTypes).optional(),
  variants: z.array(z.strictObject({ name: z.string(), value: json })).optional(),
  /** The variant of a flag that is off. */
  off: z.string().optional(),
  /** What users of a flag that is on get when no rule says otherwise. */
  on: serve.optional(),
  /** The first that holds decides. */
  rules: z.array(rule).optional(),
  /** Flags without which it is off; `null`: any variant but that of "off". */
  needs: z.array(z.strictObject({ flag: z.string(), variants: z.array(z.string()).nullable() })).optional(),
  /** It is off outside; milliseconds since the epoch. */
  schedule: z.strictObject({ from: z.int().nullable(), until: z.int().nullable() }).optional(),
  /** flagd's own language, instead of rules. */
  targeting: json.optional(),
});
export type FlagDefinition = z.infer<typeof flagDefinition>;
