/** The points at which the matrix kills the agent, and what has to come of each. Pure. */

/**
 * `deploy`: of another version. `deploy-tested`: of one that has suites of stage `preview` and `live`. `abort`: of a held deploy. `rollback-warm`: to the version whose slot still runs.
 * `rollback-kept`: to an older one, whose slot is long gone.
 */
export type Operation = 'deploy' | 'deploy-tested' | 'abort' | 'rollback-warm' | 'rollback-kept';

/** Who comes next: another agent at once, or nobody, so that control has to act when the lease is over. */
export type Next = 'agent' | 'control';

export interface CrashPoint {
  readonly operation: Operation;
  /** A record of the journal, or a step between two records. */
  readonly after: string;
  /** Where it ends when nobody but control is there. */
  readonly ends: 'back' | 'onward';
  readonly next: Next;
}

interface Records {
  /** Killed after one of these, and with nobody coming, all traffic stays on (goes back to) what was live. */
  readonly back: readonly string[];
  /** After one of these it ends where it was going. */
  readonly onward: readonly string[];
}

const early = ['planned', 'building'];
const late = ['settling: draining', 'left (settling: draining)'];

/** Every record an undisturbed operation writes, in order (`back`, then `onward`). */
const records: Readonly<Record<Operation, Records>> = {
  deploy: { back: [...early, 'testing', 'placing', 'superseded', 'verifying', 'promoted'], onward: late },
  'deploy-tested': {
    back: [...early, 'testing', 'placing', 'superseded', 'verifying', 'promoted', 'testing-live'],
    onward: late,
  },
  abort: {
    back: [
      'taken over (shifting 1: holding)',
      'aborting: reverting',
      'aborting: emptying',
      'aborted',
      'left (aborted)',
    ],
    onward: [],
  },
  'rollback-warm': { back: early, onward: ['promoted', 'superseded', ...late] },
  'rollback-kept': {
    back: [...early, 'testing'],
    onward: ['placing', 'superseded', 'verifying', 'promoted', ...late],
  },
};

export const operations = Object.keys(records) as readonly Operation[];

export const recordsOf = (operation: Operation): readonly string[] => [
  ...records[operation].back,
  ...records[operation].onward,
];

const placing = ['slot scaled', 'slot removed', 'routes written: lock slot', 'slot created'];

/** What the effects write between records: a driver may die in the middle of one. */
const steps: Readonly<Record<Operation, Records>> = {
  deploy: { back: ['routes written: rollout', ...placing, 'routes written: route'], onward: [] },
  'deploy-tested': { back: ['run created', 'run removed'], onward: [] },
  abort: { back: ['slot scaled', 'slot removed'], onward: [] },
  'rollback-warm': {
    back: ['routes written: rollout'],
    onward: ['routes written: lock', 'routes written: route slot'],
  },
  'rollback-kept': { back: ['routes written: rollout'], onward: [...placing, 'routes written: route'] },
};

export const allPoints: readonly CrashPoint[] = operations.flatMap((operation) =>
  (['back', 'onward'] as const).flatMap((ends) =>
    [...records[operation][ends], ...steps[operation][ends]].flatMap((after) =>
      (['agent', 'control'] as const).map((next) => ({ operation, after, ends, next })),
    ),
  ),
);

/** `size` different points; the same for the same seed. */
export function sample(points: readonly CrashPoint[], seed: number, size: number): readonly CrashPoint[] {
  const random = mulberry32(seed);
  return points
    .map((point) => ({ point, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, size)
    .map(({ point }) => point);
}

/** A small generator of well spread numbers in [0, 1): Mulberry32. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
