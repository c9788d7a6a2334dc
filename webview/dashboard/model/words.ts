/** Numbers and times as people read them. */
import { figure } from '../../../extension/model/figures.ts';
import { l10n } from '../../../extension/model/l10n.ts';
import type { Metric } from './series.ts';

export function titleOf(metric: Metric): string {
  switch (metric) {
    case 'share':
      return l10n.t('Traffic split');
    case 'perSecond':
      return l10n.t('Requests per second');
    case 'errors':
      return l10n.t('Error rate');
    case 'latency':
      return l10n.t('Latency');
  }
}

/** What exactly is drawn. */
export function noteOf(metric: Metric): string {
  switch (metric) {
    case 'share':
      return l10n.t('of the requests of this service');
    case 'perSecond':
      return l10n.t('as the edges counted them, previews and probes included');
    case 'errors':
      return l10n.t('answers of class 5xx');
    case 'latency':
      return l10n.t('mean time to the beginning of the answer');
  }
}

export function valueWords(value: number | null | undefined, metric: Metric): string {
  if (value === null || value === undefined) return '–';
  switch (metric) {
    case 'share':
      return percent(value);
    case 'errors':
      return value > 0 && value < 0.1 ? l10n.t('< {0} %', figure(0.1, 1)) : percent(value);
    case 'perSecond':
      return l10n.t('{0}/s', rounded(value));
    case 'latency':
      return l10n.t('{0} ms', figure(value));
  }
}

/** `12 %`, `3.5 %`. */
export function percent(value: number): string {
  return l10n.t('{0} %', rounded(value));
}

function rounded(value: number): string {
  return figure(value, Number.isInteger(value) || value >= 10 ? 0 : 1);
}

/** `12 s`, `3 min 05 s`, `9 min`. */
export function leftWords(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds < 60) return l10n.t('{0} s', seconds);
  const rest = seconds % 60;
  const minutes = Math.floor(seconds / 60);
  return rest === 0
    ? l10n.t('{0} min', minutes)
    : l10n.t('{0} min {1} s', minutes, String(rest).padStart(2, '0'));
}
