/**
 * Which flags each control serves: `served.<control task> = <object> <version>` on `<stack>.flag-acks`, written by
 * control. Id and version index are those of `<stack>.flags`; versions compare only within one object.
 */
import { hasCode } from '../../common/errors.ts';
import { names } from '../../common/names.ts';
import type { ConfigObject, Swarm } from '../port.ts';
import { contended } from './failures.ts';
import { compareAndSwap, ownLabels } from './object.ts';

export interface Served {
  readonly object: string;
  readonly version: number;
}

export interface FlagAcksStore {
  /** By the control's task. */
  read(): Promise<ReadonlyMap<string, Served>>;
  /** `tasks`: of control, those that exist; what others have said is pruned. */
  write(task: string, served: Served, tasks: readonly string[]): Promise<void>;
}

export function flagAcksStore(swarm: Swarm, stack: string): FlagAcksStore {
  const name = names.flagAcks(stack);
  const own = ownLabels(stack, 'flag-acks');
  const get = async (): Promise<ConfigObject> => {
    const there = await swarm.configs.get(name);
    if (there) return there;
    await swarm.configs.create(name, '-', own).catch((error: unknown) => {
      // Another control was faster.
      if (!hasCode(error, 'swarm.conflict')) throw error;
    });
    const made = await swarm.configs.get(name);
    if (!made) throw contended(name);
    return made;
  };
  return {
    read: async () => parse((await swarm.configs.get(name))?.labels ?? {}),
    write: async (task, served, tasks) => {
      await compareAndSwap(swarm, get, ({ labels }) => {
        const known = parse(labels);
        const before = known.get(task);
        if (before?.object === served.object && before.version >= served.version) return undefined;
        const alive = [...known].filter(([other]) => tasks.includes(other));
        return { ...own, ...format(new Map([...alive, [task, served]])) };
      });
    },
  };
}

/** What somebody else wrote here is passed over: a control that is not understood counts as one that said nothing. */
function parse(labels: Readonly<Record<string, string>>): Map<string, Served> {
  const served = new Map<string, Served>();
  for (const [label, text] of Object.entries(labels)) {
    const [, task] = /^served\.([a-z0-9]{1,64})$/.exec(label) ?? [];
    const [, object, version] = /^(\S+) (\d{1,15})$/.exec(text) ?? [];
    if (task !== undefined && object !== undefined) served.set(task, { object, version: Number(version) });
  }
  return served;
}

function format(served: ReadonlyMap<string, Served>): Record<string, string> {
  return Object.fromEntries(
    [...served].map(([task, { object, version }]) => [`served.${task}`, `${object} ${version}`]),
  );
}
