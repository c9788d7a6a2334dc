/**
 * Keys that edges and every agent of the environment share: for probes and for preview links. They are not
 * secrets of the application: whoever may read Swarm configs may already deploy.
 */
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { names } from '../../common/names.ts';
import type { Swarm } from '../port.ts';
import { notSetUp } from './failures.ts';
import { decode, encode, ownLabels } from './object.ts';

const edgeKeys = z.strictObject({
  /** Sent as `x-tidegate-key`: the edge then says who answered. */
  probe: z.string().min(24),
  /** Signs preview links; `id` is named in the link. */
  preview: z.strictObject({ id: z.string(), key: z.string().min(24) }),
});
export type EdgeKeys = z.infer<typeof edgeKeys>;

export interface KeysStore {
  read(): Promise<EdgeKeys>;
  /** Makes random keys unless there are some. */
  create(): Promise<void>;
}

export function keysStore(swarm: Swarm, stack: string): KeysStore {
  const name = names.keys(stack);
  return {
    read: async () => {
      const object = await swarm.configs.get(name);
      if (!object) throw notSetUp(stack);
      return decode(object, (value) => edgeKeys.parse(value));
    },
    create: async () => {
      if (await swarm.configs.get(name)) return;
      const random = (): string => randomBytes(32).toString('base64url');
      const keys: EdgeKeys = { probe: random(), preview: { id: 'k1', key: random() } };
      await swarm.configs.create(name, await encode(keys), ownLabels(stack, 'keys'));
    },
  };
}
