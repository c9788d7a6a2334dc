/**
 * The ledger as control sees it: the newest good state for the edges. What cannot be read or understood changes
 * nothing but `problem()`; control holds no truth of its own.
 */
import { messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { names } from '../common/names.ts';
import { routingOf, type Routing } from '../edge/routing.ts';
import { renderServices, type ServicesConfig } from '../edge/services-config.ts';
import { renderState } from '../edge/state-document.ts';
import { releasedFlags, type ReleasedFlags } from '../flags/definitions.ts';
import { corruptData, notSetUp } from '../swarm/ledger/failures.ts';
import type { EdgeKeys } from '../swarm/ledger/keys-store.ts';
import type { Ledger } from '../swarm/ledger/ledger.ts';
import type { ReleaseRecord } from '../swarm/ledger/release.ts';
import type { Routes } from '../swarm/ledger/routes.ts';
import type { ClusterEvent, Stored, Unsubscribe } from '../swarm/port.ts';
import { oneAtATime } from '../common/one-at-a-time.ts';

export interface EdgeState {
  readonly routing: Routing;
  readonly keys: EdgeKeys;
  readonly services: ServicesConfig;
  /** The map part of the document for edges. */
  readonly text: string;
  /** What the releases in slots define. */
  readonly flags: ReleasedFlags;
}

export interface LedgerView {
  /** `undefined` before the ledger has been read for the first time. */
  readonly current: () => EdgeState | undefined;
  /** What is wrong with the ledger now; the state is then the last good one. */
  readonly problem: () => string | undefined;
  /** Resolves after a read that began after this call; never rejects (see `problem`). */
  readonly refresh: () => Promise<void>;
  readonly onChange: (listener: (state: EdgeState) => void) => Unsubscribe;
  /** An event of the cluster that may concern the ledger. */
  readonly notice: (event: ClusterEvent) => void;
  /** Events may have been missed. */
  readonly gap: () => void;
}

export function openLedgerView(ledger: Ledger, log: Log): LedgerView {
  const listeners = new Set<(state: EdgeState) => void>();
  const { stack } = ledger;
  const read = ledgerReader(ledger);
  let state: EdgeState | undefined;
  let problem: string | undefined;

  async function load(): Promise<void> {
    try {
      const next = await read.state(state);
      if (problem !== undefined) log.info({ version: next.routing.version }, 'the ledger can be read again');
      problem = undefined;
      if (next === state) return;
      state = next;
      for (const listener of [...listeners]) listener(next);
    } catch (error) {
      if (problem !== messageOf(error)) log.error({ error: messageOf(error) }, 'the ledger cannot be used');
      problem = messageOf(error);
    }
  }

  const refresh = oneAtATime(load);
  return {
    current: () => state,
    problem: () => problem,
    refresh,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    notice: (event) => {
      if (event.type !== 'config' || !event.name.startsWith(`${stack}.`)) return;
      // The number of a removed release may be used again.
      if (event.action === 'remove') read.forget();
      if (event.action === 'create') read.expect(releaseOf(stack, event.name));
      if (event.name === names.routes(stack) || event.name === names.keys(stack)) void refresh();
    },
    gap: () => {
      read.forget();
      void refresh();
    },
  };
}

/** The number of the release whose object has this name. */
function releaseOf(stack: string, name: string): number | undefined {
  const number = Number(name.slice(name.lastIndexOf('.') + 1));
  return name === names.release(stack, number) ? number : undefined;
}

interface LedgerReader {
  /** The state after `known`, or `known` itself when the ledger says nothing newer. */
  state(known: EdgeState | undefined): Promise<EdgeState>;
  /** It was made just now: routes that name it come next, and edges do not wait until it is read then. */
  expect(release: number | undefined): void;
  forget(): void;
}

interface Expected {
  readonly number: number;
  /** `undefined`: it could not be read. */
  readonly record: Promise<ReleaseRecord | undefined>;
}

function ledgerReader(ledger: Ledger): LedgerReader {
  const releases = new Map<number, ReleaseRecord>();
  let expected: Expected | undefined;
  let keys: EdgeKeys | undefined;

  async function wanted(stored: Stored<Routes>): Promise<ReadonlyMap<number, ReleaseRecord>> {
    const numbers = new Set(Object.values(stored.value.slots));
    for (const number of releases.keys()) if (!numbers.has(number)) releases.delete(number);
    await Promise.all(
      [...numbers].filter((number) => !releases.has(number)).map(async (number) => fetchRelease(number)),
    );
    return new Map(releases);
  }

  async function fetchRelease(number: number): Promise<void> {
    const ahead = expected?.number === number ? await expected.record : undefined;
    const record = ahead ?? (await ledger.releases.get(number));
    // Without it the slot would vanish from the edges, and its traffic with it.
    if (!record) throw corruptData(names.release(ledger.stack, number), undefined);
    releases.set(number, record);
  }

  return {
    state: async (known) => {
      const stored = await ledger.routes.find();
      if (!stored) throw notSetUp(ledger.stack);
      if (known?.routing.object === stored.id && known.routing.version >= stored.version && keys)
        return known;
      keys ??= await ledger.keys.read();
      const records = await wanted(stored);
      const routing = routingOf(ledger.stack, stored, records);
      const services = renderServices(routing);
      const text = renderState(routing, keys, services.hash);
      return { routing, keys, services, text, flags: releasedFlags(stored.value, records) };
    },
    expect: (number) => {
      if (number === undefined) return;
      expected = { number, record: ledger.releases.get(number).catch(() => undefined) };
    },
    forget: () => {
      releases.clear();
      expected = undefined;
      keys = undefined;
    },
  };
}
