import { hasCode } from '../../common/errors.ts';
import { labels, names } from '../../common/names.ts';
import type { Swarm } from '../port.ts';
import { decode, encode, ownLabels } from './object.ts';
import { releaseRecord, type ReleaseRecord } from './release.ts';

export interface ReleaseStore {
  get(number: number): Promise<ReleaseRecord | undefined>;
  /** All kept releases, oldest first. */
  list(): Promise<readonly ReleaseRecord[]>;
  /**
   * Writes the record under the next free number, which nobody else gets. `rollout` is kept beside it, so that
   * a driver that died right after writing finds its record again instead of writing a second one.
   */
  add(record: Omit<ReleaseRecord, 'number'>, rollout: string): Promise<ReleaseRecord>;
  remove(number: number): Promise<void>;
}

export function releaseStore(swarm: Swarm, stack: string): ReleaseStore {
  const own = ownLabels(stack, 'release');
  const parse = (value: unknown): ReleaseRecord => releaseRecord.parse(value);
  const objects = () => swarm.configs.list(own);
  const list = async (): Promise<readonly ReleaseRecord[]> => {
    const records = await Promise.all((await objects()).map((object) => decode(object, parse)));
    return records.sort((a, b) => a.number - b.number);
  };
  return {
    list,
    get: async (number) => {
      const object = await swarm.configs.get(names.release(stack, number));
      return object && decode(object, parse);
    },
    add: async (record, rollout) => {
      const known = await objects();
      const mine = known.find((object) => object.labels['tidegate.rollout'] === rollout);
      if (mine) return decode(mine, parse);
      let number = Math.max(0, ...known.map((object) => Number(object.labels[labels.release] ?? 0))) + 1;
      for (;;) {
        const whole: ReleaseRecord = { ...record, number };
        const marks = { ...own, [labels.release]: String(number), 'tidegate.rollout': rollout };
        try {
          await swarm.configs.create(names.release(stack, number), await encode(whole), marks);
          return whole;
        } catch (error) {
          if (!hasCode(error, 'swarm.conflict')) throw error;
          number += 1;
        }
      }
    },
    remove: async (number) => {
      const object = await swarm.configs.get(names.release(stack, number));
      if (object) await swarm.configs.remove(object.id);
    },
  };
}
