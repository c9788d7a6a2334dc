/** The points at which a matrix kills the agent, and what has to come of each. Pure. */

/** Who comes next: another agent at once, or nobody, so that control has to act when the lease is over. */
export type Next = 'agent' | 'control';

export interface CrashPoint<Operation extends string> {
  readonly operation: Operation;
  /** A record of the journal, or a step between two records. */
  readonly after: string;
  /** Where it ends when nobody but control is there. */
  readonly ends: 'back' | 'onward';
  readonly next: Next;
}

export interface Records {
  /** Written first; nobody is killed there, since it is tried with another operation. */
  readonly before?: readonly string[];
  /** Killed after one of these, and with nobody coming, all traffic stays on (goes back to) what was live. */
  readonly back: readonly string[];
  /** After one of these it ends where it was going. */
  readonly onward: readonly string[];
}

export interface Operations<Operation extends string> {
  /** Every record an undisturbed operation writes, in order (`before`, `back`, `onward`). */
  readonly records: Readonly<Record<Operation, Records>>;
  /** What the effects write between records: a driver may die in the middle of one. */
  readonly steps: Readonly<Record<Operation, Records>>;
}

export function namesOf<O extends string>({ records }: Operations<O>): readonly O[] {
  return Object.keys(records).filter((name): name is O => name in records);
}

export function recordsOf<O extends string>({ records }: Operations<O>, operation: O): readonly string[] {
  const { before = [], back, onward } = records[operation];
  return [...before, ...back, ...onward];
}

export function pointsOf<O extends string>(operations: Operations<O>): readonly CrashPoint<O>[] {
  const { records, steps } = operations;
  return namesOf(operations).flatMap((operation) =>
    (['back', 'onward'] as const).flatMap((ends) =>
      [...records[operation][ends], ...steps[operation][ends]].flatMap((after) =>
        (['agent', 'control'] as const).map((next) => ({ operation, after, ends, next })),
      ),
    ),
  );
}

/** `size` different points; the same for the same seed. */
export function sample<T>(points: readonly T[], seed: number, size: number): readonly T[] {
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
