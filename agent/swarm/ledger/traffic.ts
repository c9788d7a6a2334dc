/**
 * The labels of `<stack>.traffic`, where counters pass from control to agents while somebody looks at them:
 *
 *   watch.<id>             = <number>   an agent looks; it writes another number every few seconds
 *   points.<control task>  = the points that control holds, packed
 *
 * Pure codec. Points are packed by columns and as differences, because most numbers hardly change.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import {
  slotCounters,
  type SlotCounter,
  type SlotTraffic,
  type TrafficPoint,
} from '../../protocol/traffic.ts';

export interface TrafficLabels {
  readonly watchers: ReadonlyMap<string, number>;
  /** Packed points, by the task of the control that wrote them. */
  readonly points: ReadonlyMap<string, string>;
}

const column = z.array(z.int());

const packed = z.strictObject({
  at: column,
  edges: column,
  /** By slot: the index of its first point, and its columns in the order of `slotCounters`, then in flight and latency. */
  slots: z.record(
    z.string(),
    z.strictObject({ first: z.int().nonnegative(), columns: z.array(column).length(9) }),
  ),
});

/** What somebody else wrote there is passed over: it is told again in a moment. */
export function parseTraffic(labels: Readonly<Record<string, string>>): TrafficLabels {
  const watchers = new Map<string, number>();
  const points = new Map<string, string>();
  for (const [label, text] of Object.entries(labels)) {
    const [, kind, id] = /^(watch|points)\.([a-z0-9]{1,64})$/.exec(label) ?? [];
    if (kind === 'points' && id !== undefined) points.set(id, text);
    if (kind === 'watch' && id !== undefined && /^\d{1,12}$/.test(text)) watchers.set(id, Number(text));
  }
  return { watchers, points };
}

export function formatTraffic({ watchers, points }: TrafficLabels): Record<string, string> {
  return Object.fromEntries([
    ...[...watchers].map(([id, number]) => [`watch.${id}`, String(number)]),
    ...[...points].map(([task, text]) => [`points.${task}`, text]),
  ]) as Record<string, string>;
}

/** A slot that is in one point is in all that follow, or it is told as if it began after the last gap. */
export function packPoints(points: readonly TrafficPoint[]): string {
  const names = new Set(points.flatMap(({ slots }) => Object.keys(slots)));
  const slots = [...names].map((slot) => {
    const first = 1 + points.findLastIndex((point) => !(slot in point.slots));
    const rows = points.slice(first).flatMap((point) => point.slots[slot] ?? []);
    const columns = [
      ...slotCounters.map((name) => differences(rows.map((row) => row[name]))),
      rows.map(({ inFlight }) => inFlight),
      rows.map(({ latencyMs }) => latencyMs ?? -1),
    ];
    return [slot, { first, columns }] as const;
  });
  const whole: z.infer<typeof packed> = {
    at: differences(points.map(({ at }) => at)),
    edges: points.map(({ edges }) => edges),
    slots: Object.fromEntries(slots.filter(([, { first }]) => first < points.length)),
  };
  return gzipSync(JSON.stringify(whole)).toString('base64');
}

/** Throws what is wrong with it. */
export function unpackPoints(text: string): readonly TrafficPoint[] {
  const { at, edges, slots } = packed.parse(
    JSON.parse(gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: 16_000_000 }).toString('utf8')),
  );
  const found = Object.entries(slots).map(([slot, { first, columns }]) => ({
    slot,
    first,
    columns: columns.map((one, index) => (index < slotCounters.length ? sums(one) : one)),
  }));
  return sums(at).map((time, index) => ({
    at: time,
    edges: edges[index] ?? 0,
    slots: Object.fromEntries(
      found.flatMap(({ slot, first, columns }) =>
        index < first ? [] : [[slot, rowOf(columns, index - first)]],
      ),
    ),
  }));
}

function rowOf(columns: readonly (readonly number[])[], row: number): SlotTraffic {
  const value = (index: number): number => {
    const found = columns[index]?.[row];
    if (found === undefined) throw new Error(`column ${index} has no row ${row}`);
    return found;
  };
  const counts = Object.fromEntries(slotCounters.map((name, index) => [name, value(index)])) as Pick<
    SlotTraffic,
    SlotCounter
  >;
  const latency = value(slotCounters.length + 1);
  return { ...counts, inFlight: value(slotCounters.length), latencyMs: latency < 0 ? null : latency };
}

function differences(values: readonly number[]): number[] {
  return values.map((value, index) => value - (values[index - 1] ?? 0));
}

function sums(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => (sum += value));
}
