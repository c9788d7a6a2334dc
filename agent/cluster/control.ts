/** Control as a whole: ledger in, documents out to edges, their reports back into the ledger. */
import type { Server } from 'node:http';
import type { Http2Server } from 'node:http2';
import type { Clock } from '../common/clock.ts';
import type { Log } from '../common/log.ts';
import { names } from '../common/names.ts';
import { openFlagdSync } from '../flags/flagd/sync-server.ts';
import { Tally } from '../flags/counts/tally.ts';
import { openFlagsHttp, type FlagsHttp } from '../flags/serving/http.ts';
import type { Ledger } from '../swarm/ledger/ledger.ts';
import type { Swarm } from '../swarm/port.ts';
import { openCountsBoard, type CountsBoard, type CountsBoardOptions } from './counts-board.ts';
import { catchUp } from './catch-up.ts';
import { openCertificates } from './certificates.ts';
import { openEdgeTasks, tidy, type EdgeTasks } from './edge-tasks.ts';
import { openFlagsView, type FlagsView } from './flags-view.ts';
import { httpGet } from './get.ts';
import { controlServer } from './http.ts';
import { openLedgerView, type LedgerView } from './ledger-view.ts';
import { openProbing, type ProbingOptions } from './probing.ts';
import { openPulls, type Pulls } from './pulls.ts';
import { openReports, type Reports } from './reports.ts';
import { openTrafficBoard, pointMs } from './traffic/board.ts';

export interface ControlOptions {
  readonly ledger: Ledger;
  readonly swarm: Swarm;
  readonly clock: Clock;
  readonly log: Log;
  /** Id of the Swarm task this is. */
  readonly task: string;
}

export interface Control {
  /** Not listening yet. */
  readonly server: Server;
  /** Flags for those who evaluate by themselves, over gRPC. */
  readonly flagd: Http2Server;
  readonly view: LedgerView;
  readonly flags: FlagsView;
  /** Lets edges go to another control, finishes what is being written. */
  stop(): Promise<void>;
}

const pullWaitMs = 20_000;
/** Events tell at once; this is for the ones that got lost, and for what another control left open. */
const pollMs = 2_000;
const tidyMs = 15_000;

export function openControl({ ledger, swarm, clock, log, task }: ControlOptions): Control {
  const stopping = new AbortController();
  const { signal } = stopping;
  const view = openLedgerView(ledger, log);
  const reports = openReports(ledger.acks);
  const pulls = openPulls(view, pullWaitMs);
  const { stack } = ledger;
  const tasks = (): Promise<readonly string[]> => ownTasks(swarm, stack);
  const flags = openFlagsView({ ledger, view, task, tasks, log });
  const flagServers = openFlagServers(flags, { stack, store: ledger.flagCounts, task, tasks, clock, log });
  const edges = openEdgeTasks(swarm, stack);
  const traffic = openTrafficBoard({ stack, store: ledger.traffic, task, tasks, clock, log });
  const probing = openProbing({ ...{ view, swarm, reports, clock, log, signal }, ...wayThrough(edges) });
  const server = controlServer({
    pulls,
    report: (from, ack) => reports.ack(from, ack).then(() => probing.consider(from, ack)),
    traffic: traffic.add,
    certificates: openCertificates(),
    isReady: () => !signal.aborted && view.current() !== undefined,
    status: () => statusOf(view, flags, stack),
    flags: flagServers.http,
    log,
  });
  const unwatch = watchAll(swarm, view, flags, traffic, flagServers.counts);
  const look = async (): Promise<void> => {
    await view.refresh();
    await flags.refresh();
    await catchUp({ view, reports: () => ledger.acks.read(), running: edges.running, probing, log });
  };
  void look();
  const timers = [
    every(pollMs, look),
    every(tidyMs, () => tidy({ ledger, edges, reports, log })),
    ...[traffic.tick, flagServers.counts.tick].map((tick) => every(pointMs, tick)),
  ];
  view.onChange(({ routing: { version }, services: { hash } }) => log.info({ version, hash }, 'new state'));
  return {
    server,
    flagd: flagServers.flagd,
    view,
    flags,
    stop: () => {
      stopping.abort();
      unwatch();
      timers.forEach((timer) => clearInterval(timer));
      flagServers.close();
      return close(server, pulls, reports);
    },
  };
}

interface FlagServers {
  readonly http: FlagsHttp;
  readonly flagd: Http2Server;
  readonly counts: CountsBoard;
  readonly close: () => void;
}

function openFlagServers(
  flags: FlagsView,
  board: Omit<CountsBoardOptions, 'tally' | 'sdks' | 'streams' | 'isDefined'>,
): FlagServers {
  const tally = new Tally();
  const [http, sync] = [openFlagsHttp(flags, tally), openFlagdSync(flags)];
  const counts = openCountsBoard({
    ...{ ...board, tally, sdks: http.sdks },
    streams: () => ({ ...http.listening(), flagd: sync.listening() }),
    isDefined: (key) => flags.document()?.flags.has(key) === true,
  });
  const close = (): void => {
    http.close();
    sync.close();
  };
  return { http, flagd: sync.server, counts, close };
}

function wayThrough({ reach }: EdgeTasks): Pick<ProbingOptions, 'fetch' | 'reachOf'> {
  return { fetch: httpGet, reachOf: reach };
}

async function close(server: Server, pulls: Pulls, reports: Reports): Promise<void> {
  pulls.close();
  await reports.settled();
  server.close();
  server.closeIdleConnections();
}

async function ownTasks(swarm: Swarm, stack: string): Promise<readonly string[]> {
  return (await swarm.tasks.list({ service: names.control(stack) })).map(({ id }) => id);
}

function watchAll(swarm: Swarm, ...views: readonly Pick<LedgerView, 'notice' | 'gap'>[]): () => void {
  return swarm.watch(
    (event) => views.forEach((view) => view.notice(event)),
    () => views.forEach((view) => view.gap()),
  );
}

function every(ms: number, work: () => Promise<void>): NodeJS.Timeout {
  return setInterval(() => void work(), ms).unref();
}

function statusOf(view: LedgerView, flags: FlagsView, stack: string): unknown {
  const state = view.current();
  return {
    stack,
    object: state?.routing.object,
    version: state?.routing.version,
    hash: state?.services.hash,
    problem: view.problem(),
    flags: { digest: flags.document()?.digest, problem: flags.problem() },
    services: state?.routing.services.map(({ service, route, slots }) => ({ service, route, slots })),
  };
}
