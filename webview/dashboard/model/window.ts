/** The time that the charts show, what falls into it, and whether what they show is fresh. */
import type { TrafficPoint } from '../../../agent/protocol/traffic.ts';
import type { Mark } from '../messages.ts';

export const spans = {
  'Last minute': 60_000,
  'Last 5 minutes': 5 * 60_000,
  'Last 15 minutes': 15 * 60_000,
} as const;
export type Span = keyof typeof spans;

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
      ? 'Waiting for the first numbers …'
      : 'No numbers have come. Control of this environment may be of an earlier version: "tidegate setup" brings this one.';
  const seconds = Math.round((now - heardAt) / 1000);
  if (now - heardAt > silentMs) return `No news for ${seconds} s: what is shown is old.`;
  const reporting = points.at(-1)?.edges ?? 0;
  if (reporting === 0)
    return 'No edge tells its numbers. Edges of an earlier version do not count: "tidegate setup ENV --upgrade-edge" brings this one.';
  if (reporting < state.edges)
    return `${reporting} of ${state.edges} edges tell their numbers: what is shown is too low.`;
  return '';
}
