/** A chart as rows: for who does not see it, or wants the numbers. */
import { toTheSecond } from '../../../extension/model/figures.ts';
import { l10n } from '../../../extension/model/l10n.ts';
import type { Mark } from '../messages.ts';
import { colours, type Colour, type Metric, type Series } from './series.ts';
import { valueWords } from './words.ts';

export interface Row {
  readonly time: string;
  readonly values: Readonly<Record<Colour, string>>;
  /** What happened in the interval that ends with this row. */
  readonly marks: string;
}

export const mostRows = 30;

/** Newest first. Not every point: those at the beginning of an equal share of the window, and the newest. */
export function rowsOf(series: Series, metric: Metric, marks: readonly Mark[]): readonly Row[] {
  const every = Math.max(1, Math.ceil(series.times.length / mostRows));
  const last = series.times.length - 1;
  const kept = series.times.flatMap((_time, index) => ((last - index) % every === 0 ? [index] : []));
  return kept
    .map((index, position): Row => {
      const end = (series.times[index] ?? 0) * 1000;
      const begin = position === 0 ? end : (series.times[kept[position - 1] ?? 0] ?? 0) * 1000;
      const within = marks.filter(({ at }) => at > begin && at <= end).map(({ label }) => label);
      const value = (colour: Colour): string => valueWords(series.values[metric][colour][index], metric);
      return {
        time: toTheSecond(end),
        values: { blue: value('blue'), green: value('green') },
        marks: within.join(', '),
      };
    })
    .reverse();
}

/** What a screen reader says of a chart. */
export function summaryOf(series: Series, metric: Metric, names: Readonly<Record<Colour, string>>): string {
  const parts = colours.map((colour) => {
    const known = series.values[metric][colour].filter((value) => value !== null);
    if (known.length === 0) return l10n.t('{0}: nothing', names[colour]);
    const now = valueWords(series.values[metric][colour].at(-1), metric);
    const [least, most] = [Math.min(...known), Math.max(...known)].map((one) => valueWords(one, metric));
    return l10n.t('{0}: {1} now, {2} to {3} in this time', names[colour], now, least ?? '', most ?? '');
  });
  return parts.join('. ');
}
