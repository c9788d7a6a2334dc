/** The ledger object `<stack>.flag-counts`: there only once somebody has asked for the counts. */
import { hasCode } from '../../common/errors.ts';
import { names } from '../../common/names.ts';
import type { ConfigObject, Swarm } from '../port.ts';
import { notSetUp } from './failures.ts';
import { formatCounts, parseCounts, type CountsAnswer, type CountsLabels } from './flag-counts.ts';
import { compareAndSwap, ownLabels } from './object.ts';

export interface FlagCountsStore {
  /** `undefined`: nobody has ever asked. */
  find(): Promise<CountsLabels | undefined>;
  ask(id: string): Promise<void>;
  /** Takes the question back; with the last one all answers go. */
  leave(id: string): Promise<void>;
  /** By control. `dead`: asks that nobody waits for any more; answers of other controls than `tasks` are pruned. */
  answer(written: {
    readonly task: string;
    readonly answer: CountsAnswer;
    readonly tasks: readonly string[];
    readonly dead: readonly string[];
  }): Promise<void>;
}

export function flagCountsStore(swarm: Swarm, stack: string): FlagCountsStore {
  const name = names.flagCounts(stack);
  const own = ownLabels(stack, 'flag-counts');
  const get = async (): Promise<ConfigObject> => {
    const object = await swarm.configs.get(name);
    // Not made anew: somebody may just be taking the environment down.
    if (!object) throw notSetUp(stack);
    return object;
  };
  const change = async (next: (labels: CountsLabels) => CountsLabels): Promise<void> => {
    await compareAndSwap(swarm, get, ({ labels }) => {
      const { asks, answers } = next(parseCounts(labels));
      return { ...own, ...formatCounts({ asks, answers: asks.length === 0 ? new Map() : answers }) };
    });
  };
  const make = async (): Promise<void> => {
    if (await swarm.configs.get(name)) return;
    if (!(await swarm.configs.get(names.routes(stack)))) throw notSetUp(stack);
    await swarm.configs.create(name, '-', own).catch((error: unknown) => {
      if (!hasCode(error, 'swarm.conflict')) throw error;
    });
  };
  const without = (asks: readonly string[], gone: readonly string[]): readonly string[] =>
    asks.filter((ask) => !gone.includes(ask));
  return {
    find: async () => {
      const object = await swarm.configs.get(name);
      return object && parseCounts(object.labels);
    },
    ask: async (id) => {
      await make();
      await change(({ asks, answers }) => ({ asks: [...without(asks, [id]), id], answers }));
    },
    leave: (id) => change(({ asks, answers }) => ({ asks: without(asks, [id]), answers })),
    answer: ({ task, answer, tasks, dead }) =>
      change(({ asks, answers }) => {
        const others = [...answers].filter(([other]) => tasks.includes(other));
        return { asks: without(asks, dead), answers: new Map([...others, [task, answer]]) };
      }),
  };
}
