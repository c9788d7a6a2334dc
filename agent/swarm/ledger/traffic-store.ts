/** The ledger object `<stack>.traffic`: there only once somebody has looked at the traffic. */
import { hasCode } from '../../common/errors.ts';
import { names } from '../../common/names.ts';
import type { ConfigObject, Swarm } from '../port.ts';
import { notSetUp } from './failures.ts';
import { compareAndSwap, ownLabels } from './object.ts';
import { formatTraffic, parseTraffic, type TrafficLabels } from './traffic.ts';

export interface TrafficStore {
  /** `undefined`: nobody has ever looked. */
  find(): Promise<TrafficLabels | undefined>;
  /** Says that somebody looks; a higher number each time. `number` 1 makes the object where there is none. */
  watch(watcher: string, number: number): Promise<void>;
  leave(watcher: string): Promise<void>;
  /**
   * What a control holds; points of other controls than `tasks`, and watchers other than `watchers`, are pruned. Without
   * watchers all points go.
   */
  write(written: {
    readonly task: string;
    readonly points: string;
    readonly tasks: readonly string[];
    readonly isWatching: (watcher: string) => boolean;
  }): Promise<void>;
}

export function trafficStore(swarm: Swarm, stack: string): TrafficStore {
  const name = names.traffic(stack);
  const own = ownLabels(stack, 'traffic');
  const get = async (): Promise<ConfigObject> => {
    const object = await swarm.configs.get(name);
    // Not made anew: somebody may just be taking the environment down.
    if (!object) throw notSetUp(stack);
    return object;
  };
  const change = async (next: (labels: TrafficLabels) => TrafficLabels): Promise<void> => {
    await compareAndSwap(swarm, get, ({ labels }) => {
      const after = { ...own, ...formatTraffic(next(parseTraffic(labels))) };
      return sameLabels(labels, after) ? undefined : after;
    });
  };
  const make = async (): Promise<void> => {
    if (await swarm.configs.get(name)) return;
    if (!(await swarm.configs.get(names.routes(stack)))) throw notSetUp(stack);
    await swarm.configs.create(name, '-', own).catch((error: unknown) => {
      if (!hasCode(error, 'swarm.conflict')) throw error;
    });
  };
  return {
    find: async () => {
      const object = await swarm.configs.get(name);
      return object && parseTraffic(object.labels);
    },
    watch: async (watcher, number) => {
      if (number === 1) await make();
      await change(({ watchers, points }) => ({
        watchers: new Map([...watchers, [watcher, number]]),
        points,
      }));
    },
    leave: (watcher) =>
      change(({ watchers, points }) => ({
        watchers: new Map([...watchers].filter(([id]) => id !== watcher)),
        points,
      })),
    write: ({ task, points, tasks, isWatching }) =>
      change((before) => {
        const watchers = new Map([...before.watchers].filter(([id]) => isWatching(id)));
        if (watchers.size === 0) return { watchers, points: new Map() };
        const others = [...before.points].filter(([other]) => tasks.includes(other));
        return { watchers, points: new Map([...others, [task, points]]) };
      }),
  };
}

function sameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
