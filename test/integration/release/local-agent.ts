/** An agent in the test's own process: its promises and the load's samples share one clock. */
import path from 'node:path';
import type { AgentEvent, Method, Params, Results } from '../../../agent/protocol/methods.ts';
import { createAgent } from '../../../agent/server/agent.ts';
import type { Shop } from '../../support/shop.ts';

const dist = path.resolve(import.meta.dirname, '../../../dist');

export interface LocalAgent {
  /** About environment `dev` of the shop, unless `params` say something else. */
  ask<M extends Method>(
    method: M,
    params: Omit<Params<M>, 'folder' | 'environment'>,
    options?: { readonly onEvent?: (event: AgentEvent) => void; readonly signal?: AbortSignal },
  ): Promise<Results[M]>;
  close(): void;
}

export function openLocalAgent(shop: Shop): LocalAgent {
  const agent = createAgent({
    env: shop.env,
    assets: { controlBundle: path.join(dist, 'control.cjs'), edgeLua: path.join(dist, 'edge.lua') },
  });
  return {
    ask: (method, params, options = {}) => {
      const whole = { folder: shop.folder, environment: 'dev', ...params } as unknown as Params<
        typeof method
      >;
      const { onEvent = () => undefined, signal = new AbortController().signal } = options;
      return agent.request(method, whole, { signal, onEvent });
    },
    close: () => agent.close(),
  };
}
