/**
 * The points that one client has been told. Each control sums up for itself, so points of two controls are not one
 * series: one is chosen, and kept for as long as it goes on.
 */
import { thinned, type TrafficEvent, type TrafficPoint } from '../../protocol/traffic.ts';

export interface Series {
  /** The task of the control that it comes from. */
  readonly control: string;
  readonly points: readonly TrafficPoint[];
}

/** A control whose newest point is older than another one's by this has gone. */
export const behindMs = 10_000;

/** What follows from what the controls say now: the series, and what to tell of it (`undefined`: nothing new). */
export function follow(
  known: Series | undefined,
  said: ReadonlyMap<string, readonly TrafficPoint[]>,
): { readonly series: Series | undefined; readonly event: TrafficEvent | undefined } {
  const chosen = choose(known, said);
  if (chosen === undefined) return { series: known, event: undefined };
  const last = known?.points.at(-1)?.at ?? 0;
  if (known?.control !== chosen.control || reachesFurtherBack(chosen.points, known.points))
    return { series: chosen, event: { kind: 'traffic', type: 'snapshot', points: chosen.points } };
  const points = chosen.points.filter(({ at }) => at > last);
  if (points.length === 0) return { series: known, event: undefined };
  const series = { control: known.control, points: thinned([...known.points, ...points]) };
  return { series, event: { kind: 'traffic', type: 'points', points } };
}

function choose(
  known: Series | undefined,
  said: ReadonlyMap<string, readonly TrafficPoint[]>,
): Series | undefined {
  const all = [...said].flatMap(([control, points]) => (points.length === 0 ? [] : [{ control, points }]));
  const newest = Math.max(...all.map(({ points }) => points.at(-1)?.at ?? 0));
  const alive = all.filter(({ points }) => (points.at(-1)?.at ?? 0) > newest - behindMs);
  const same = alive.find(({ control }) => control === known?.control);
  return same ?? alive.sort((a, b) => firstOf(a.points) - firstOf(b.points))[0];
}

/** The whole window comes once; the few points that were there before it belong to somebody who looked earlier. */
function reachesFurtherBack(said: readonly TrafficPoint[], known: readonly TrafficPoint[]): boolean {
  return firstOf(said) < firstOf(known) && said.length > known.length;
}

function firstOf(points: readonly TrafficPoint[]): number {
  return points[0]?.at ?? 0;
}
