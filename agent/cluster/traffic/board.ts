/**
 * Keeps the traffic of the last minutes, and hands it to agents through the ledger for as long as one of them looks.
 * In memory only: a control that was started anew begins with nothing, and says so by having few points.
 */
import type { Clock } from '../../common/clock.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { names } from '../../common/names.ts';
import type { TrafficReport } from '../../edge/traffic-report.ts';
import { thinned, type TrafficPoint } from '../../protocol/traffic.ts';
import { packPoints } from '../../swarm/ledger/traffic.ts';
import type { TrafficStore } from '../../swarm/ledger/traffic-store.ts';
import type { ClusterEvent } from '../../swarm/port.ts';
import { oneAtATime } from '../../common/one-at-a-time.ts';
import { Totals } from './totals.ts';
import { Watchers } from './watchers.ts';

export interface TrafficBoard {
  /** An edge has said this. */
  readonly add: (edge: string, report: TrafficReport) => void;
  /** Adds a point; tells it when somebody looks. Never rejects. */
  readonly tick: () => Promise<void>;
  readonly notice: (event: ClusterEvent) => void;
  readonly gap: () => void;
}

export interface TrafficBoardOptions {
  readonly stack: string;
  readonly store: TrafficStore;
  /** This control's own task, and the ids of all of control's tasks. */
  readonly task: string;
  readonly tasks: () => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly log: Log;
}

/** How often a point is made. */
export const pointMs = 2_000;
/** What is told each time: enough for an agent that missed a few. */
const recent = 15;
/** One object of the ledger holds a megabyte, and several controls may write to it. */
const longest = 200_000;

export function openTrafficBoard(options: TrafficBoardOptions): TrafficBoard {
  const { clock, store, log } = options;
  const totals = new Totals();
  const watchers = new Watchers();
  let points: readonly TrafficPoint[] = [];
  let problem: string | undefined;

  const tell = oneAtATime(async () => {
    try {
      const found = await store.find();
      if (found === undefined) return;
      watchers.see(found.watchers, clock.monotonic());
      if (found.watchers.size === 0 && found.points.size === 0) return;
      await store.write({
        task: options.task,
        points: fitting(watchers.hasNew(clock.monotonic()) ? points : points.slice(-recent)),
        tasks: await options.tasks(),
        isWatching: (watcher) => watchers.isWatching(watcher, clock.monotonic()),
      });
      problem = undefined;
    } catch (error) {
      if (problem !== messageOf(error)) log.warn({ error: messageOf(error) }, 'the traffic cannot be told');
      problem = messageOf(error);
    }
  });

  /** Somebody who has just come waits for no tick. */
  const look = async (): Promise<void> => {
    const found = await store.find().catch(() => undefined);
    if (found && watchers.see(found.watchers, clock.monotonic())) await tell();
  };

  return {
    add: (edge, report) => totals.add(edge, report, clock.monotonic()),
    tick: () => {
      points = thinned([...points, totals.point(clock.now(), clock.monotonic())]);
      return tell();
    },
    notice: (event) => {
      if (event.type === 'config' && event.name === names.traffic(options.stack)) void look();
    },
    gap: () => void look(),
  };
}

/** The newest of them that are not too much for the ledger. */
function fitting(points: readonly TrafficPoint[]): string {
  for (let kept = points; ; kept = kept.slice(Math.ceil(kept.length / 2))) {
    const text = packPoints(kept);
    if (text.length <= longest || kept.length === 0) return text;
  }
}
