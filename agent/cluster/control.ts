/** Control as a whole: ledger in, documents out to edges, their reports back into the ledger. */
import type { Server } from 'node:http';
import type { Http2Server } from 'node:http2';
import type { Clock } from '../common/clock.ts';
import type { Log } from '../common/log.ts';
import { names } from '../common/names.ts';
import { openFlagdSync } from '../flags/flagd/sync-server.ts';
import { openFlagsHttp, type FlagsHttp } from '../flags/serving/http.ts';
import type { Ledger } from '../swarm/ledger/ledger.ts';
import type { Swarm } from '../swarm/port.ts';
import { catchUp } from './catch-up.ts';
import { openCertificates } from './certificates.ts';
import { openEdgeTasks, tidy } from './edge-tasks.ts';
import { openFlagsView, type FlagsView } from './flags-view.ts';
import { httpGet } from './get.ts';
import { controlServer } from './http.ts';
import { openLedgerView, type LedgerView } from './ledger-view.ts';
import { openProbing } from './probing.ts';
import { openPulls } from './pulls.ts';
import { openReports } from './reports.ts';

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
  const flags = openFlagsView({ ledger, view, task, tasks: () => ownTasks(swarm, ledger.stack), log });
  const flagServers = openFlagServers(flags);
  const edges = openEdgeTasks(swarm, ledger.stack);
  const seen = { view, swarm, reports, fetch: httpGet, reachOf: edges.reach };
  const probing = openProbing({ ...seen, clock, log, signal });
  const server = controlServer({
    pulls,
    report: async (from, ack) => {
      await reports.ack(from, ack);
      probing.consider(from, ack);
    },
    certificates: openCertificates(),
    isReady: () => !signal.aborted && view.current() !== undefined,
    status: () => statusOf(view, flags, ledger.stack),
    flags: flagServers.http,
    log,
  });
  const unwatch = watchBoth(swarm, view, flags);
  const look = async (): Promise<void> => {
    await view.refresh();
    await flags.refresh();
    await catchUp({ view, reports: () => ledger.acks.read(), running: edges.running, probing, log });
  };
  void look();
  const timers = [every(pollMs, look), every(tidyMs, () => tidy({ ledger, edges, reports, log }))];
  tellChanges(view, log);
  return {
    server,
    flagd: flagServers.flagd,
    view,
    flags,
    stop: async () => {
      stopping.abort();
      unwatch();
      timers.forEach((timer) => clearInterval(timer));
      pulls.close();
      flagServers.close();
      await reports.settled();
      server.close();
      server.closeIdleConnections();
    },
  };
}

function tellChanges(view: LedgerView, log: Log): void {
  view.onChange(({ routing, services }) =>
    log.info({ version: routing.version, hash: services.hash }, 'new state'),
  );
}

function openFlagServers(flags: FlagsView): { http: FlagsHttp; flagd: Http2Server; close: () => void } {
  const [http, sync] = [openFlagsHttp(flags), openFlagdSync(flags)];
  const close = (): void => {
    http.close();
    sync.close();
  };
  return { http, flagd: sync.server, close };
}

async function ownTasks(swarm: Swarm, stack: string): Promise<readonly string[]> {
  return (await swarm.tasks.list({ service: names.control(stack) })).map(({ id }) => id);
}

function watchBoth(swarm: Swarm, ...views: readonly Pick<LedgerView, 'notice' | 'gap'>[]): () => void {
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
