/** Points of traffic as lines of charts: one service, its two slots side by side. */
import type { TrafficPoint } from '../../../agent/protocol/traffic.ts';
import { ratesBetween, type SlotRates } from '../../../agent/protocol/traffic-rates.ts';

export type Colour = 'blue' | 'green';
export const colours: readonly Colour[] = ['blue', 'green'];

/** What the charts are about; each has a line for each slot. */
export const metrics = ['share', 'perSecond', 'errors', 'latency'] as const;
export type Metric = (typeof metrics)[number];

export interface Series {
  /** Seconds since the epoch, as uPlot wants them; the end of each interval. */
  readonly times: readonly number[];
  /** `null`: nothing to tell at that moment. */
  readonly values: Readonly<Record<Metric, Readonly<Record<Colour, readonly (number | null)[]>>>>;
}

/**
 * Edges report every second and points are made every two, on clocks of their own: over a single interval a steady
 * traffic would have dents. So each value is over so much time, where points are that close.
 */
export const steadyMs = 5_000;

/** `since`: milliseconds since the epoch; older points are left out. */
export function seriesOf(points: readonly TrafficPoint[], service: string, since: number): Series {
  const intervals = points.slice(1).flatMap((point) => {
    const before = points.findLast(({ at }) => at <= point.at - steadyMs) ?? points[0];
    if (before === undefined || point.at < since) return [];
    return [{ at: point.at, rates: ratesBetween(before, point) }];
  });
  const line = (metric: Metric, colour: Colour): readonly (number | null)[] =>
    intervals.map(({ rates }) => valueOf(rates[`${service}-${colour}`], metric));
  const both = (metric: Metric): Record<Colour, readonly (number | null)[]> => ({
    blue: line(metric, 'blue'),
    green: line(metric, 'green'),
  });
  return {
    times: intervals.map(({ at }) => at / 1000),
    values: {
      share: both('share'),
      perSecond: both('perSecond'),
      errors: both('errors'),
      latency: both('latency'),
    },
  };
}

function valueOf(rates: SlotRates | undefined, metric: Metric): number | null {
  if (rates === undefined) return null;
  switch (metric) {
    case 'share':
      return rates.share === null ? null : rates.share * 100;
    case 'perSecond':
      return rates.perSecond;
    case 'errors':
      return rates.errorShare === null ? null : rates.errorShare * 100;
    case 'latency':
      return rates.latencyMs;
  }
}

/** Services that the points know, in order; for the case that nothing else is known of them. */
export function servicesOf(points: readonly TrafficPoint[]): readonly string[] {
  const slots = Object.keys(points.at(-1)?.slots ?? {});
  return [...new Set(slots.map((slot) => slot.replace(/-(blue|green)$/, '')))].sort();
}
