/**
 * Hands what this control has counted of flags to agents that ask, through the ledger. Nobody asks: nothing is written. In
 * memory only: a control that was started anew has counted nothing, and says since when it counts.
 */
import type { Clock } from '../common/clock.ts';
import { messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { names } from '../common/names.ts';
import type { Tally } from '../flags/counts/tally.ts';
import type { Sdks } from '../flags/counts/sdks.ts';
import type { SdkStreams } from '../protocol/flag-counts.ts';
import { packCounts, wayIndex, type SaidCounts, type SaidSeries } from '../swarm/ledger/flag-counts.ts';
import type { FlagCountsStore } from '../swarm/ledger/flag-counts-store.ts';
import type { ClusterEvent } from '../swarm/port.ts';
import { oneAtATime } from '../common/one-at-a-time.ts';

export interface CountsBoard {
  /** Brings in what was counted since, and looks whether somebody asks. Never rejects. */
  readonly tick: () => Promise<void>;
  readonly notice: (event: ClusterEvent) => void;
  readonly gap: () => void;
}

export interface CountsBoardOptions {
  readonly stack: string;
  readonly store: FlagCountsStore;
  readonly tally: Tally;
  readonly sdks: Sdks;
  readonly streams: () => SdkStreams;
  readonly isDefined: (key: string) => boolean;
  /** This control's own task, and the ids of all of control's tasks. */
  readonly task: string;
  readonly tasks: () => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Agents wait for some seconds. */
const deadMs = 60_000;
/** One object of the ledger holds a megabyte, and several controls may write to it. */
const longest = 200_000;

export function openCountsBoard(options: CountsBoardOptions): CountsBoard {
  const { clock, store, tally, log } = options;
  const since = clock.now();
  /** When each ask was seen first, on a clock that never jumps; all of them are answered. */
  const asked = new Map<string, number>();
  let problem: string | undefined;

  const moment = (): { now: number; at: number } => ({ now: clock.now(), at: clock.monotonic() });
  const fold = (): void => tally.fold(moment(), options.isDefined);
  const look = oneAtATime(async () => {
    try {
      const { asks = [] } = (await store.find()) ?? {};
      for (const id of asked.keys()) if (!asks.includes(id)) asked.delete(id);
      const isNew = asks.some((id) => !asked.has(id));
      const { at } = moment();
      for (const id of asks) if (!asked.has(id)) asked.set(id, at);
      if (!isNew) return;
      fold();
      await store.answer({
        task: options.task,
        answer: { asks, packed: packCounts(said(options, since), longest) },
        tasks: await options.tasks(),
        dead: asks.filter((id) => at - (asked.get(id) ?? at) > deadMs),
      });
      problem = undefined;
    } catch (error) {
      // Whoever asked is answered the next time.
      asked.clear();
      if (problem !== messageOf(error)) log.warn({ error: messageOf(error) }, 'the counts cannot be told');
      problem = messageOf(error);
    }
  });

  return {
    tick: () => {
      fold();
      return look();
    },
    notice: (event) => {
      if (event.type === 'config' && event.name === names.flagCounts(options.stack)) void look();
    },
    gap: () => void look(),
  };
}

function said({ tally, sdks, streams, clock }: CountsBoardOptions, since: number): SaidCounts {
  const now = clock.now();
  const { series, unknown, others } = tally.report({ now, at: clock.monotonic() });
  return {
    ...{ since, at: now, unknown, others },
    series: series.map(({ key, variant, way, hour, day, total, lastAt }): SaidSeries => [
      ...([key, variant, wayIndex(way)] as const),
      ...([hour, day, total, lastAt] as const),
    ]),
    sdks: [...sdks.connected()],
    streams: streams(),
  };
}
