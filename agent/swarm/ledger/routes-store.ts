import { names } from '../../common/names.ts';
import type { ConfigObject, Stored, Swarm } from '../port.ts';
import { notSetUp } from './failures.ts';
import { compareAndSwap, ownLabels } from './object.ts';
import { emptyRoutes, formatRoutes, parseRoutes, type Routes } from './routes.ts';

export interface RoutesStore {
  /** Throws `environment.not-set-up`, `ledger.corrupt`. */
  read(): Promise<Stored<Routes>>;
  /** `undefined` before the environment is set up. */
  find(): Promise<Stored<Routes> | undefined>;
  /**
   * One compare-and-swap. `change` is called with the newest routes, again after each lost race, and returns
   * what is to be written (the same object: nothing to write). What it throws goes to the caller.
   * Returns what is in the ledger now. The engine does not tell the version that a write got; the one that is given is
   * the lowest it can be, and nothing lies between the two.
   */
  change(change: (routes: Routes) => Routes): Promise<Stored<Routes>>;
  /** Creates the empty routes unless they are there. */
  create(): Promise<void>;
}

export function routesStore(swarm: Swarm, stack: string): RoutesStore {
  const name = names.routes(stack);
  const own = ownLabels(stack, 'routes');
  const stored = (object: ConfigObject): Stored<Routes> => ({
    id: object.id,
    version: object.version,
    value: parseRoutes(name, object.labels),
  });
  /** As it was read last: a write out of it succeeds only where nobody wrote since. */
  let known: Promise<ConfigObject | undefined> = Promise.resolve(undefined);
  const find = (): Promise<ConfigObject | undefined> => {
    const found = swarm.configs.get(name);
    known = found.catch(() => undefined);
    return found;
  };
  const get = async (): Promise<ConfigObject> => {
    const object = await find();
    if (!object) throw notSetUp(stack);
    return object;
  };
  return {
    read: async () => stored(await get()),
    find: async () => {
      const object = await find();
      return object && stored(object);
    },
    change: async (change) => {
      const after = (object: ConfigObject): Record<string, string> | undefined => {
        const before = parseRoutes(name, object.labels);
        const next = change(before);
        return next === before ? undefined : { ...own, ...formatRoutes(next) };
      };
      const { object, written } = await compareAndSwap(swarm, get, after, await known);
      if (written === undefined) return stored(object);
      // For the next change, while edges learn of this one.
      void find().catch(() => undefined);
      return { ...stored({ ...object, labels: written }), version: object.version + 1 };
    },
    create: async () => {
      if (await swarm.configs.get(name)) return;
      await swarm.configs.create(name, '-', { ...own, ...formatRoutes(emptyRoutes) });
    },
  };
}
