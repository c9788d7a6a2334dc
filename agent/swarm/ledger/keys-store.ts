/**
 * Keys that edges and every agent of the environment share: for probes and for preview links. They are not
 * secrets of the application: whoever may read Swarm configs may already deploy.
 */
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { names } from '../../common/names.ts';
import type { ConfigObject, Swarm } from '../port.ts';
import { notSetUp } from './failures.ts';
import { compareAndSwap, decode, encode, ownLabels } from './object.ts';
import { parseSdkAccess, withSdkAccess, type AccessChange, type SdkAccess } from './sdk-access.ts';

const edgeKeys = z.strictObject({
  /** Sent as `x-tidegate-key`: the edge then says who answered. */
  probe: z.string().min(24),
  /** Signs preview links; `id` is named in the link. */
  preview: z.strictObject({ id: z.string(), key: z.string().min(24) }),
});
export type EdgeKeys = z.infer<typeof edgeKeys>;

/** A label, because environments that were set up before it have the object already, and its data cannot change. */
const digestLabel = 'digest';

const random = (): string => randomBytes(32).toString('base64url');

export interface KeysStore {
  read(): Promise<EdgeKeys>;
  /** What digests of secrets are keyed with. Throws `environment.not-set-up` where `create` never was. */
  digestKey(): Promise<string>;
  /** Who may read flags. Throws `environment.not-set-up`. */
  sdkAccess(): Promise<SdkAccess>;
  /** One compare-and-swap; `change` gets what is so now, again after each lost race. Returns what is so afterwards. */
  changeSdkAccess(change: (access: SdkAccess) => AccessChange | undefined): Promise<SdkAccess>;
  /** Makes random keys unless there are some. */
  create(): Promise<void>;
}

export function keysStore(swarm: Swarm, stack: string): KeysStore {
  const name = names.keys(stack);
  const get = async (): Promise<ConfigObject> => {
    const object = await swarm.configs.get(name);
    if (!object) throw notSetUp(stack);
    return object;
  };
  return {
    read: async () => {
      const object = await get();
      return decode(object, (value) => edgeKeys.parse(value));
    },
    digestKey: async () => {
      const key = (await swarm.configs.get(name))?.labels[digestLabel];
      if (key === undefined) throw notSetUp(stack);
      return key;
    },
    sdkAccess: async () => parseSdkAccess((await get()).labels),
    changeSdkAccess: async (wanted) => {
      await compareAndSwap(swarm, get, ({ labels }) => {
        const change = wanted(parseSdkAccess(labels));
        return change && withSdkAccess(labels, change);
      });
      return parseSdkAccess((await get()).labels);
    },
    create: async () => {
      const found = await swarm.configs.get(name);
      if (found?.labels[digestLabel] !== undefined) return;
      const own = { ...ownLabels(stack, 'keys'), [digestLabel]: random() };
      if (found) return swarm.configs.updateLabels(found, own);
      const keys: EdgeKeys = { probe: random(), preview: { id: 'k1', key: random() } };
      await swarm.configs.create(name, await encode(keys), own);
    },
  };
}
