/**
 * What an edge's task tells about the requests it has handed on, a line for each slot:
 *
 *   web-blue <requests> <1xx> <2xx> <3xx> <4xx> <5xx> <other> <connection errors> <in flight> <latency, ms>
 *
 * All but the last two count from the beginning of the task, over all the workers it has had.
 */
import type { SlotCounter, SlotTraffic } from '../protocol/traffic.ts';
import { parseSlotKey, type SlotKey } from '../common/names.ts';

/** Counters of one slot at one edge. */
export type SlotCounts = Pick<SlotTraffic, SlotCounter>;

export interface SlotReading {
  readonly counts: SlotCounts;
  readonly inFlight: number;
  readonly latencyMs: number;
}

export type TrafficReport = ReadonlyMap<SlotKey, SlotReading>;

/** `undefined`: not a report. */
export function parseTrafficReport(text: string): TrafficReport | undefined {
  const report = new Map<SlotKey, SlotReading>();
  for (const line of text.split('\n').filter(Boolean)) {
    const [slot = '', ...rest] = line.split(' ');
    const numbers = rest.map((word) => (/^\d{1,15}$/.test(word) ? Number(word) : Number.NaN));
    if (!parseSlotKey(slot) || numbers.length !== 10 || numbers.some(Number.isNaN)) return undefined;
    report.set(slot as SlotKey, reading(numbers));
  }
  return report;
}

function reading(numbers: readonly number[]): SlotReading {
  const at = (index: number): number => numbers[index] ?? 0;
  return {
    counts: {
      requests: at(0),
      status2xx: at(2),
      status3xx: at(3),
      status4xx: at(4),
      status5xx: at(5),
      statusOther: at(1) + at(6),
      connectionErrors: at(7),
    },
    inFlight: at(8),
    latencyMs: at(9),
  };
}
