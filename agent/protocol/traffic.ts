/**
 * What the method `traffic` reports: the edges' own counters, summed over all edges of an environment and its mesh.
 * Counters only grow within one series; what happened between two points is their difference. As metrics they would be
 * called `tidegate_edge_requests_total{service, slot}` and so on (docs/edge.md).
 */

/** One slot at one moment. */
export interface SlotTraffic {
  /** Handed to the slot since the series began: of users, of services, of previews and of probes. */
  readonly requests: number;
  /** Answers by class. Requests that got none (their client left) are in no class. */
  readonly status2xx: number;
  readonly status3xx: number;
  readonly status4xx: number;
  readonly status5xx: number;
  /** Upgrades to another protocol, and what has no valid status. */
  readonly statusOther: number;
  /** Requests for which no connection to any server came about; they were answered with 503. */
  readonly connectionErrors: number;
  /** Under way at that moment. */
  readonly inFlight: number;
  /**
   * Milliseconds from the end of the request to the beginning of its answer: HAProxy's sliding mean of its last
   * requests (some hundred). `null`: there was no request since the point before.
   */
  readonly latencyMs: number | null;
}

/** Those that only grow, in the order in which the ledger packs them: append, never move. */
export const slotCounters = [
  'requests',
  'status2xx',
  'status3xx',
  'status4xx',
  'status5xx',
  'statusOther',
  'connectionErrors',
] as const satisfies readonly (keyof SlotTraffic)[];

export type SlotCounter = (typeof slotCounters)[number];

export interface TrafficPoint {
  /** Milliseconds since the epoch, by the clock of the machine that summed them up. */
  readonly at: number;
  /** Edges (and tasks of the mesh) that have reported lately; the others are missing in the numbers. */
  readonly edges: number;
  /** By slot: `web-blue`. */
  readonly slots: Readonly<Record<string, SlotTraffic>>;
}

export interface TrafficEvent {
  readonly kind: 'traffic';
  /** `snapshot`: what the client has is void. `points`: they follow what it has. */
  readonly type: 'snapshot' | 'points';
  /** Oldest first. */
  readonly points: readonly TrafficPoint[];
}

/** What is kept, by everybody who keeps it: the last minute whole, of the rest one point in ten seconds. */
export const trafficWindow = { wholeMs: 60_000, everyMs: 10_000, allMs: 15 * 60_000 } as const;

/** The points of the window that ends with the last of them. */
export function thinned(points: readonly TrafficPoint[]): readonly TrafficPoint[] {
  const now = points.at(-1)?.at ?? 0;
  const { wholeMs, everyMs, allMs } = trafficWindow;
  return points.filter(({ at }, index) => {
    if (at < now - allMs) return false;
    const next = points[index + 1];
    return (
      next === undefined || at >= now - wholeMs || Math.floor(next.at / everyMs) !== Math.floor(at / everyMs)
    );
  });
}
