/** A chart as rows: for who does not see it, or wants the numbers. */
import type { Mark } from '../messages.ts';
import { colours, type Colour, type Metric, type Series } from './series.ts';
import { timeWords, valueWords } from './words.ts';

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
        time: timeWords(end),
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
    if (known.length === 0) return `${names[colour]}: nothing`;
    const now = valueWords(series.values[metric][colour].at(-1), metric);
    const span = `${valueWords(Math.min(...known), metric)} to ${valueWords(Math.max(...known), metric)}`;
    return `${names[colour]}: ${now} now, ${span} in this time`;
  });
  return parts.join('. ');
}
