/** A ledger in memory, as far as control reads it. */
import { emptyRoutes, type Routes } from '../../../agent/swarm/ledger/routes.ts';
import type { Ledger } from '../../../agent/swarm/ledger/ledger.ts';
import type { ReleaseRecord } from '../../../agent/swarm/ledger/release.ts';
import type { Stored } from '../../../agent/swarm/port.ts';

export interface FakeLedger {
  readonly ledger: Ledger;
  routes: Stored<Routes> | undefined;
  readonly releases: Map<number, ReleaseRecord>;
  /** What the next reads of the routes throw. */
  failure: Error | undefined;
  /** Reads of the routes so far. */
  reads: number;
  /** While it is set, reads of the routes wait for it. */
  gate: Promise<void> | undefined;
}

export function fakeLedger(): FakeLedger {
  const never = (): never => {
    throw new Error('not expected to be called');
  };
  const fake: FakeLedger = {
    routes: stored(1, {}),
    releases: new Map([
      [1, release(1)],
      [2, release(2)],
    ]),
    failure: undefined,
    reads: 0,
    gate: undefined,
    ledger: {
      stack: 'shop-dev',
      routes: {
        find: async () => {
          fake.reads += 1;
          const { routes, failure } = fake;
          await fake.gate;
          if (failure) throw failure;
          return routes;
        },
        read: never,
        change: never,
        create: never,
      },
      releases: {
        get: (number: number) => Promise.resolve(fake.releases.get(number)),
        list: never,
        add: never,
        remove: never,
      },
      keys: {
        read: () => Promise.resolve({ probe: 'probe-key', preview: { id: 'k1', key: 'a2V5' } }),
        create: never,
      },
      acks: { read: never, write: never, create: never },
    } as unknown as Ledger,
  };
  return fake;
}

export function stored(version: number, routes: Partial<Routes>, id = 'ledger-a'): Stored<Routes> {
  return { id, version, value: { ...emptyRoutes, ...routes } };
}

export function release(number: number, port = 3000): ReleaseRecord {
  return {
    number,
    services: {
      web: { route: { hosts: ['shop.test'], port }, health: '/healthz', replicas: 1 },
    },
  } as unknown as ReleaseRecord;
}
