/**
 * The journal of a rollout: a Swarm config whose data is the immutable head (what was asked for) and whose
 * label `state` is the state machine's record, written before each effect. These are its shapes; who moves
 * from one phase to the next is `release/machine.ts`.
 */
import * as z from 'zod';
import { workerOrder } from './release.ts';

const colour = z.enum(['blue', 'green']);

/** Why a rollout ended, or is on its way back. A closed list: clients match on it. */
export const reasons = [
  'completed',
  'superseded',
  'build-failed',
  'suite-failed',
  'command-failed',
  'never-healthy',
  'crash-loop',
  'no-node',
  'place-failed',
  'verify-failed',
  'proof-failed',
  'edges-unacknowledged',
  'aborted-by-user',
  'cancelled',
  'lease-expired',
  'interrupted',
  'lost-claim',
  'effect-failed',
] as const;
export type Reason = (typeof reasons)[number];

const step = z.strictObject({
  /** Share of the new slot in basis points. */
  share: z.int().min(0).max(10_000),
  /** How long it stays there; `null`: until somebody promotes. */
  holdMs: z.int().nonnegative().nullable(),
});
export type Step = z.infer<typeof step>;

const move = z.strictObject({
  service: z.string(),
  /** The slot that has the traffic when the rollout starts; `null` for a first deploy. */
  from: colour.nullable(),
  to: colour,
  /** The release in `from`. */
  fromRelease: z.int().nullable(),
  /** Only of workers, which no edge sees: in which order their tasks are exchanged. */
  worker: workerOrder.optional(),
});
export type Move = z.infer<typeof move>;

const releaseCommand = z.strictObject({
  service: z.string(),
  /** Words; they take the place of the image's entry point. */
  command: z.array(z.string()).min(1),
  timeoutMs: z.int().positive(),
});
export type ReleaseCommand = z.infer<typeof releaseCommand>;

export const rolloutHead = z.strictObject({
  format: z.literal(1),
  id: z.string(),
  stack: z.string(),
  kind: z.enum(['deploy', 'rollback']),
  by: z.string(),
  at: z.string(),
  /** What was asked for, as a person wrote it: a tag, a branch, `HEAD`. */
  ref: z.string(),
  commit: z.string(),
  tag: z.string().nullable(),
  /** The release whose content comes back; `null` when it is made from git. */
  restores: z.int().nullable(),
  /** True when the target slots still run that content: nothing has to be placed. */
  warm: z.boolean(),
  moves: z.array(move).min(1),
  steps: z.array(step),
  drainMs: z.int().nonnegative(),
  keepWarmMs: z.int().nonnegative(),
  /** How long placing and verifying may take. */
  deadlineMs: z.int().positive(),
  /** What control does when the driver's lease runs out. */
  unattended: z.enum(['revert', 'finish', 'hold']),
  /** There are suites that run once it is live, and it goes back unless they pass. */
  liveSuites: z.literal(true).optional(),
  /** Run one after the other in the new images, before anything is placed. */
  commands: z.array(releaseCommand).min(1).optional(),
});
export type RolloutHead = z.infer<typeof rolloutHead>;

const reason = z.enum(reasons);

export const phase = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('planned') }),
  z.strictObject({ name: z.literal('building') }),
  z.strictObject({ name: z.literal('testing') }),
  /** `command`: which of the head's runs; those before it have ended well. */
  z.strictObject({ name: z.literal('releasing'), command: z.int().nonnegative() }),
  z.strictObject({ name: z.literal('placing') }),
  z.strictObject({ name: z.literal('verifying') }),
  z.strictObject({
    name: z.literal('shifting'),
    step: z.int().nonnegative(),
    stage: z.enum(['moving', 'holding']),
  }),
  z.strictObject({ name: z.literal('replacing') }),
  z.strictObject({ name: z.literal('promoted') }),
  z.strictObject({ name: z.literal('testing-live') }),
  z.strictObject({
    name: z.literal('settling'),
    stage: z.enum(['retiring', 'draining', 'warm', 'emptying']),
  }),
  z.strictObject({ name: z.literal('done') }),
  z.strictObject({
    name: z.literal('aborting'),
    stage: z.enum(['ending-command', 'reverting', 'restoring', 'draining', 'emptying']),
  }),
  z.strictObject({ name: z.literal('aborted') }),
  /** Ended without every edge's word: both slots stay. `toward`: what its edges were asked to do. */
  z.strictObject({ name: z.literal('partial'), toward: z.enum(['promoted', 'aborting']) }),
]);
export type Phase = z.infer<typeof phase>;

export const rolloutState = z.strictObject({
  phase,
  /** Why it ended or goes back; `null` while it goes forward. */
  reason: reason.nullable(),
  /** What a person should know about the reason: the last probe's answer, the failed build step. */
  detail: z.string(),
  /** Number of the release record, once it exists. */
  release: z.int().nullable(),
  /** True once users' traffic was moved to the new slot, be it a share of it. */
  moved: z.boolean(),
  /** Streams that were closed at the drain limit. */
  closed: z.int().nonnegative(),
  /** Wall clock of the driver when the phase began, milliseconds. */
  since: z.number(),
  trail: z.array(z.strictObject({ phase: z.string(), at: z.number() })),
});
export type RolloutState = z.infer<typeof rolloutState>;

export interface Lease {
  readonly seconds: number;
  /** Grows while the driver lives. */
  readonly counter: number;
}

export interface JournalEntry {
  readonly head: RolloutHead;
  readonly state: RolloutState;
  /** Who drives it now; `undefined` when nobody does: parked, in the background, or ended. */
  readonly driver: string | undefined;
  readonly lease: Lease | undefined;
  /** What somebody else asks the driver to do. */
  readonly request: { readonly action: 'promote' | 'abort'; readonly by: string } | undefined;
  /** Time of the last write by the clock of the cluster's leader. */
  readonly updatedAt: string;
}

export function isEnded(state: RolloutState): boolean {
  return state.phase.name === 'done' || state.phase.name === 'aborted';
}
