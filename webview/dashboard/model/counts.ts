/** How often flags are evaluated, as rows. Pure. */
import type { FlagCounts } from '../messages.ts';

export interface VariantRow {
  readonly variant: string;
  /** In the last hour, and in the last 24. */
  readonly asked: string;
  readonly given: string;
  /** Of the last hour, 0..1: of what applications asked for, else of what they were given; `null`: nothing of either. */
  readonly share: number | null;
}

export interface FlagRow {
  readonly key: string;
  readonly defined: boolean;
  readonly lastAsked: string;
  readonly variants: readonly VariantRow[];
}

export const mostFlags = 50;

/** Those that are asked for most come first. `now`: milliseconds since the epoch. */
export function flagRows({ flags }: FlagCounts, now: number): readonly FlagRow[] {
  const weight = ({ variants }: FlagCounts['flags'][number]): number =>
    sum(variants.map(({ asked }) => asked.hour)) * 1e9 + sum(variants.map(({ given }) => given.hour));
  return [...flags]
    .sort((a, b) => weight(b) - weight(a) || (a.key < b.key ? -1 : 1))
    .slice(0, mostFlags)
    .map(({ key, defined, askedAt, variants }) => {
      const part = variants.some(({ asked }) => asked.hour > 0) ? 'asked' : 'given';
      const all = sum(variants.map((one) => one[part].hour));
      return {
        ...{ key, defined, lastAsked: askedAt === null ? 'never' : agoWords(Date.parse(askedAt), now) },
        variants: variants.map((one) => ({
          variant: one.variant,
          ...{ asked: both(one.asked), given: both(one.given) },
          share: all === 0 ? null : one[part].hour / all,
        })),
      };
    });
}

/** What stands below the table, a line each. */
export function countNotes(
  { flags, missing, since, unknown, sdks, streams }: FlagCounts,
  now: number,
): readonly string[] {
  const begun =
    since === null ? 'Nobody counts.' : `Control counts since ${agoWords(Date.parse(since), now)}.`;
  const listening = `Told of changes: ${streams.ofrep} clients over OFREP, ${streams.unleash} of Unleash, ${streams.flagd} of flagd.`;
  const left = flags.length - mostFlags;
  return [
    ...(left > 0 ? [`${left} more flags are not shown: "tidegate flags counts" lists all.`] : []),
    ...(unknown.day > 0 ? [`Asked for flags that nobody defines: ${both(unknown)}.`] : []),
    begun,
    listening,
    ...sdks.map(
      ({ app, sdk, instances, seenAt }) =>
        `${app}: ${sdk ?? 'an SDK of Unleash'}, ${instances} connected, seen ${agoWords(Date.parse(seenAt), now)}.`,
    ),
    ...missing,
  ];
}

/** `12 s ago`. A clock that is a little ahead is not the future. */
export function agoWords(at: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - at) / 1000));
  if (seconds < 60) return 'less than a minute ago';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}

function both({ hour, day }: { readonly hour: number; readonly day: number }): string {
  return `${hour.toLocaleString('en-US')} / ${day.toLocaleString('en-US')}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
