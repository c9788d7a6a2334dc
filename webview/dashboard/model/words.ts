/** Numbers and times as people read them. */
import type { Metric } from './series.ts';

export const titles: Readonly<Record<Metric, string>> = {
  share: 'Traffic split',
  perSecond: 'Requests per second',
  errors: 'Error rate',
  latency: 'Latency',
};

/** What exactly is drawn. */
export const notes: Readonly<Record<Metric, string>> = {
  share: 'of the requests of this service',
  perSecond: 'as the edges counted them, previews and probes included',
  errors: 'answers of class 5xx',
  latency: 'mean time to the beginning of the answer',
};

export function valueWords(value: number | null | undefined, metric: Metric): string {
  if (value === null || value === undefined) return '–';
  switch (metric) {
    case 'share':
      return `${rounded(value)} %`;
    case 'errors':
      return `${value === 0 ? 0 : value < 0.1 ? '< 0.1' : rounded(value)} %`;
    case 'perSecond':
      return `${rounded(value)}/s`;
    case 'latency':
      return `${Math.round(value)} ms`;
  }
}

function rounded(value: number): string {
  if (value >= 100 || Number.isInteger(value)) return String(Math.round(value));
  return value >= 10 ? value.toFixed(0) : value.toFixed(1);
}

/** `14:02:30`, of this machine. `at`: milliseconds since the epoch. */
export function timeWords(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

/** `12 s`, `3 min 05 s`, `9 min`. */
export function leftWords(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return rest === 0
    ? `${seconds / 60} min`
    : `${Math.floor(seconds / 60)} min ${String(rest).padStart(2, '0')} s`;
}
