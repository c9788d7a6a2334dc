/**
 * What the dashboard and the extension say to each other, validated on both sides: each may be of another version than
 * the other after an update, and a page is not to be believed. The extension sends the whole state each time something in
 * it changes, and points of traffic as they come; the page holds nothing that is not told again when it is shown anew.
 */
import * as z from 'zod/mini';

const colour = z.enum(['blue', 'green']);

const slot = z.object({
  colour,
  state: z.enum(['active', 'warm', 'preparing', 'empty']),
  /** `v1.2.0`; `null`: nothing is in it. */
  release: z.nullable(z.string()),
  /** Percent of the traffic that it is meant to have. */
  share: z.number(),
  healthy: z.number(),
  desired: z.number(),
});

const step = z.object({
  label: z.string(),
  state: z.enum(['done', 'now', 'next', 'failed']),
  /** What goes on in it, without the time that is left. */
  detail: z.string(),
});

const rollout = z.object({
  /** `Deploy of v1.2.0 by ann@laptop`. */
  title: z.string(),
  steps: z.array(step),
  /** When it goes on by itself, milliseconds since the epoch; `null`: with what it waits for, or when somebody says so. */
  until: z.nullable(z.number()),
});

const mark = z.object({
  /** Milliseconds since the epoch. */
  at: z.number(),
  kind: z.enum(['deploy', 'rollback', 'reverted', 'flag']),
  /** Short: `v1.2.0 live`. */
  label: z.string(),
  detail: z.string(),
});

/** Whether a button can be pressed, and what stands in the way if it cannot. */
const action = z.object({ possible: z.boolean(), why: z.string() });

export const state = z.object({
  environment: z.string(),
  stack: z.string(),
  protected: z.boolean(),
  /** What keeps the dashboard from knowing, if anything does. */
  problem: z.nullable(z.string()),
  services: z.array(z.object({ service: z.string(), slots: z.array(slot) })),
  /** Edges (and tasks of the mesh) that should be there. */
  edges: z.number(),
  rollout: z.nullable(rollout),
  /** Oldest first. */
  marks: z.array(mark),
  actions: z.object({ promote: action, abort: action, rollback: action }),
});

const count = z.number();
const point = z.object({
  at: z.number(),
  edges: z.number(),
  slots: z.record(
    z.string(),
    z.object({
      ...{ requests: count, status2xx: count, status3xx: count, status4xx: count, status5xx: count },
      ...{ statusOther: count, connectionErrors: count, inFlight: count, latencyMs: z.nullable(count) },
    }),
  ),
});

const counted = z.object({ hour: count, day: count, total: count });

/** What the method `flags.counts` gives, as far as it is shown. */
const counts = z.object({
  since: z.nullable(z.string()),
  missing: z.array(z.string()),
  flags: z.array(
    z.object({
      ...{ key: z.string(), defined: z.boolean(), askedAt: z.nullable(z.string()) },
      variants: z.array(z.object({ variant: z.string(), asked: counted, given: counted })),
    }),
  ),
  unknown: counted,
  sdks: z.array(
    z.object({ app: z.string(), sdk: z.nullable(z.string()), instances: count, seenAt: z.string() }),
  ),
  streams: z.object({ ofrep: count, unleash: count, flagd: count }),
});

const toPage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('state'), state }),
  z.object({ kind: z.literal('traffic'), type: z.enum(['snapshot', 'points']), points: z.array(point) }),
  z.object({ kind: z.literal('counts'), counts }),
]);

const toExtension = z.discriminatedUnion('kind', [
  /** The page has been loaded, for the first time or again: it knows nothing. */
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('action'), action: z.enum(['promote', 'abort', 'rollback']) }),
]);

/** What a window that is opened again needs to bring the dashboard back. */
const remembered = z.object({ folder: z.string(), environment: z.string(), service: z.optional(z.string()) });

export type DashboardState = z.infer<typeof state>;
export type DashboardRollout = z.infer<typeof rollout>;
export type DashboardStep = z.infer<typeof step>;
export type Mark = z.infer<typeof mark>;
export type FlagCounts = z.infer<typeof counts>;
export type ActionName = keyof DashboardState['actions'];
export type ToPage = z.infer<typeof toPage>;
export type ToExtension = z.infer<typeof toExtension>;
export type Remembered = z.infer<typeof remembered>;

/** Each gives `undefined` for what is not such a message. */
export const readToPage = (value: unknown): ToPage | undefined => toPage.safeParse(value).data;
export const readToExtension = (value: unknown): ToExtension | undefined => toExtension.safeParse(value).data;
export const readRemembered = (value: unknown): Remembered | undefined => remembered.safeParse(value).data;
