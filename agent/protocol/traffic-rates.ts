/** What happened between two points of the traffic. Pure: every client computes the same from the same points. */
import type { SlotTraffic, TrafficPoint } from './traffic.ts';

export interface SlotRates {
  readonly perSecond: number;
  /** Answers of class 5xx among all answers, 0..1; `null`: there was no answer. */
  readonly errorShare: number | null;
  /** Of the service's requests, 0..1; `null`: it had none. */
  readonly share: number | null;
  readonly latencyMs: number | null;
  readonly inFlight: number;
}

const classes = ['status2xx', 'status3xx', 'status4xx', 'status5xx', 'statusOther'] as const;

/** By slot; a slot that was not there before has no rates yet. A counter that went back has begun anew. */
export function ratesBetween(before: TrafficPoint, after: TrafficPoint): Readonly<Record<string, SlotRates>> {
  const seconds = Math.max(0.001, (after.at - before.at) / 1000);
  const found: Record<string, SlotRates> = {};
  for (const [slot, now] of Object.entries(after.slots)) {
    const then = before.slots[slot];
    if (then === undefined) continue;
    const answers = classes.reduce((sum, name) => sum + increase(then, now, name), 0);
    const requests = increase(then, now, 'requests');
    const all = serviceSlots(slot).reduce((sum, other) => sum + requestsOf(before, after, other), 0);
    found[slot] = {
      perSecond: requests / seconds,
      errorShare: answers === 0 ? null : increase(then, now, 'status5xx') / answers,
      share: all === 0 ? null : requests / all,
      latencyMs: now.latencyMs,
      inFlight: now.inFlight,
    };
  }
  return found;
}

/** `web-blue` -> `web-blue`, `web-green`. */
function serviceSlots(slot: string): readonly string[] {
  const service = slot.replace(/-(blue|green)$/, '');
  return [`${service}-blue`, `${service}-green`];
}

function requestsOf(before: TrafficPoint, after: TrafficPoint, slot: string): number {
  const [then, now] = [before.slots[slot], after.slots[slot]];
  return then === undefined || now === undefined ? 0 : increase(then, now, 'requests');
}

function increase(
  before: SlotTraffic,
  after: SlotTraffic,
  name: 'requests' | (typeof classes)[number],
): number {
  const more = after[name] - before[name];
  return more < 0 ? after[name] : more;
}
