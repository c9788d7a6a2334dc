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
   * Returns what is in the ledger now.
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
  const get = async (): Promise<ConfigObject> => {
    const object = await swarm.configs.get(name);
    if (!object) throw notSetUp(stack);
    return object;
  };
  return {
    read: async () => stored(await get()),
    find: async () => {
      const object = await swarm.configs.get(name);
      return object && stored(object);
    },
    change: async (change) => {
      await compareAndSwap(swarm, get, (object) => {
        const before = parseRoutes(name, object.labels);
        const after = change(before);
        return after === before ? undefined : { ...own, ...formatRoutes(after) };
      });
      // Read again for the version the write got: what edges acknowledge is at least that one.
      return stored(await get());
    },
    create: async () => {
      if (await swarm.configs.get(name)) return;
      await swarm.configs.create(name, '-', { ...own, ...formatRoutes(emptyRoutes) });
    },
  };
}
