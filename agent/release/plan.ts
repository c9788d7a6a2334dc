/** What a rollout has to move, decided before anything is touched. Pure. */
import type { ReleasedService, ReleaseRecord, RolloutPolicy, WorkerOrder } from '../swarm/ledger/release.ts';
import type { Move, RolloutHead, Step } from '../swarm/ledger/rollout.ts';
import { activeSlot, slotContent, targetColour, type Current } from './current.ts';

/** What is wanted of a service: equal content means that nothing has to be done for it. */
export interface Wanted {
  readonly content: string;
  readonly rollout: RolloutPolicy;
  /** Only of workers. */
  readonly worker?: WorkerOrder;
}

/** The moves that bring every service to its wanted content; empty: all of it runs already. */
export function movesTo(current: Current, wanted: Readonly<Record<string, Wanted>>): readonly Move[] {
  return Object.entries(wanted).flatMap(([service, { content, worker }]): readonly Move[] => {
    const active = activeSlot(current, service);
    if (active?.content?.content === content) return [];
    return [
      {
        service,
        from: active?.colour ?? null,
        to: targetColour(current, service),
        fromRelease: active?.release ?? null,
        ...(worker && { worker }),
      },
    ];
  });
}

/** Services that run and are not wanted any more: they stay, and the user is told. */
export function leftOver(current: Current, wanted: Readonly<Record<string, Wanted>>): readonly string[] {
  return Object.keys(current.routes.value.routes).filter((service) => !(service in wanted));
}

/**
 * True when every target slot still holds exactly this content: going there is one compare-and-swap. Workers are not
 * kept warm, and not asked: theirs are always placed.
 */
export function isWarm(current: Current, moves: readonly Move[], target: ReleaseRecord): boolean {
  return webMoves(moves).every(({ service, to }) => {
    const there: ReleasedService | undefined = slotContent(current, service, to);
    return there !== undefined && there.content === target.services[service]?.content;
  });
}

/** Those that edges send requests to. */
export function webMoves(moves: readonly Move[]): readonly Move[] {
  return moves.filter(({ worker }) => worker === undefined);
}

export function workerMoves(moves: readonly Move[]): readonly Move[] {
  return moves.filter(({ worker }) => worker !== undefined);
}

export type HeadPolicy = Pick<RolloutHead, 'steps' | 'drainMs' | 'keepWarmMs' | 'deadlineMs'>;

/** One rollout moves several services: the most patient of their policies holds for all of them. */
export function policyOf(
  moves: readonly Move[],
  wanted: Readonly<Record<string, Wanted>>,
  options: { readonly hold: boolean },
): HeadPolicy {
  const policies = moves.flatMap(({ service }) => wanted[service]?.rollout ?? []);
  const most = (pick: (policy: RolloutPolicy) => number): number => Math.max(1, ...policies.map(pick));
  const longest = policies.reduce<readonly Step[]>(
    (best, { steps }) => (steps.length > best.length ? steps : best),
    [],
  );
  // The first release of a service has nobody to share the traffic with.
  const steps = webMoves(moves).some((move) => move.from !== null) ? longest : [];
  const held: readonly Step[] = options.hold ? [{ share: 0, holdMs: null }] : [];
  return {
    steps: [...held, ...steps],
    drainMs: most((policy) => policy.drainMs),
    keepWarmMs: most((policy) => policy.keepWarmMs),
    deadlineMs: most((policy) => policy.deadlineMs),
  };
}

/**
 * The release to go back to when nobody names one: the one before the live one. A rollback's own predecessor
 * is that of the release it restored, so that going back twice never returns to what was left.
 */
export function previousOf(live: ReleaseRecord | undefined): number | null {
  return live?.previous ?? null;
}
