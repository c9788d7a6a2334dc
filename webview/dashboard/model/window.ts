/** The time that the charts show, what falls into it, and whether what they show is fresh. */
import type { TrafficPoint } from '../../../agent/protocol/traffic.ts';
import { figure } from '../../../extension/model/figures.ts';
import { l10n } from '../../../extension/model/l10n.ts';
import type { Mark } from '../messages.ts';

/** Milliseconds, by the name that is remembered. */
export const spans = { '1m': 60_000, '5m': 5 * 60_000, '15m': 15 * 60_000 } as const;
export type Span = keyof typeof spans;

export function spanWords(span: Span): string {
  switch (span) {
    case '1m':
      return l10n.t('Last minute');
    case '5m':
      return l10n.t('Last 5 minutes');
    case '15m':
      return l10n.t('Last 15 minutes');
  }
}

export function isSpan(value: unknown): value is Span {
  return typeof value === 'string' && Object.hasOwn(spans, value);
}

/** Marks of the window, oldest first, with numbers that charts and list share. */
export function numbered(
  marks: readonly Mark[],
  from: number,
): readonly { readonly mark: Mark; readonly number: number }[] {
  return marks.filter(({ at }) => at >= from).map((mark, index) => ({ mark, number: index + 1 }));
}

export interface Freshness {
  readonly state: { readonly edges: number };
  readonly points: readonly TrafficPoint[];
  readonly heardAt: number | undefined;
  readonly openedAt: number;
}

/** Points come every two seconds. */
const silentMs = 10_000;

/** What is wrong with the numbers, in words; empty: nothing. All of them are of the page's clock. */
export function newsOf({ state, points, heardAt, openedAt }: Freshness, now: number): string {
  if (heardAt === undefined)
    return now - openedAt < silentMs
      ? l10n.t('Waiting for the first numbers …')
      : l10n.t(
          'No numbers have come. Control of this environment may be of an earlier version: "tidegate setup" brings this one.',
        );
  const seconds = Math.round((now - heardAt) / 1000);
  if (now - heardAt > silentMs) return l10n.t('No news for {0} s: what is shown is old.', figure(seconds));
  const reporting = points.at(-1)?.edges ?? 0;
  if (reporting === 0)
    return l10n.t(
      'No edge tells its numbers. Edges of an earlier version do not count: "tidegate setup ENV --upgrade-edge" brings this one.',
    );
  if (reporting < state.edges)
    return l10n.t('{0} of {1} edges tell their numbers: what is shown is too low.', reporting, state.edges);
  return '';
}
