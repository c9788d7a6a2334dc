/** Visitors of the shop: steady requests through the edge from the first version to the end of the demo. */
import { startLoad, type LoadStats, type Sample } from '../../test/support/load.ts';

export const visitors = 8;
export const requestsPerSecond = 350;

export interface Traffic {
  /** Everything so far. */
  stats(): LoadStats;
  /** Lets every request under way end. */
  stop(): Promise<LoadStats>;
}

export function startTraffic(url: string): Traffic {
  return startLoad({
    url,
    host: new URL(url).host,
    connections: visitors,
    ratePerSecond: requestsPerSecond,
  });
}

/** A step as the traffic saw it. Times in milliseconds of `performance.now()`. */
export interface Span {
  readonly from: number;
  /** From here on only `live` may answer: requests *started* later are counted. */
  readonly acknowledged: number;
  readonly until: number;
  /** The version that answers. */
  readonly live: string;
}

export interface SpanCounts {
  /** That ended within the span. */
  readonly requests: number;
  readonly failed: number;
  /** Answers of another version to requests that started after the acknowledgement. */
  readonly stale: number;
}

export function countSpan(samples: readonly Sample[], span: Span): SpanCounts {
  const during = samples.filter(({ end }) => end >= span.from && end < span.until);
  const started = samples.filter(({ start }) => start > span.acknowledged && start < span.until);
  return {
    requests: during.length,
    failed: during.filter(isFailed).length,
    stale: started.filter((sample) => !isFailed(sample) && sample.version !== span.live).length,
  };
}

/** The shop asks for its flags four times a second; after this long every visitor sees what was switched. */
const flagMs = 1_000;

/** True when visitors came after a flag was switched, and every one of them saw it. */
export function sawFlag(samples: readonly Sample[], span: Span, flag: 'on' | 'off'): boolean {
  const from = span.acknowledged + flagMs;
  const visits = samples.filter(({ start, end }) => start > from && end < span.until);
  return visits.length > 0 && visits.every(({ freeDelivery }) => freeDelivery === flag);
}

const isFailed = ({ status }: Sample): boolean => status === 0 || status >= 400;
