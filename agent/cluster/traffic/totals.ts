/**
 * Sums the counters of all edges. A counter that is lower than it was has begun anew; what an edge counted before this
 * control first heard of it is nobody's news. So the sums never go back, and never jump because an edge was met.
 */
import type { SlotKey } from '../../common/names.ts';
import type { SlotCounts, SlotReading, TrafficReport } from '../../edge/traffic-report.ts';
import {
  slotCounters,
  type SlotCounter,
  type SlotTraffic,
  type TrafficPoint,
} from '../../protocol/traffic.ts';

/** An edge without requests reports every few seconds; one that is silent for longer counts as missing. */
export const silentMs = 15_000;
/** What was last heard of a silent edge is kept for so long: it may only have been cut off. */
const forgetMs = 15 * 60_000;

interface Heard {
  at: number;
  report: TrafficReport;
}

interface Sum {
  counts: Record<SlotCounter, number>;
  /** Since the last point. */
  fresh: number;
  weighted: number;
  seenAt: number;
}

const nothing: SlotCounts = {
  requests: 0,
  status2xx: 0,
  status3xx: 0,
  status4xx: 0,
  status5xx: 0,
  statusOther: 0,
  connectionErrors: 0,
};

export class Totals {
  readonly #edges = new Map<string, Heard>();
  readonly #sums = new Map<SlotKey, Sum>();

  /** `at`: on a clock that never jumps. */
  add(edge: string, report: TrafficReport, at: number): void {
    const before = this.#edges.get(edge)?.report;
    for (const [slot, reading] of report) {
      const sum = this.#sum(slot);
      sum.seenAt = at;
      if (before) grow(sum, before.get(slot)?.counts ?? nothing, reading);
    }
    this.#edges.set(edge, { at, report });
  }

  /** Ends the interval that latencies are told of. `now`: the wall clock; `at`: one that never jumps. */
  point(now: number, at: number): TrafficPoint {
    this.#forget(at);
    const heard = [...this.#edges.values()].filter((edge) => at - edge.at < silentMs);
    const slots = [...this.#sums]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([slot, sum]): [SlotKey, SlotTraffic] => {
        const inFlight = heard.reduce((open, { report }) => open + (report.get(slot)?.inFlight ?? 0), 0);
        const latencyMs = sum.fresh === 0 ? null : Math.round(sum.weighted / sum.fresh);
        sum.fresh = sum.weighted = 0;
        return [slot, { ...sum.counts, inFlight, latencyMs }];
      });
    return { at: now, edges: heard.length, slots: Object.fromEntries(slots) };
  }

  #sum(slot: SlotKey): Sum {
    const known = this.#sums.get(slot) ?? { counts: { ...nothing }, fresh: 0, weighted: 0, seenAt: 0 };
    this.#sums.set(slot, known);
    return known;
  }

  #forget(at: number): void {
    for (const [edge, heard] of this.#edges) if (at - heard.at > forgetMs) this.#edges.delete(edge);
    for (const [slot, { seenAt }] of this.#sums) if (at - seenAt > forgetMs) this.#sums.delete(slot);
  }
}

function grow(sum: Sum, before: SlotCounts, { counts, latencyMs }: SlotReading): void {
  const reset = slotCounters.some((name) => counts[name] < before[name]);
  for (const name of slotCounters) sum.counts[name] += counts[name] - (reset ? 0 : before[name]);
  const more = counts.requests - (reset ? 0 : before.requests);
  sum.fresh += more;
  sum.weighted += more * latencyMs;
}
