/** How often a flag is evaluated, as tooltips and hovers tell it. Pure. */
import type {
  Counted,
  CountedFlag,
  CountedVariant,
  FlagCountsResult,
} from '../../agent/protocol/flag-counts.ts';
import { l10n } from './l10n.ts';
import { plain } from './node.ts';
import { clockTime } from './words.ts';

/** What is known of the counts of an environment. */
export type KnownCounts =
  | { readonly kind: 'counted'; readonly counts: FlagCountsResult }
  /** Asked, and not answered yet. */
  | { readonly kind: 'waiting' }
  /** Why they cannot be had. */
  | { readonly kind: 'trouble'; readonly message: string };

/** Markdown: a line for each variant. `now`: milliseconds since the epoch. */
export function countsTable(known: KnownCounts, key: string, now: number): string {
  if (known.kind !== 'counted') return withoutCounts(known);
  const { counts } = known;
  const flag = counts.flags.find((one) => one.key === key);
  if (flag === undefined || counts.controls === 0) return uncounted(counts);
  return [tableOf(flag), footOf(flag, counts, now)].filter((part) => part !== '').join('\n\n');
}

/** Markdown, one line: of the last hour. */
export function countsLine(environment: string, known: KnownCounts, key: string): string {
  const where = plain(environment);
  if (known.kind !== 'counted') return `${where}: ${withoutCounts(known)}`;
  const { counts } = known;
  const flag = counts.flags.find((one) => one.key === key);
  if (flag === undefined || counts.controls === 0) return `${where}: ${uncounted(counts)}`;
  const asked = listed(flag.variants, ({ asked: { hour } }) => hour);
  const given = listed(flag.variants, ({ given: { hour } }) => hour);
  if (asked !== '') return l10n.t('{0}: evaluated in the last hour: {1}', where, asked);
  if (given !== '') return l10n.t('{0}: handed out with all others in the last hour: {1}', where, given);
  return l10n.t('{0}: not evaluated in the last hour', where);
}

function withoutCounts(known: Exclude<KnownCounts, { kind: 'counted' }>): string {
  return known.kind === 'waiting'
    ? l10n.t('evaluations: being counted; look again in a moment')
    : l10n.t('evaluations cannot be counted: {0}', plain(known.message));
}

function uncounted({ missing }: FlagCountsResult): string {
  const [why] = missing;
  return why === undefined
    ? l10n.t('evaluations are not counted yet')
    : l10n.t('evaluations cannot be counted: {0}', plain(why));
}

/** `on 1,204, off 3`; nothing where there is none. */
function listed(variants: readonly CountedVariant[], count: (variant: CountedVariant) => number): string {
  return variants
    .filter((one) => count(one) > 0)
    .map((one) => `${plain(one.variant)} ${many(count(one))}`)
    .join(', ');
}

function tableOf({ variants }: CountedFlag): string {
  const isGiven = variants.some(({ given }) => given.day > 0);
  if (!isGiven && variants.every(({ asked }) => asked.day === 0))
    return l10n.t('not evaluated in the last 24 hours');
  const both = ({ hour, day }: Counted): string => `${many(hour)} / ${many(day)}`;
  const heads = [
    l10n.t('evaluated'),
    l10n.t('last hour / 24 h'),
    ...(isGiven ? [l10n.t('handed out with all others')] : []),
  ];
  const rows = variants.map(({ variant, asked, given }) => [
    plain(variant),
    both(asked),
    ...(isGiven ? [both(given)] : []),
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(line)].join(
    '\n',
  );
}

const dayMs = 24 * 60 * 60 * 1_000;

function footOf({ askedAt }: CountedFlag, { since, missing }: FlagCountsResult, now: number): string {
  // Who has counted for a day knows both columns whole.
  const isYoung = since !== null && now - Date.parse(since) < dayMs;
  return [
    ...(askedAt === null ? [] : [l10n.t('last asked for: {0}', timeOf(askedAt, now))]),
    ...(isYoung ? [l10n.t('counted since {0}', timeOf(since, now))] : []),
    ...missing.map((why) => l10n.t('not in these numbers: {0}', plain(why))),
  ].join(' · ');
}

function timeOf(iso: string, now: number): string {
  return now - Date.parse(iso) < dayMs ? clockTime(iso) : plain(iso.slice(0, 10));
}

function many(count: number): string {
  return count.toLocaleString('en-US');
}
