import type { Counted, CountedFlag, FlagCountsResult } from '../../protocol/flag-counts.ts';
import { ago } from '../duration.ts';
import { alignColumns } from '../table.ts';
import { cleanText, type Style } from '../terminal.ts';

/** A line for each variant. `now`: milliseconds since the epoch. */
export function reportFlagCounts(result: FlagCountsResult, style: Style, now: number): string[] {
  const { flags, missing, since } = result;
  const counting = since === null ? 'nobody counts' : `counted since ${ago(since, now)}`;
  const head = `${style.bold(result.environment)}  ${style.dim(counting)}`;
  const titles = ['  FLAG', 'VARIANT', 'ASKED 1 H', '24 H', 'GIVEN 1 H', '24 H', 'LAST ASKED'];
  const rows = flags.flatMap((flag) => rowsOf(flag, style, now));
  const table =
    flags.length === 0
      ? ['  It has no flags.']
      : alignColumns([titles.map((title) => style.dim(title)), ...rows]);
  return [head, ...table, ...notes(result, now), ...missing.map((why) => style.warn(`! ${cleanText(why)}`))];
}

function rowsOf({ key, defined, askedAt, variants }: CountedFlag, style: Style, now: number): string[][] {
  const last = askedAt === null ? 'never' : ago(askedAt, now);
  const name = `  ${cleanText(key)}${defined ? '' : style.bad(' not defined any more !')}`;
  return variants.map(({ variant, asked, given }, index) => [
    index === 0 ? name : '',
    cleanText(variant),
    ...[asked.hour, asked.day, given.hour, given.day].map((count) => count.toLocaleString('en-US')),
    index === 0 ? last : '',
  ]);
}

function notes({ unknown, others, sdks, streams }: FlagCountsResult, now: number): string[] {
  const told = (what: string, { hour, day }: Counted): string[] =>
    day === 0
      ? []
      : [
          `  ${what}: ${hour.toLocaleString('en-US')} in the last hour, ${day.toLocaleString('en-US')} in 24.`,
        ];
  const named = sdks.map(({ app, sdk, instances, seenAt }) =>
    cleanText(`  ${app}: ${sdk ?? 'an SDK of Unleash'}, ${instances} of them, seen ${ago(seenAt, now)}.`),
  );
  return [
    ...told('Asked for flags that nobody defines', unknown),
    ...told('Of more variants than are kept apart', others),
    `  Listening for changes: ${streams.ofrep} over OFREP, ${streams.unleash} of Unleash, ${streams.flagd} of flagd.`,
    ...named,
  ];
}
