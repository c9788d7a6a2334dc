/**
 * The labels of `<stack>.flag-counts`, where what controls have counted passes to an agent that asks:
 *
 *   ask.<id>              = asked       somebody waits for an answer
 *   counts.<control task> = <ids of the asks it answers, by commas> <what that control counted, packed>
 *
 * Pure codec.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { countedWays } from '../../protocol/flag-counts.ts';

const count = z.number().nonnegative();
const counted = z.strictObject({ hour: count, day: count, total: count });

const said = z.object({
  /** When this control began, and when it said this: milliseconds since the epoch. */
  since: z.number(),
  at: z.number(),
  /** Key, variant, index of the way, last hour, last day, total, when it was counted last. */
  series: z.array(z.tuple([z.string(), z.string(), z.int(), count, count, count, z.number()])),
  unknown: counted,
  others: counted,
  sdks: z.array(
    z.object({ app: z.string(), sdk: z.string().nullable(), instances: count, seenAt: z.string() }),
  ),
  streams: z.object({ ofrep: count, unleash: count, flagd: count }),
});
/** What one control has counted. */
export type SaidCounts = z.infer<typeof said>;
export type SaidSeries = SaidCounts['series'][number];

export const wayIndex = (way: (typeof countedWays)[number]): number => countedWays.indexOf(way);

export interface CountsAnswer {
  readonly asks: readonly string[];
  readonly packed: string;
}

export interface CountsLabels {
  readonly asks: readonly string[];
  /** By the control's task. */
  readonly answers: ReadonlyMap<string, CountsAnswer>;
}

/** What somebody else wrote there is passed over. */
export function parseCounts(labels: Readonly<Record<string, string>>): CountsLabels {
  const asks: string[] = [];
  const answers = new Map<string, CountsAnswer>();
  for (const [label, text] of Object.entries(labels)) {
    const [, kind, id = ''] = /^(ask|counts)\.([a-z0-9]{1,64})$/.exec(label) ?? [];
    const [ids, packed] = text.split(' ', 2);
    if (kind === 'ask') asks.push(id);
    if (kind === 'counts' && ids !== undefined && packed !== undefined)
      answers.set(id, { asks: ids.split(','), packed });
  }
  return { asks, answers };
}

export function formatCounts({ asks, answers }: CountsLabels): Record<string, string> {
  return Object.fromEntries([
    ...asks.map((id) => [`ask.${id}`, 'asked']),
    ...[...answers].map(([task, answer]) => [`counts.${task}`, `${answer.asks.join()} ${answer.packed}`]),
  ]) as Record<string, string>;
}

/** Those that were counted most, when all of it would be too much for the ledger. */
export function packCounts(counts: SaidCounts, longest: number): string {
  const byTotal = [...counts.series].sort((a, b) => b[5] - a[5]);
  for (let kept = byTotal.length; ; kept = Math.floor(kept / 2)) {
    const text = gzipSync(JSON.stringify({ ...counts, series: byTotal.slice(0, kept) })).toString('base64');
    if (text.length <= longest || kept === 0) return text;
  }
}

/** Throws what is wrong with it. */
export function unpackCounts(text: string): SaidCounts {
  return said.parse(
    JSON.parse(gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: 16_000_000 }).toString('utf8')),
  );
}
