/**
 * Counts evaluations, in memory and bounded. Counting happens in the middle of answering a request, so it adds to one
 * number; `fold` brings these into minutes and hours every other second.
 */
import { countedWays, type Counted, type CountedWay } from '../../protocol/flag-counts.ts';
import { Ring } from './ring.ts';

/** Where evaluations are counted. */
export interface FlagCounter {
  /** A flag that is defined, and the variant somebody got. */
  readonly count: (key: string, variant: string, way: CountedWay, times?: number) => void;
  /** What everybody is given, as a list that never changes: it is gone through once in a while, not each time. */
  readonly countAll: (served: readonly ServedVariant[], way: CountedWay) => void;
  /** Somebody asked for a flag that is not: these keys are anybody's words, and not kept. */
  readonly countUnknown: (times?: number) => void;
}

export interface ServedVariant {
  readonly key: string;
  readonly variant: string;
}

export const noCounter: FlagCounter = {
  count: () => undefined,
  countAll: () => undefined,
  countUnknown: () => undefined,
};

/** One variant of one flag, as it was told in one way. */
export interface CountedSeries extends Counted {
  readonly key: string;
  readonly variant: string;
  readonly way: CountedWay;
  /** Milliseconds since the epoch. */
  readonly lastAt: number;
}

export interface TallyReport {
  readonly series: readonly CountedSeries[];
  readonly unknown: Counted;
  readonly others: Counted;
}

/** `now`: the wall clock; `at`: a clock that never jumps. */
export interface Moment {
  readonly now: number;
  readonly at: number;
}

/** A thousand flags of two variants in four ways: some megabytes. */
export const mostSeries = 8_192;

export class Tally implements FlagCounter {
  readonly #most: number;
  /** By way, then key, then variant. */
  readonly #series = byWay(() => new Map<string, Map<string, Series>>());
  /** How often each list was counted since the last fold. */
  readonly #lists = byWay(() => new Map<readonly ServedVariant[], number>());
  #size = 0;
  readonly #unknown = new Series();
  readonly #others = new Series();

  constructor(most = mostSeries) {
    this.#most = most;
  }

  readonly count: FlagCounter['count'] = (key, variant, way, times = 1) => {
    const series = this.#series[way].get(key)?.get(variant) ?? this.#add(key, variant, way);
    series.fresh += times;
  };

  readonly countAll: FlagCounter['countAll'] = (served, way) => {
    const lists = this.#lists[way];
    lists.set(served, (lists.get(served) ?? 0) + 1);
  };

  readonly countUnknown: FlagCounter['countUnknown'] = (times = 1) => {
    this.#unknown.fresh += times;
  };

  /** What is counted since the last time was counted now. A flag that nobody defines any more is forgotten after a day. */
  fold(moment: Moment, isDefined: (key: string) => boolean): void {
    for (const way of countedWays) this.#expand(way);
    this.#unknown.fold(moment);
    this.#others.fold(moment);
    for (const flags of Object.values(this.#series))
      for (const [key, variants] of flags) {
        for (const [variant, series] of variants) {
          series.fold(moment);
          if (isDefined(key) || !series.isSilent(moment)) continue;
          variants.delete(variant);
          this.#size -= 1;
        }
        if (variants.size === 0) flags.delete(key);
      }
  }

  report(moment: Moment): TallyReport {
    const series = Object.entries(this.#series).flatMap(([way, flags]) =>
      [...flags].flatMap(([key, variants]) =>
        Array.from(variants, ([variant, one]): CountedSeries => {
          const { lastAt } = one;
          return { key, variant, way: way as CountedWay, ...one.counted(moment), lastAt };
        }),
      ),
    );
    return { series, unknown: this.#unknown.counted(moment), others: this.#others.counted(moment) };
  }

  #expand(way: CountedWay): void {
    for (const [served, times] of this.#lists[way])
      for (const { key, variant } of served) this.count(key, variant, way, times);
    this.#lists[way].clear();
  }

  #add(key: string, variant: string, way: CountedWay): Series {
    if (this.#size >= this.#most) return this.#others;
    const variants = this.#series[way].get(key) ?? new Map<string, Series>();
    this.#series[way].set(key, variants);
    const series = new Series();
    variants.set(variant, series);
    this.#size += 1;
    return series;
  }
}

function byWay<T>(make: () => T): Record<CountedWay, T> {
  return Object.fromEntries(countedWays.map((way) => [way, make()])) as Record<CountedWay, T>;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

class Series {
  /** Not folded yet. */
  fresh = 0;
  lastAt = 0;
  #total = 0;
  readonly #minutes = new Ring(60);
  readonly #hours = new Ring(24);

  fold({ now, at }: Moment): void {
    if (this.fresh === 0) return;
    this.#minutes.add(Math.floor(at / minuteMs), this.fresh);
    this.#hours.add(Math.floor(at / hourMs), this.fresh);
    this.#total += this.fresh;
    this.lastAt = now;
    this.fresh = 0;
  }

  counted({ at }: Moment): Counted {
    const hour = this.#minutes.sum(Math.floor(at / minuteMs));
    // Hours begin anew on the hour: what is of the last 60 minutes is of the last day as well.
    const day = Math.max(hour, this.#hours.sum(Math.floor(at / hourMs)));
    return { hour, day, total: this.#total };
  }

  isSilent({ at }: Moment): boolean {
    return this.#hours.sum(Math.floor(at / hourMs)) === 0;
  }
}
