/** What this process serves: whoever wants the same as somebody before shares it, and the last one ends it. */
import type { Agent } from '../agent.ts';
import { projectOf } from '../place.ts';
import { startServing, type Serving, type ServingOptions } from './serving.ts';

export interface Servings {
  /** `leave` ends it when nobody else is left. */
  join(agent: Agent, options: ServingOptions): Promise<{ serving: Serving; leave: () => Promise<void> }>;
}

interface Shared {
  readonly serving: Promise<Serving>;
  users: number;
}

export function openServings(): Servings {
  const all = new Map<string, Shared>();
  return {
    join: async (agent, options) => {
      const key = keyOf(options);
      const shared = all.get(key) ?? { serving: startServing(agent, options), users: 0 };
      all.set(key, shared);
      shared.users += 1;
      const leave = async (): Promise<void> => {
        shared.users -= 1;
        if (shared.users > 0) return;
        if (all.get(key) === shared) all.delete(key);
        await (await shared.serving).close();
      };
      try {
        return { serving: await shared.serving, leave };
      } catch (error) {
        if (all.get(key) === shared) all.delete(key);
        throw error;
      }
    },
  };
}

function keyOf({ checkout, environment, states, port }: ServingOptions): string {
  return JSON.stringify([projectOf(checkout), ...[environment.name, states, port]]);
}
