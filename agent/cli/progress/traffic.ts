/** For `traffic`: its events are what was asked for, and go where results go. */
import type { AgentEvent } from '../../protocol/methods.ts';
import type { TrafficEvent, TrafficPoint } from '../../protocol/traffic.ts';
import { ratesBetween, type SlotRates } from '../../protocol/traffic-rates.ts';
import type { Progress, Sink } from './progress.ts';

export function trafficStream(sink: Sink, format: 'text' | 'json', others: Progress): Progress {
  let last: TrafficPoint | undefined;
  const write = (event: TrafficEvent): void => {
    const lines = format === 'json' ? [JSON.stringify(event)] : linesOf(event, last);
    last = event.points.at(-1) ?? last;
    sink.write(lines.map((line) => `${line}\n`).join(''));
  };
  return {
    show: (event: AgentEvent) => (event.kind === 'traffic' ? write(event) : others.show(event)),
    say: (text) => others.say(text),
    stop: () => others.stop(),
  };
}

/** One line a point and slot that has or had traffic; of the window that comes first, only the end. */
function linesOf({ type, points }: TrafficEvent, last: TrafficPoint | undefined): string[] {
  const all = type === 'points' && last ? [last, ...points] : points.slice(-2);
  return all.flatMap((point, index) => {
    const before = all[index - 1];
    return before === undefined ? [] : lines(point, ratesBetween(before, point));
  });
}

function lines({ at, edges }: TrafficPoint, rates: Readonly<Record<string, SlotRates>>): string[] {
  const time = new Date(at).toISOString().slice(11, 19);
  const busy = Object.entries(rates).filter(([, { perSecond, inFlight }]) => perSecond > 0 || inFlight > 0);
  if (busy.length === 0) return [`${time}  no requests (${edges} ${edges === 1 ? 'edge' : 'edges'} report)`];
  return busy.map(([slot, one]) => `${time}  ${slot}: ${words(one)}`);
}

function words({ perSecond, share, errorShare, latencyMs, inFlight }: SlotRates): string {
  return [
    `${perSecond.toFixed(1)} requests/s`,
    ...(share === null ? [] : [`${Math.round(share * 100)} % of its service`]),
    ...(errorShare === null ? [] : [`${(errorShare * 100).toFixed(1)} % errors`]),
    ...(latencyMs === null ? [] : [`${latencyMs} ms`]),
    ...(inFlight === 0 ? [] : [`${inFlight} open`]),
  ].join(', ');
}
