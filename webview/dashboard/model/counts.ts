/** How often flags are evaluated, as rows. Pure. */
import { figure } from '../../../extension/model/figures.ts';
import { l10n } from '../../../extension/model/l10n.ts';
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
        ...{
          key,
          defined,
          lastAsked: askedAt === null ? l10n.t('never') : agoWords(Date.parse(askedAt), now),
        },
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
    since === null
      ? l10n.t('Nobody counts.')
      : l10n.t('Control began to count {0}.', agoWords(Date.parse(since), now));
  const listening = l10n.t(
    'Told of changes: {0} clients over OFREP, {1} of Unleash, {2} of flagd.',
    ...[streams.ofrep, streams.unleash, streams.flagd].map((one) => figure(one)),
  );
  const left = flags.length - mostFlags;
  return [
    ...(left > 0
      ? [l10n.t('{0} more flags are not shown: "tidegate flags counts" lists all.', figure(left))]
      : []),
    ...(unknown.day > 0 ? [l10n.t('Asked for flags that nobody defines: {0}.', both(unknown))] : []),
    begun,
    listening,
    ...sdks.map(({ app, sdk, instances, seenAt }) => {
      const name = sdk ?? l10n.t('an SDK of Unleash');
      return l10n.t(
        '{0}: {1}, {2} connected, seen {3}.',
        ...[app, name, figure(instances), agoWords(Date.parse(seenAt), now)],
      );
    }),
    ...missing,
  ];
}

/** Of 0..1; small ones are told to a tenth. */
export function shareWords(share: number): string {
  return l10n.t('{0} %', figure(share * 100, share > 0 && share < 0.1 ? 1 : 0));
}

/** `12 min ago`. A clock that is a little ahead is not the future. */
export function agoWords(at: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - at) / 1000));
  if (seconds < 60) return l10n.t('less than a minute ago');
  if (seconds < 3600) return l10n.t('{0} min ago', Math.floor(seconds / 60));
  if (seconds < 2 * 86_400) return l10n.t('{0} h ago', Math.floor(seconds / 3600));
  return l10n.t('{0} days ago', figure(Math.floor(seconds / 86_400)));
}

function both({ hour, day }: { readonly hour: number; readonly day: number }): string {
  return `${figure(hour)} / ${figure(day)}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
